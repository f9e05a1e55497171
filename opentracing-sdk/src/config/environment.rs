//! What the environment says: the variables of OpenTelemetry, and those of Jaeger's clients where OpenTelemetry's
//! say nothing.

use std::time::Duration;

use opentracing_core::{Limits, TagValue, TraceIdBits};

use crate::config::ConfigError;
use crate::config::exporter::{self, Exporter};
use crate::config::tags;
use crate::config::unsupported;
use crate::config::variables::{Value, Variables};
use crate::propagation::Propagation;
use crate::sampler::{Sampler, constant, parent_based, probabilistic, trace_id_ratio};

/// Settings from the environment; `None` where nothing is said.
#[derive(Debug, Default)]
pub(crate) struct Environment {
    pub(crate) disabled: Option<bool>,
    pub(crate) service_name: Option<String>,
    pub(crate) tags: Vec<(String, TagValue<'static>)>,
    pub(crate) sampler: Option<Box<dyn Sampler>>,
    pub(crate) exporter: Option<Exporter>,
    pub(crate) log_spans: Option<bool>,
    pub(crate) propagation: Option<Vec<Propagation>>,
    pub(crate) limits: Option<Limits>,
    pub(crate) trace_id_bits: Option<TraceIdBits>,
    pub(crate) flush_interval: Option<Duration>,
    pub(crate) batch_spans_max: Option<usize>,
}

impl Environment {
    pub(crate) fn read(variables: &Variables<'_>) -> Result<Self, ConfigError> {
        let disabled = variables.first(&["OTEL_SDK_DISABLED", "JAEGER_DISABLED"], Value::boolean)?;
        if disabled == Some(true) {
            // Who turns tracing off wants to hear no more of it.
            return Ok(Self { disabled, ..Self::default() });
        }
        unsupported::refuse(variables)?;
        let (resource_name, tags) = tags::read(variables)?;
        let text = |value: &Value| Ok(value.text.clone());
        let name = variables.read("OTEL_SERVICE_NAME", text)?.or(resource_name);
        // Both are read: what is set and wrong is never passed over.
        let (otel_sampler, jaeger_sampler) = (otel_sampler(variables)?, jaeger_sampler(variables)?);
        let intervals = ["OTEL_BSP_SCHEDULE_DELAY", "JAEGER_REPORTER_FLUSH_INTERVAL"];
        Ok(Self {
            disabled,
            service_name: name.or(variables.read("JAEGER_SERVICE_NAME", text)?),
            tags,
            sampler: otel_sampler.or(jaeger_sampler),
            exporter: exporter::read(variables)?,
            log_spans: variables.read("JAEGER_REPORTER_LOG_SPANS", Value::boolean)?,
            propagation: propagation(variables)?,
            limits: limits(variables)?,
            trace_id_bits: variables.read("JAEGER_TRACEID_128BIT", trace_id_bits)?,
            flush_interval: variables.first(&intervals, interval)?,
            batch_spans_max: variables.read("OTEL_BSP_MAX_EXPORT_BATCH_SIZE", at_least_one)?,
        })
    }
}

fn trace_id_bits(value: &Value) -> Result<TraceIdBits, ConfigError> {
    value.boolean().map(|long| if long { TraceIdBits::B128 } else { TraceIdBits::B64 })
}

fn interval(value: &Value) -> Result<Duration, ConfigError> {
    let interval = value.duration()?;
    if interval.is_zero() { Err(value.invalid("an interval is longer than nothing")) } else { Ok(interval) }
}

fn at_least_one(value: &Value) -> Result<usize, ConfigError> {
    match value.count()? {
        0 => Err(value.invalid("a batch holds at least one span")),
        count => Ok(count),
    }
}

fn share(value: &Value) -> Result<f64, ConfigError> {
    let share = value.number()?;
    // NaN is in no range.
    if (0.0..=1.0).contains(&share) {
        Ok(share)
    } else {
        Err(value.invalid("a probability is between 0 and 1"))
    }
}

fn otel_sampler(variables: &Variables<'_>) -> Result<Option<Box<dyn Sampler>>, ConfigError> {
    let argument = variables.get("OTEL_TRACES_SAMPLER_ARG")?;
    let Some(value) = variables.get("OTEL_TRACES_SAMPLER")? else {
        return match argument {
            // Someone believes to have chosen a share of the traces.
            Some(argument) => Err(argument.invalid("it says nothing without OTEL_TRACES_SAMPLER")),
            None => Ok(None),
        };
    };
    let ratio = || argument.as_ref().map_or(Ok(1.0), share).map(trace_id_ratio);
    let sampler: Box<dyn Sampler> = match value.text.as_str() {
        // A parent's decision stands here in any case.
        "always_on" | "parentbased_always_on" => Box::new(parent_based(constant(true))),
        "always_off" | "parentbased_always_off" => Box::new(parent_based(constant(false))),
        "traceidratio" | "parentbased_traceidratio" => Box::new(parent_based(ratio()?)),
        "jaeger_remote" | "parentbased_jaeger_remote" => {
            return Err(value.unsupported("remote sampling is not there yet"));
        }
        "xray" => return Err(value.unsupported("this sampler is not there")),
        _ => {
            return Err(value
                .invalid("it takes always_on, always_off, traceidratio, or one of them after parentbased_"));
        }
    };
    Ok(Some(sampler))
}

fn jaeger_sampler(variables: &Variables<'_>) -> Result<Option<Box<dyn Sampler>>, ConfigError> {
    let param = variables.get("JAEGER_SAMPLER_PARAM")?;
    let Some(value) = variables.get("JAEGER_SAMPLER_TYPE")? else {
        return match param {
            Some(param) => Err(param.invalid("it says nothing without JAEGER_SAMPLER_TYPE")),
            None => Ok(None),
        };
    };
    // The clients take zero for a parameter that is not given: a tracer that records nothing, and says nothing.
    let param = || param.as_ref().ok_or_else(|| value.invalid("this sampler needs JAEGER_SAMPLER_PARAM"));
    let sampler: Box<dyn Sampler> = match value.text.to_ascii_lowercase().as_str() {
        "const" => Box::new(parent_based(constant(keep(param()?)?))),
        "probabilistic" => Box::new(parent_based(probabilistic(share(param()?)?))),
        "ratelimiting" => return Err(value.unsupported("the rate-limiting sampler is not there yet")),
        "remote" => return Err(value.unsupported("remote sampling is not there yet")),
        _ => return Err(value.invalid("it takes const, probabilistic, ratelimiting or remote")),
    };
    Ok(Some(sampler))
}

/// The constant sampler's parameter: a number that is zero or is not, or a boolean.
fn keep(value: &Value) -> Result<bool, ConfigError> {
    match value.number() {
        Ok(number) if number.is_finite() => Ok(number != 0.0),
        _ => value.boolean().map_err(|_| value.invalid("it takes 1 or 0")),
    }
}

fn propagation(variables: &Variables<'_>) -> Result<Option<Vec<Propagation>>, ConfigError> {
    let otel = variables.read("OTEL_PROPAGATORS", otel_propagators)?;
    let jaeger = variables.read("JAEGER_PROPAGATION", jaeger_propagation)?;
    Ok(otel.or(jaeger))
}

fn otel_propagators(value: &Value) -> Result<Vec<Propagation>, ConfigError> {
    let (mut chosen, mut baggage) = (Vec::new(), false);
    for name in value.list() {
        match name {
            "tracecontext" => chosen.push(Propagation::W3c),
            "jaeger" => chosen.push(Propagation::Jaeger),
            "baggage" => baggage = true,
            "none" => {}
            "b3" | "b3multi" => return Err(value.unsupported("the B3 headers are not there yet")),
            "xray" | "ottrace" => return Err(value.unsupported("these headers are not supported")),
            _ => return Err(value.invalid("it takes a list of tracecontext, baggage, jaeger and none")),
        }
    }
    if baggage && !chosen.contains(&Propagation::W3c) {
        return Err(value.unsupported("the baggage header goes with tracecontext here"));
    }
    Ok(without_repeats(chosen))
}

fn jaeger_propagation(value: &Value) -> Result<Vec<Propagation>, ConfigError> {
    let mut chosen = Vec::new();
    for name in value.list() {
        match name.parse() {
            Ok(propagation) => chosen.push(propagation),
            Err(_) if ["b3", "b3single"].iter().any(|b3| name.eq_ignore_ascii_case(b3)) => {
                return Err(value.unsupported("the B3 headers are not there yet"));
            }
            Err(error) => return Err(value.invalid("it takes a list of jaeger and w3c").with_source(error)),
        }
    }
    Ok(without_repeats(chosen))
}

fn without_repeats(mut list: Vec<Propagation>) -> Vec<Propagation> {
    let mut seen = Vec::new();
    list.retain(|item| {
        !seen.contains(item) && {
            seen.push(*item);
            true
        }
    });
    list
}

/// Limits where at least one is set; the others have their defaults. A length is one of bytes here.
fn limits(variables: &Variables<'_>) -> Result<Option<Limits>, ConfigError> {
    let mut limits = Limits::default();
    for (names, limit) in [
        (&["OTEL_SPAN_ATTRIBUTE_COUNT_LIMIT", "OTEL_ATTRIBUTE_COUNT_LIMIT"][..], &mut limits.tags_max),
        (
            &["OTEL_SPAN_ATTRIBUTE_VALUE_LENGTH_LIMIT", "OTEL_ATTRIBUTE_VALUE_LENGTH_LIMIT"],
            &mut limits.value_bytes_max,
        ),
        (&["OTEL_SPAN_EVENT_COUNT_LIMIT"], &mut limits.logs_max),
        (&["OTEL_SPAN_LINK_COUNT_LIMIT"], &mut limits.references_max),
        (&["OTEL_EVENT_ATTRIBUTE_COUNT_LIMIT"], &mut limits.log_fields_max),
    ] {
        if let Some(count) = variables.first(names, Value::count)? {
            *limit = count;
        }
    }
    Ok((limits != Limits::default()).then_some(limits))
}
