//! Sends spans to OpenTelemetry's protocol, over HTTP.

use std::borrow::Cow;
use std::fmt;
use std::time::Duration;

use crate::batch::Batch;
use crate::config::ConfigError;
use crate::reporter::{ReportError, Reporter, Successor};
use crate::transport::http::{Answer, Client, Endpoint};
use crate::wire;

/// Makes a reporter that sends spans over HTTP to whatever speaks OTLP: Jaeger, the OpenTelemetry Collector, and most
/// vendors. The usual URL is `http://localhost:4318`.
///
/// A URL without a path gets `/v1/traces`; one with a path is used as it is. Credentials in the URL are sent as a
/// header, and never shown. `https` needs the feature `tls`. Redirects are not followed, and proxies of the environment
/// are not used.
///
/// What is wrong with the URL or a header is said when the tracer is built.
///
/// # Examples
/// ```
/// use opentracing_sdk::{Config, reporter};
/// use std::time::Duration;
///
/// let otlp = reporter::otlp("http://localhost:4318").header("x-team", "shop").timeout(Duration::from_secs(3));
/// let guard = Config::new("shop").reporter(otlp).build()?;
/// # Ok::<(), opentracing_sdk::ConfigError>(())
/// ```
#[must_use]
pub fn otlp(url: impl Into<String>) -> OtlpReporter {
    OtlpReporter {
        url: url.into(),
        missing_path: "/v1/traces",
        headers: Vec::new(),
        timeout: TIMEOUT,
        client: None,
        body: Vec::new(),
    }
}

/// How long a request may take; OpenTelemetry's default.
const TIMEOUT: Duration = Duration::from_secs(10);

/// What a request may be long. Collectors take 4 MiB where they take gRPC, and that much over HTTP, too, behind most
/// proxies; a batch usually has a tenth of it.
const BODY_BYTES_MAX: usize = 4 << 20;

/// Characters of an answer that are quoted.
const QUOTED_CHARS_MAX: usize = 200;

/// Where settings come from that are wrong.
const SETTING: &str = "reporter::otlp";

/// Sends spans over HTTP to whatever speaks OTLP; [`otlp`] makes one.
///
/// # Examples
/// ```
/// use opentracing_sdk::Reporter;
/// use opentracing_sdk::reporter::{OtlpReporter, otlp};
///
/// let reporter: OtlpReporter = otlp("http://localhost:4318");
/// assert!(reporter.check().is_ok());
/// assert!(otlp("no url").check().is_err());
/// ```
pub struct OtlpReporter {
    url: String,
    /// What stands in for the path of a URL that has none.
    missing_path: &'static str,
    headers: Vec<(String, String)>,
    timeout: Duration,
    /// Made with the first batch.
    client: Option<Client>,
    /// Kept, so that its memory is used again.
    body: Vec<u8>,
}

impl OtlpReporter {
    /// Sends a header with each request, for instance a token. Its value is never shown.
    ///
    /// # Examples
    /// ```
    /// use opentracing_sdk::reporter;
    ///
    /// let reporter = reporter::otlp("http://localhost:4318").header("authorization", "Bearer s3cr3t");
    /// assert!(!format!("{reporter:?}").contains("s3cr3t"));
    /// ```
    #[must_use]
    pub fn header(mut self, name: impl Into<String>, value: impl Into<String>) -> Self {
        self.headers.push((name.into(), value.into()));
        self
    }

    /// Gives a request this long, from looking up the host to the end of the answer, instead of 10 s. When the tracer
    /// is closed, a request may have less.
    ///
    /// # Examples
    /// ```
    /// use opentracing_sdk::{Reporter, reporter};
    /// use std::time::Duration;
    ///
    /// let otlp = |timeout| reporter::otlp("http://localhost:4318").timeout(timeout);
    /// assert!(otlp(Duration::from_secs(3)).check().is_ok());
    /// assert_eq!(otlp(Duration::ZERO).check().unwrap_err().setting(), "OtlpReporter::timeout");
    /// ```
    #[must_use]
    pub fn timeout(self, timeout: Duration) -> Self {
        Self { timeout, ..self }
    }

    /// Uses a URL without a path as it is, as OpenTelemetry asks for the endpoint of a signal.
    pub(crate) fn exactly(self) -> Self {
        Self { missing_path: "/", ..self }
    }

    fn endpoint(&self) -> Result<Endpoint, ConfigError> {
        if self.timeout.is_zero() {
            return Err(ConfigError::new("OtlpReporter::timeout", "a time-out is longer than zero"));
        }
        let mut endpoint = Endpoint::new(SETTING, &self.url, self.missing_path)?;
        for (name, value) in &self.headers {
            endpoint.header("OtlpReporter::header", name, value)?;
        }
        Ok(endpoint)
    }
}

impl Reporter for OtlpReporter {
    fn report(&mut self, batch: &Batch<'_>) -> Result<(), ReportError> {
        self.body.clear();
        wire::otlp::encode(batch, &mut self.body);
        if self.body.len() > BODY_BYTES_MAX {
            let bytes = self.body.len();
            // Halves come next: there is no use for so much memory again.
            self.body = Vec::new();
            return Err(ReportError::too_large(format!("{bytes} bytes are more than {BODY_BYTES_MAX}")));
        }
        let client = match &mut self.client {
            Some(client) => client,
            None => {
                let endpoint = self.endpoint().map_err(ReportError::drop)?;
                self.client.insert(Client::new(endpoint))
            }
        };
        let answer = client.post("application/x-protobuf", &self.body, self.timeout, batch.deadline());
        verdict(client, batch.len(), &answer.map_err(ReportError::retry)?)
    }

    fn check(&self) -> Result<(), ConfigError> {
        self.endpoint().map(|_| ())
    }

    fn successor(&self) -> Option<Successor> {
        let (url, missing_path) = (self.url.clone(), self.missing_path);
        let (headers, timeout) = (self.headers.clone(), self.timeout);
        // With a connection of its own.
        Some(Successor::new(move || OtlpReporter {
            missing_path,
            headers: headers.clone(),
            timeout,
            ..otlp(url.clone())
        }))
    }
}

/// What becomes of the spans, by the rules of OTLP.
fn verdict(client: &Client, spans: usize, answer: &Answer) -> Result<(), ReportError> {
    let says = |what: &str| format!("{}: status {}{}", client.shown(), answer.status, quoted(what));
    match answer.status {
        200..=299 => {
            let partial = wire::otlp::partial_success(&answer.body);
            // A server cannot refuse more than it was given.
            match usize::try_from(partial.rejected_spans).map_or(spans, |rejected| rejected.min(spans)) {
                0 => Ok(()),
                rejected => Err(ReportError::partial(rejected, says(&partial.message))),
            }
        }
        413 => Err(ReportError::too_large(says(&reason(answer)))),
        429 | 502 | 503 | 504 => {
            let error = ReportError::retry(says(&reason(answer)));
            Err(match answer.retry_after {
                Some(wait) => error.after(wait),
                None => error,
            })
        }
        300..=399 => Err(ReportError::drop(says("redirects are not followed"))),
        _ => Err(ReportError::drop(says(&reason(answer)))),
    }
}

/// Why a server failed, in its own words: a status message in protobuf, or whatever text there is.
fn reason(answer: &Answer) -> Cow<'_, str> {
    if answer.content_type.starts_with("application/x-protobuf") {
        return wire::otlp::status_message(&answer.body).unwrap_or_default().into();
    }
    String::from_utf8_lossy(&answer.body)
}

/// The beginning of a text from outside, on one line.
fn quoted(text: &str) -> String {
    let mut characters = text.trim().chars();
    let start: String = characters.by_ref().take(QUOTED_CHARS_MAX).collect();
    match start.is_empty() {
        true => start,
        false => format!(", {:?}{}", start, if characters.next().is_some() { "…" } else { "" }),
    }
}

impl fmt::Debug for OtlpReporter {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let mut debug = f.debug_struct("OtlpReporter");
        match self.endpoint() {
            Ok(endpoint) => debug.field("endpoint", &endpoint),
            Err(error) => debug.field("endpoint", &format_args!("{error}")),
        };
        debug.field("timeout", &self.timeout).finish_non_exhaustive()
    }
}
