//! Every variable that Jaeger's clients or OpenTelemetry's SDKs know either works here or is an error that names it.

use std::collections::HashMap;
use std::ffi::OsString;
use std::sync::{Arc, Mutex};

use opentracing_core::{Tracer, format};
use opentracing_sdk::{Batch, Config, ConfigError, Process, reporter as reporters};

use crate::collector::{Behaviour, Collector};
use crate::fakes::{LONG, reporter};

/// Variables that work, each with a value that does and, where there are any, values that are wrong.
const SUPPORTED: &[(&str, &str, &[&str])] = &[
    ("JAEGER_SERVICE_NAME", "shop", &[]),
    ("JAEGER_DISABLED", "false", &["maybe", "2"]),
    ("JAEGER_REPORTER_LOG_SPANS", "0", &["sometimes"]),
    ("JAEGER_REPORTER_FLUSH_INTERVAL", "1s", &["soon", "-1", "0"]),
    ("JAEGER_TAGS", "a=b,c=${HOME:x}", &[]),
    ("JAEGER_TRACEID_128BIT", "T", &["128"]),
    ("JAEGER_PROPAGATION", "Jaeger, W3C", &["jaeger,zipkin"]),
    ("OTEL_SDK_DISABLED", "False", &["off"]),
    ("OTEL_SERVICE_NAME", "shop", &[]),
    ("OTEL_RESOURCE_ATTRIBUTES", "service.version=1.2", &["version"]),
    ("OTEL_PROPAGATORS", "tracecontext,baggage,jaeger", &["tracecontext,carrier-pigeon"]),
    ("OTEL_TRACES_EXPORTER", "console", &["telegraph"]),
    ("OTEL_TRACES_SAMPLER", "parentbased_always_on", &["sometimes"]),
    ("OTEL_BSP_SCHEDULE_DELAY", "5000", &["later", "0"]),
    ("OTEL_BSP_MAX_EXPORT_BATCH_SIZE", "512", &["all", "0", "-1"]),
    ("OTEL_ATTRIBUTE_COUNT_LIMIT", "10", &["few"]),
    ("OTEL_SPAN_ATTRIBUTE_COUNT_LIMIT", "10", &["few"]),
    ("OTEL_ATTRIBUTE_VALUE_LENGTH_LIMIT", "10", &["short"]),
    ("OTEL_SPAN_ATTRIBUTE_VALUE_LENGTH_LIMIT", "10", &["short"]),
    ("OTEL_SPAN_EVENT_COUNT_LIMIT", "10", &["1.5"]),
    ("OTEL_SPAN_LINK_COUNT_LIMIT", "10", &["-1"]),
    ("OTEL_EVENT_ATTRIBUTE_COUNT_LIMIT", "10", &["x"]),
    ("OTEL_EXPORTER_OTLP_ENDPOINT", "http://127.0.0.1:1", &["localhost:4318", "ftp://localhost"]),
    ("OTEL_EXPORTER_OTLP_TRACES_ENDPOINT", "http://127.0.0.1:1/x", &["nowhere"]),
    ("OTEL_EXPORTER_OTLP_TIMEOUT", "1000", &["long", "0"]),
    ("OTEL_EXPORTER_OTLP_TRACES_TIMEOUT", "1000", &["long"]),
    ("OTEL_EXPORTER_OTLP_PROTOCOL", "http/protobuf", &["carrier-pigeon"]),
    ("OTEL_EXPORTER_OTLP_TRACES_PROTOCOL", "http/protobuf", &["x"]),
    ("OTEL_EXPORTER_OTLP_COMPRESSION", "none", &["zip"]),
    ("OTEL_EXPORTER_OTLP_TRACES_COMPRESSION", "none", &["zip"]),
    ("OTEL_EXPORTER_OTLP_HEADERS", "a=b", &[]),
    ("OTEL_EXPORTER_OTLP_TRACES_HEADERS", "a=b", &[]),
];

/// Variables that mean something elsewhere, and values that mean something elsewhere.
const UNSUPPORTED: &[(&str, &str)] = &[
    ("JAEGER_AGENT_HOST", "localhost"),
    ("JAEGER_AGENT_PORT", "6831"),
    ("JAEGER_ENDPOINT", "http://localhost:14268/api/traces"),
    ("JAEGER_REPORTER_MAX_QUEUE_SIZE", "100"),
    ("JAEGER_REPORTER_ATTEMPT_RECONNECTING_DISABLED", "true"),
    ("JAEGER_REPORTER_ATTEMPT_RECONNECT_INTERVAL", "30s"),
    ("JAEGER_SAMPLER_TYPE", "ratelimiting"),
    ("JAEGER_SAMPLER_TYPE", "remote"),
    ("JAEGER_SAMPLING_ENDPOINT", "http://localhost:5778/sampling"),
    ("JAEGER_SAMPLER_MANAGER_HOST_PORT", "localhost:5778"),
    ("JAEGER_SAMPLER_MAX_OPERATIONS", "2000"),
    ("JAEGER_SAMPLER_REFRESH_INTERVAL", "1m"),
    ("JAEGER_RPC_METRICS", "true"),
    ("JAEGER_SENDER_FACTORY", "http"),
    ("JAEGER_PROPAGATION", "jaeger,B3"),
    ("JAEGER_PROPAGATION", "b3single"),
    ("OTEL_PROPAGATORS", "b3"),
    ("OTEL_PROPAGATORS", "tracecontext,b3multi"),
    ("OTEL_PROPAGATORS", "baggage"),
    ("OTEL_PROPAGATORS", "xray"),
    ("OTEL_TRACES_EXPORTER", "zipkin"),
    ("OTEL_TRACES_EXPORTER", "otlp,console"),
    ("OTEL_TRACES_SAMPLER", "jaeger_remote"),
    ("OTEL_TRACES_SAMPLER", "parentbased_jaeger_remote"),
    ("OTEL_TRACES_SAMPLER", "xray"),
    ("OTEL_BSP_EXPORT_TIMEOUT", "30000"),
    ("OTEL_BSP_MAX_QUEUE_SIZE", "2048"),
    ("OTEL_LINK_ATTRIBUTE_COUNT_LIMIT", "128"),
    ("OTEL_EXPORTER_OTLP_PROTOCOL", "grpc"),
    ("OTEL_EXPORTER_OTLP_TRACES_PROTOCOL", "http/json"),
    ("OTEL_EXPORTER_OTLP_COMPRESSION", "gzip"),
    ("OTEL_EXPORTER_OTLP_CERTIFICATE", "ca.pem"),
    ("OTEL_EXPORTER_OTLP_TRACES_CLIENT_KEY", "key.pem"),
    ("OTEL_EXPORTER_ZIPKIN_ENDPOINT", "http://localhost:9411/api/v2/spans"),
    ("OTEL_EXPORTER_ZIPKIN_TIMEOUT", "10000"),
];

fn from(variables: &[(&str, &str)]) -> Config {
    let variables: HashMap<_, _> =
        variables.iter().map(|(k, v)| ((*k).to_owned(), OsString::from(v))).collect();
    Config::from_variables(move |name| variables.get(name).cloned())
}

fn error(variables: &[(&str, &str)]) -> ConfigError {
    from(variables).service_name("test").build().expect_err("this value is refused")
}

#[test]
fn what_is_supported_is_taken_and_what_is_wrong_is_named_with_its_value() {
    for (variable, right, wrong) in SUPPORTED {
        let built = from(&[(variable, right)]).service_name("test").reporter(reporters::counting()).build();
        assert!(built.is_ok(), "{variable}={right}: {built:?}");
        for wrong in *wrong {
            let error = error(&[(variable, wrong)]);
            assert_eq!(error.setting(), *variable, "{error}");
            assert!(error.to_string().starts_with(&format!("{variable}={wrong}: ")), "{error}");
            assert!(!error.is_unsupported(), "{error}");
        }
    }
}

#[test]
fn what_is_not_supported_is_an_error_that_names_variable_and_value() {
    for (variable, value) in UNSUPPORTED {
        let error = error(&[(variable, value)]);
        assert_eq!(error.setting(), *variable, "{error}");
        assert!(error.to_string().starts_with(&format!("{variable}={value}: ")), "{error}");
        assert!(error.is_unsupported(), "{error}");
    }
}

#[test]
fn secrets_are_named_and_not_shown() {
    for variable in ["JAEGER_USER", "JAEGER_PASSWORD", "JAEGER_AUTH_TOKEN"] {
        let error = error(&[(variable, "s3cret")]);
        assert!(error.to_string().starts_with(&format!("{variable}: ")), "{error}");
        assert!(!format!("{error:?}").contains("s3cret"));
    }
    for (variable, value) in [
        ("JAEGER_ENDPOINT", "http://user:s3cret@localhost:14268"),
        ("OTEL_EXPORTER_OTLP_ENDPOINT", "ftp://user:s3cret@localhost"),
        ("OTEL_EXPORTER_OTLP_HEADERS", "authorization s3cret"),
        ("OTEL_EXPORTER_OTLP_HEADERS", "authorization=s3cret\u{1}"),
    ] {
        let error = error(&[(variable, value), ("OTEL_TRACES_EXPORTER", "otlp")]);
        assert!(!format!("{error} {error:?}").contains("s3cret"), "{error:?}");
    }
    let endpoint = ("OTEL_EXPORTER_OTLP_ENDPOINT", "http://user:s3cret@localhost:4318");
    let config = from(&[endpoint, ("OTEL_EXPORTER_OTLP_HEADERS", "authorization=s3cret")]);
    assert!(!format!("{config:?}").contains("s3cret"), "{config:?}");
}

#[test]
fn a_variable_without_a_value_counts_as_unset() {
    for variable in SUPPORTED.iter().map(|row| row.0).chain(UNSUPPORTED.iter().map(|row| row.0)) {
        for empty in ["", "  "] {
            let config = from(&[(variable, empty)]).service_name("test").reporter(reporters::counting());
            assert!(config.build().is_ok(), "{variable}");
        }
    }
}

#[cfg(unix)]
#[test]
fn a_value_that_is_not_unicode_is_an_error_that_names_the_variable() {
    use std::os::unix::ffi::OsStringExt as _;
    let samplers = ["OTEL_TRACES_SAMPLER_ARG", "JAEGER_SAMPLER_PARAM", "JAEGER_PASSWORD"];
    let all = SUPPORTED.iter().map(|row| row.0).chain(UNSUPPORTED.iter().map(|row| row.0)).chain(samplers);
    for variable in all {
        let lookup = |name: &str| (name == variable).then(|| OsString::from_vec(vec![0xff]));
        let error = Config::from_variables(lookup).service_name("test").build().unwrap_err();
        assert_eq!(error.to_string(), format!("{variable}: the value is not Unicode text"));
    }
}

#[test]
fn the_service_has_a_name_from_somewhere() {
    let error = from(&[]).reporter(reporters::counting()).build().unwrap_err();
    assert!(error.to_string().contains("set OTEL_SERVICE_NAME or JAEGER_SERVICE_NAME"), "{error}");
    assert!(Config::new(" ").build().is_err());

    let jaeger = ("JAEGER_SERVICE_NAME", "jaeger");
    let resource = ("OTEL_RESOURCE_ATTRIBUTES", "service.name=resource");
    let otel = ("OTEL_SERVICE_NAME", "otel");
    assert_eq!(process(from(&[jaeger])).service_name(), "jaeger");
    assert_eq!(process(from(&[jaeger, resource])).service_name(), "resource");
    assert_eq!(process(from(&[jaeger, resource, otel])).service_name(), "otel");
    assert_eq!(process(from(&[jaeger, resource, otel]).service_name("code")).service_name(), "code");
}

/// Who the spans of this tracer come from.
fn process(config: Config) -> Process {
    let seen: Arc<Mutex<Option<Process>>> = Arc::default();
    let told = Arc::clone(&seen);
    let asking = reporter(move |batch: &Batch<'_>| {
        *told.lock().unwrap() = Some(batch.process().clone());
        Ok(())
    });
    let guard = config.reporter(asking).build().unwrap();
    guard.tracer().start_span("ask").finish();
    guard.close(LONG);
    seen.lock().unwrap().take().expect("a span was reported")
}

#[test]
fn tags_of_code_win_over_those_of_opentelemetry_and_these_over_jaegers() {
    let variables =
        [("JAEGER_TAGS", "a=jaeger,b=jaeger,c=jaeger"), ("OTEL_RESOURCE_ATTRIBUTES", "b=otel,c=otel")];
    let process = process(from(&variables).service_name("test").tag("c", "code"));
    let tags: Vec<_> = process.tags().map(|(key, value)| format!("{key}={value}")).collect();
    assert_eq!(tags[1..], ["a=jaeger", "b=otel", "c=code"]);
}

fn tracer(variables: &[(&str, &str)]) -> (Tracer, impl Sized) {
    let guard = from(variables).service_name("test").reporter(reporters::counting()).build().unwrap();
    (guard.tracer(), guard)
}

#[test]
fn samplers_are_chosen_and_their_parameters_checked() {
    for (variables, is_kept) in [
        (&[("JAEGER_SAMPLER_TYPE", "const"), ("JAEGER_SAMPLER_PARAM", "0")][..], false),
        (&[("JAEGER_SAMPLER_TYPE", "CONST"), ("JAEGER_SAMPLER_PARAM", "1")], true),
        (&[("JAEGER_SAMPLER_TYPE", "const"), ("JAEGER_SAMPLER_PARAM", "false")], false),
        (&[("JAEGER_SAMPLER_TYPE", "probabilistic"), ("JAEGER_SAMPLER_PARAM", "1")], true),
        (&[("OTEL_TRACES_SAMPLER", "always_off")], false),
        (&[("OTEL_TRACES_SAMPLER", "parentbased_always_off")], false),
        (&[("OTEL_TRACES_SAMPLER", "traceidratio")], true),
        (&[("OTEL_TRACES_SAMPLER", "parentbased_traceidratio"), ("OTEL_TRACES_SAMPLER_ARG", "0")], false),
        (
            &[
                ("OTEL_TRACES_SAMPLER", "always_off"),
                ("JAEGER_SAMPLER_TYPE", "const"),
                ("JAEGER_SAMPLER_PARAM", "1"),
            ],
            false,
        ),
    ] {
        let (tracer, _guard) = tracer(variables);
        assert_eq!(tracer.start_span("op").is_recording(), is_kept, "{variables:?}");
    }
    for (variables, named) in [
        (&[("JAEGER_SAMPLER_TYPE", "const")][..], "JAEGER_SAMPLER_TYPE=const"),
        (&[("JAEGER_SAMPLER_PARAM", "0.5")], "JAEGER_SAMPLER_PARAM=0.5"),
        (&[("JAEGER_SAMPLER_TYPE", "const"), ("JAEGER_SAMPLER_PARAM", "x")], "JAEGER_SAMPLER_PARAM=x"),
        (
            &[("JAEGER_SAMPLER_TYPE", "probabilistic"), ("JAEGER_SAMPLER_PARAM", "1.5")],
            "JAEGER_SAMPLER_PARAM=1.5",
        ),
        (&[("OTEL_TRACES_SAMPLER_ARG", "0.5")], "OTEL_TRACES_SAMPLER_ARG=0.5"),
        (
            &[("OTEL_TRACES_SAMPLER", "traceidratio"), ("OTEL_TRACES_SAMPLER_ARG", "NaN")],
            "OTEL_TRACES_SAMPLER_ARG=NaN",
        ),
        // Wrong, though another variable comes first.
        (
            &[("OTEL_TRACES_SAMPLER", "always_on"), ("JAEGER_SAMPLER_TYPE", "dice")],
            "JAEGER_SAMPLER_TYPE=dice",
        ),
    ] {
        let error = error(variables).to_string();
        assert!(error.starts_with(&format!("{named}: ")), "{error}");
    }
}

#[test]
fn propagation_follows_opentelemetrys_list_then_jaegers() {
    let headers = |variables: &[(&str, &str)]| {
        let (tracer, _guard) = tracer(variables);
        let mut headers = HashMap::new();
        tracer.inject(tracer.start_span("call"), format::HttpHeaders, &mut headers).unwrap();
        let mut names: Vec<String> = headers.into_keys().collect();
        names.sort_unstable();
        names
    };
    assert_eq!(headers(&[]), ["traceparent", "uber-trace-id"]);
    assert_eq!(headers(&[("JAEGER_PROPAGATION", "w3c")]), ["traceparent"]);
    assert_eq!(headers(&[("JAEGER_PROPAGATION", "w3c"), ("OTEL_PROPAGATORS", "jaeger")]), ["uber-trace-id"]);
    assert_eq!(headers(&[("OTEL_PROPAGATORS", "none")]), [""; 0]);
}

#[test]
fn trace_ids_have_128_bits_unless_they_are_to_have_64() {
    for (variables, long) in [(&[][..], true), (&[("JAEGER_TRACEID_128BIT", "false")], false)] {
        let (tracer, _guard) = tracer(variables);
        let id = tracer.start_span("op").context().trace_id().unwrap();
        assert_eq!(id.high() != 0, long);
    }
}

#[test]
fn a_disabled_tracer_does_nothing_and_asks_nothing_more() {
    for variables in [
        &[("JAEGER_DISABLED", "true"), ("JAEGER_ENDPOINT", "x")][..],
        &[("OTEL_SDK_DISABLED", "TRUE"), ("JAEGER_DISABLED", "false")],
    ] {
        let guard = from(variables).build().unwrap();
        assert!(guard.tracer().is_noop());
        assert_eq!(guard.close(LONG).started, 0);
    }
    let enabled = [("OTEL_SDK_DISABLED", "false"), ("JAEGER_DISABLED", "true")];
    assert!(
        !from(&enabled)
            .service_name("test")
            .reporter(reporters::counting())
            .build()
            .unwrap()
            .tracer()
            .is_noop()
    );
    assert!(from(&[("JAEGER_ENDPOINT", "x")]).disabled(true).build().unwrap().tracer().is_noop());
}

#[test]
fn the_endpoint_of_all_signals_gets_a_path_and_headers_are_sent() {
    let collector = Collector::new(Behaviour::Accept);
    let base = format!("{}/otlp/", collector.url());
    let headers = ("OTEL_EXPORTER_OTLP_HEADERS", "x-team = a%20b ,x-other=1");
    let guard =
        from(&[("OTEL_EXPORTER_OTLP_ENDPOINT", &base), headers]).service_name("test").build().unwrap();
    guard.tracer().start_span("op").finish();
    assert_eq!(guard.close(LONG).exported, 1);
    let request = collector.last_request();
    assert_eq!(request.line, "POST /otlp/v1/traces HTTP/1.1");
    assert_eq!(request.header("x-team"), Some("a b"));
    assert_eq!(request.header("x-other"), Some("1"));
}

#[test]
fn the_endpoint_of_traces_is_used_as_it_is_and_its_headers_take_the_place_of_the_others() {
    let collector = Collector::new(Behaviour::Accept);
    for (path, asked) in [("/spans", "/spans"), ("", "/")] {
        let url = format!("{}{path}", collector.url());
        let guard = from(&[
            ("OTEL_EXPORTER_OTLP_ENDPOINT", "http://127.0.0.1:1"),
            ("OTEL_EXPORTER_OTLP_TRACES_ENDPOINT", &url),
            ("OTEL_EXPORTER_OTLP_HEADERS", "x-all=1"),
            ("OTEL_EXPORTER_OTLP_TRACES_HEADERS", "x-traces=1"),
        ]);
        let guard = guard.service_name("test").build().unwrap();
        guard.tracer().start_span("op").finish();
        assert_eq!(guard.close(LONG).exported, 1);
        let request = collector.last_request();
        assert_eq!(request.line, format!("POST {asked} HTTP/1.1"));
        assert_eq!((request.header("x-all"), request.header("x-traces")), (None, Some("1")));
    }
}

#[test]
fn the_reporters_of_code_take_the_place_of_the_environments() {
    let counting = reporters::counting();
    let endpoint = ("OTEL_EXPORTER_OTLP_ENDPOINT", "http://127.0.0.1:1");
    let guard = from(&[endpoint]).service_name("test").reporter(counting.clone()).build().unwrap();
    guard.tracer().start_span("op").finish();
    guard.close(LONG);
    assert_eq!((counting.spans(), guard.reporters().len()), (1, 1));
}

#[test]
fn no_exporter_means_that_spans_go_nowhere_and_are_still_sampled() {
    let guard = from(&[("OTEL_TRACES_EXPORTER", "none")]).service_name("test").build().unwrap();
    let span = guard.tracer().start_span("op");
    assert!(span.context().is_sampled());
    span.finish();
    assert_eq!(guard.close(LONG).dropped.total(), 0);
}
