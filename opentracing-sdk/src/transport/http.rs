//! Bytes over HTTP: one POST, one answer. Nothing is tried twice, and no redirect is followed.

use std::borrow::Cow;
use std::fmt;
use std::io::Read;
use std::net::IpAddr;
use std::time::{Duration, Instant};

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use percent_encoding::percent_decode_str;
use ureq::http::header::{AUTHORIZATION, CONTENT_LENGTH, CONTENT_TYPE, HOST, RETRY_AFTER, TRANSFER_ENCODING};
use ureq::http::uri::{Authority, Scheme};
use ureq::http::{HeaderMap, HeaderName, HeaderValue, Response, Uri};

use crate::config::{ConfigError, without_credentials};

/// What is read of an answer: much more than any server has to say about a batch.
const ANSWER_BYTES_MAX: u64 = 64 << 10;

/// Where to POST to. Credentials of the URL become a header, and neither is ever shown.
pub(crate) struct Endpoint {
    // Invariant: a host, and no credentials.
    uri: Uri,
    headers: HeaderMap,
}

/// What a server answered, whatever its status.
#[derive(Debug)]
pub(crate) struct Answer {
    pub(crate) status: u16,
    /// How long it asks to be left alone.
    pub(crate) retry_after: Option<Duration>,
    pub(crate) content_type: String,
    /// The beginning of the body.
    pub(crate) body: Vec<u8>,
}

/// Why there is no answer.
#[derive(Debug)]
pub(crate) struct Failure {
    endpoint: String,
    what: Cow<'static, str>,
    source: Option<ureq::Error>,
}

impl Endpoint {
    /// Reads a URL. `default_path` stands in for a path that is missing.
    pub(crate) fn new(setting: &'static str, url: &str, default_path: &str) -> Result<Self, ConfigError> {
        let wrong =
            |reason: &'static str| ConfigError::new(setting, reason).with_value(without_credentials(url));
        let uri: Uri = url.parse().map_err(|_| wrong("not a URL, such as http://localhost:4318"))?;
        let mut parts = uri.into_parts();
        match &parts.scheme {
            Some(scheme) if *scheme == Scheme::HTTP => {}
            Some(scheme) if *scheme == Scheme::HTTPS && cfg!(feature = "tls") => {}
            Some(scheme) if *scheme == Scheme::HTTPS => {
                let reason = "https needs the feature `tls` of opentracing-rs";
                return Err(ConfigError::unsupported(setting, reason).with_value(without_credentials(url)));
            }
            _ => return Err(wrong("a URL begins with http:// or https://")),
        }
        let mut headers = HeaderMap::new();
        let authority = parts.authority.take().filter(|authority| !authority.host().is_empty());
        let mut authority = authority.ok_or_else(|| wrong("there is no host"))?;
        if let Some((credentials, rest)) = authority.as_str().rsplit_once('@') {
            headers.insert(AUTHORIZATION, basic(credentials));
            authority = rest.parse().map_err(|_| wrong("there is no host"))?;
        }
        if authority.as_str() != authority.host() && authority.port_u16().is_none() {
            return Err(wrong("the port is not a number"));
        }
        parts.authority = Some(authority);
        let path = parts.path_and_query.take().filter(|path| path.as_str() != "/");
        parts.path_and_query = match path {
            Some(path) => Some(path),
            None => Some(default_path.parse().map_err(|_| wrong("not a path"))?),
        };
        let uri = Uri::from_parts(parts).map_err(|_| wrong("not a URL"))?;
        Ok(Self { uri, headers })
    }

    /// Adds a header, in place of one of the same name.
    pub(crate) fn header(
        &mut self,
        setting: &'static str,
        name: &str,
        value: &str,
    ) -> Result<(), ConfigError> {
        let wrong = |reason: &'static str| ConfigError::new(setting, reason).with_value(name);
        let header: HeaderName = name.parse().map_err(|_| wrong("not the name of a header"))?;
        if [CONTENT_TYPE, CONTENT_LENGTH, TRANSFER_ENCODING, HOST].contains(&header) {
            return Err(wrong("this header is not to be set: it follows from what is sent, and where to"));
        }
        // The value may be a secret, so the error does not quote it.
        let mut value: HeaderValue =
            value.parse().map_err(|_| wrong("the value of this header has characters that none may have"))?;
        value.set_sensitive(true);
        self.headers.insert(header, value);
        Ok(())
    }

    /// Whether somebody on the way can read credentials.
    fn shows_credentials(&self) -> bool {
        let host = self.uri.host().unwrap_or_default().trim_matches(['[', ']']);
        let local = host == "localhost" || host.parse().is_ok_and(|address: IpAddr| address.is_loopback());
        self.headers.contains_key(AUTHORIZATION) && self.uri.scheme() == Some(&Scheme::HTTP) && !local
    }

    /// The URL, without what may be secret: credentials, and the query.
    pub(crate) fn shown(&self) -> String {
        let scheme = self.uri.scheme_str().unwrap_or_default();
        let authority = self.uri.authority().map(Authority::as_str).unwrap_or_default();
        format!("{scheme}://{authority}{}", self.uri.path())
    }
}

/// The header for `user:password`, percent-encoded as in URLs.
fn basic(credentials: &str) -> HeaderValue {
    let decoded: Vec<u8> = percent_decode_str(credentials).collect();
    let mut value = HeaderValue::try_from(format!("Basic {}", STANDARD.encode(decoded)))
        .expect("base64 is made of characters that a header may have");
    value.set_sensitive(true);
    value
}

impl fmt::Debug for Endpoint {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let names: Vec<_> = self.headers.keys().map(HeaderName::as_str).collect();
        f.debug_struct("Endpoint").field("url", &self.shown()).field("headers", &names).finish()
    }
}

/// A client for one endpoint; it keeps the connection open between two requests.
pub(crate) struct Client {
    endpoint: Endpoint,
    agent: ureq::Agent,
}

impl Client {
    pub(crate) fn new(endpoint: Endpoint) -> Self {
        if endpoint.shows_credentials() {
            log::warn!("credentials are sent to {} without encryption", endpoint.shown());
        }
        let config = ureq::Agent::config_builder()
            .max_redirects(0)
            .max_redirects_will_error(false)
            .http_status_as_error(false)
            .proxy(None)
            .user_agent(concat!("opentracing-rs/", env!("CARGO_PKG_VERSION")))
            .accept("")
            .accept_encoding("")
            .build();
        Self { endpoint, agent: config.into() }
    }

    pub(crate) fn shown(&self) -> String {
        self.endpoint.shown()
    }

    /// Sends a body, and waits for the answer at most until the earlier of time-out and deadline.
    pub(crate) fn post(
        &self,
        content_type: &'static str,
        body: &[u8],
        timeout: Duration,
        deadline: Option<Instant>,
    ) -> Result<Answer, Failure> {
        let left = deadline.map(|deadline| deadline.saturating_duration_since(Instant::now()));
        let timeout = left.map_or(timeout, |left| left.min(timeout));
        if timeout.is_zero() {
            return Err(self.failure("no time is left to send anything".into(), None));
        }
        let mut request = self
            .agent
            .post(&self.endpoint.uri)
            .config()
            .timeout_global(Some(timeout))
            .build()
            .header(CONTENT_TYPE, content_type);
        if let Some(headers) = request.headers_mut() {
            headers.extend(self.endpoint.headers.clone());
        }
        match request.send(body) {
            Ok(response) => Ok(Answer::read(response)),
            Err(error) => Err(self.failure(in_words(&error, timeout), Some(error))),
        }
    }

    fn failure(&self, what: Cow<'static, str>, source: Option<ureq::Error>) -> Failure {
        Failure { endpoint: self.shown(), what, source }
    }
}

impl fmt::Debug for Client {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.endpoint.fmt(f)
    }
}

impl Answer {
    fn read(response: Response<ureq::Body>) -> Self {
        let (head, body) = response.into_parts();
        let text = |name| head.headers.get(name).and_then(|value: &HeaderValue| value.to_str().ok());
        // A date is legal, too; nobody sends one with a status that asks for patience.
        let retry_after =
            text(RETRY_AFTER).and_then(|seconds| seconds.trim().parse().ok()).map(Duration::from_secs);
        let mut answer = Vec::new();
        // What came before the connection broke is as good as the whole: the status says what happened.
        _ = body.into_reader().take(ANSWER_BYTES_MAX).read_to_end(&mut answer);
        Self {
            status: head.status.as_u16(),
            retry_after,
            content_type: text(CONTENT_TYPE).unwrap_or_default().to_ascii_lowercase(),
            body: answer,
        }
    }
}

/// What happened, to somebody who has to find out why.
fn in_words(error: &ureq::Error, timeout: Duration) -> Cow<'static, str> {
    use std::io::ErrorKind;
    match error {
        ureq::Error::Timeout(_) => format!("no answer within {timeout:.1?}").into(),
        ureq::Error::HostNotFound => "the host is not known".into(),
        ureq::Error::ConnectionFailed => "no connection".into(),
        ureq::Error::Protocol(_) => "the answer is not HTTP/1.1; is it the port of another protocol?".into(),
        ureq::Error::Io(error) => match error.kind() {
            ErrorKind::ConnectionRefused => "connection refused".into(),
            ErrorKind::ConnectionReset
            | ErrorKind::ConnectionAborted
            | ErrorKind::BrokenPipe
            | ErrorKind::UnexpectedEof => "the connection was closed before an answer came".into(),
            ErrorKind::TimedOut | ErrorKind::WouldBlock => format!("no answer within {timeout:.1?}").into(),
            _ => error.to_string().into(),
        },
        other => other.to_string().into(),
    }
}

impl fmt::Display for Failure {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}: {}", self.endpoint, self.what)
    }
}

impl std::error::Error for Failure {
    fn source(&self) -> Option<&(dyn std::error::Error + 'static)> {
        self.source.as_ref().map(|source| source as _)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn endpoint(url: &str) -> Endpoint {
        Endpoint::new("reporter::otlp", url, "/v1/traces").unwrap()
    }

    fn refused(url: &str) -> String {
        Endpoint::new("reporter::otlp", url, "/v1/traces").unwrap_err().to_string()
    }

    #[test]
    fn a_path_that_is_missing_is_filled_in() {
        for url in ["http://h:4318", "http://h:4318/"] {
            assert_eq!(endpoint(url).uri, "http://h:4318/v1/traces");
        }
        assert_eq!(endpoint("http://h/p/v1/traces?k=v").uri, "http://h/p/v1/traces?k=v");
        assert_eq!(endpoint("http://[::1]:4318").uri, "http://[::1]:4318/v1/traces");
    }

    #[test]
    fn credentials_of_the_url_become_a_header_and_are_not_shown() {
        let endpoint = endpoint("http://us%40er:p%3Aw@h:4318/x?key=secret");
        assert_eq!(endpoint.headers[AUTHORIZATION], format!("Basic {}", STANDARD.encode("us@er:p:w")));
        assert_eq!(endpoint.uri, "http://h:4318/x?key=secret");
        assert_eq!(endpoint.shown(), "http://h:4318/x");
        let debug = format!("{endpoint:?}");
        assert_eq!(debug, r#"Endpoint { url: "http://h:4318/x", headers: ["authorization"] }"#);
    }

    #[test]
    fn a_header_that_is_given_wins_over_credentials_and_its_value_is_not_shown() {
        let mut endpoint = endpoint("http://user:pw@h");
        endpoint.header("reporter::otlp", "Authorization", "Bearer hidden").unwrap();
        assert_eq!(endpoint.headers[AUTHORIZATION], "Bearer hidden");
        assert!(!format!("{endpoint:?}").contains("hidden"));
    }

    #[test]
    fn what_is_no_url_is_refused_without_its_secrets() {
        assert_eq!(
            refused("localhost:4318"),
            "reporter::otlp=localhost:4318: a URL begins with http:// or https://"
        );
        assert_eq!(refused("ftp://h/x"), "reporter::otlp=ftp://h/x: a URL begins with http:// or https://");
        for bad in
            ["", "http://", "/v1/traces", "http://u:pw@", "http://u:pw@h h/", "http://u:pw@h:port", "u:pw@h"]
        {
            let error = refused(bad);
            assert!(!error.contains("pw"), "{bad}: {error}");
        }
    }

    #[test]
    fn https_without_the_feature_is_refused_and_with_it_accepted() {
        let result = Endpoint::new("reporter::otlp", "https://u:pw@h/x", "/v1/traces");
        match cfg!(feature = "tls") {
            true => assert_eq!(result.unwrap().shown(), "https://h/x"),
            false => {
                let error = result.unwrap_err();
                assert!(error.is_unsupported());
                let text = error.to_string();
                assert_eq!(
                    text,
                    "reporter::otlp=https://…@h/x: https needs the feature `tls` of opentracing-rs"
                );
            }
        }
    }

    #[test]
    fn credentials_may_be_read_by_others_unless_they_stay_on_this_machine() {
        for (url, shown) in [
            ("http://u:p@collector", true),
            ("http://u:p@[2001:db8::1]:4318", true),
            ("http://u:p@localhost:4318", false),
            ("http://u:p@127.0.0.2:4318", false),
            ("http://u:p@[::1]:4318", false),
            ("http://collector", false),
        ] {
            assert_eq!(endpoint(url).shows_credentials(), shown, "{url}");
        }
    }

    #[test]
    fn failures_are_told_in_words() {
        let words = |error: ureq::Error| in_words(&error, Duration::from_secs(10)).into_owned();
        assert_eq!(words(ureq::Error::HostNotFound), "the host is not known");
        assert_eq!(words(ureq::Error::Timeout(ureq::Timeout::Resolve)), "no answer within 10.0s");
        let io = |kind: std::io::ErrorKind| words(ureq::Error::Io(kind.into()));
        assert_eq!(io(std::io::ErrorKind::ConnectionRefused), "connection refused");
        assert_eq!(io(std::io::ErrorKind::BrokenPipe), "the connection was closed before an answer came");
        assert_eq!(io(std::io::ErrorKind::PermissionDenied), "permission denied");
    }

    #[test]
    fn headers_that_would_break_the_request_are_refused() {
        let mut endpoint = endpoint("http://h");
        for (name, value) in
            [("a b", "v"), ("", "v"), ("x", "a\r\nb: c"), ("Content-Length", "1"), ("host", "x")]
        {
            let error = endpoint.header("reporter::otlp", name, value).unwrap_err().to_string();
            assert!(!error.contains("b: c"), "{error}");
        }
        assert!(endpoint.headers.is_empty());
    }
}
