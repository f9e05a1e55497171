//! All codecs of a tracer.

use std::collections::HashMap;
use std::ops::ControlFlow;
use std::sync::Arc;

use opentracing_core::{
    Codec, ExtractCarrier, ExtractError, InjectCarrier, InjectError, Limits, SpanContext, TextMapReader,
};

use super::found::Found;
use super::jaeger::{self, JaegerHeaders};
use super::outgoing::Outgoing;
use super::stats::{Counters, PropagationStats};
use super::{Propagation, Text, binary, w3c};

/// Writes contexts into carriers and reads them: what a recorder answers `inject` and `extract` with.
///
/// A context is written in the headers of every propagation given, and read from those of the first that has
/// one; baggage is joined from all of them. The binary format is Jaeger's. The keys of baggage that is read from
/// text are folded to lower case, since the names of headers have none.
///
/// Nobody cleans a carrier: baggage written into it before stays.
///
/// # Examples
/// ```
/// use opentracing_core::{ExtractCarrier, InjectCarrier, SpanContext, SpanId, TraceId};
/// use opentracing_sdk::propagation::{Propagation, Propagators};
/// use std::collections::BTreeMap;
///
/// let propagators = Propagators::new([Propagation::Jaeger, Propagation::W3c]);
/// let ids = (TraceId::new(0x2a).unwrap(), SpanId::new(1).unwrap());
/// let context = SpanContext::builder().ids(ids.0, ids.1).sampled(true).build();
///
/// let mut headers = BTreeMap::new();
/// propagators.inject(&context, InjectCarrier::HttpHeaders(&mut headers))?;
/// assert_eq!(headers["uber-trace-id"], "000000000000002a:0000000000000001:0:1");
/// assert_eq!(headers["traceparent"], "00-0000000000000000000000000000002a-0000000000000001-01");
/// assert_eq!(propagators.extract(ExtractCarrier::HttpHeaders(&headers))?, Some(context));
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Debug)]
pub struct Propagators {
    // Invariant: each at most once.
    propagations: Vec<Propagation>,
    jaeger_headers: JaegerHeaders,
    limits: Limits,
    codecs: HashMap<String, Arc<dyn Codec>>,
    counters: Counters,
}

impl Propagators {
    /// Uses these headers. With none, nothing is written into text and nothing read from it.
    ///
    /// # Examples
    /// ```
    /// use opentracing_sdk::propagation::{Propagation, Propagators};
    ///
    /// let propagators = Propagators::new([Propagation::W3c, Propagation::W3c]);
    /// assert_eq!(propagators.propagations(), [Propagation::W3c]);
    /// ```
    #[must_use]
    pub fn new(propagations: impl IntoIterator<Item = Propagation>) -> Self {
        let none = Self {
            propagations: Vec::new(),
            jaeger_headers: JaegerHeaders::default(),
            limits: Limits::default(),
            codecs: HashMap::new(),
            counters: Counters::default(),
        };
        none.with_propagations(propagations)
    }

    /// Uses these headers instead.
    pub(crate) fn with_propagations(mut self, propagations: impl IntoIterator<Item = Propagation>) -> Self {
        self.propagations.clear();
        for propagation in propagations {
            if !self.propagations.contains(&propagation) {
                self.propagations.push(propagation);
            }
        }
        self
    }

    /// Sets how much baggage is written and read: `baggage_items_max` and `baggage_bytes_max`, as it is on the
    /// wire. They hold for all lines of one kind of header together, and for all that is read together.
    ///
    /// # Examples
    /// ```
    /// use opentracing_core::{ExtractCarrier, Limits};
    /// use opentracing_sdk::propagation::Propagators;
    ///
    /// let limits = Limits { baggage_items_max: 1, ..Limits::default() };
    /// let propagators = Propagators::default().with_limits(limits);
    /// let headers = [("baggage", "user=7,shop=2")];
    /// let context = propagators.extract(ExtractCarrier::HttpHeaders(&headers))?.unwrap();
    /// assert_eq!(context.baggage().count(), 1);
    /// assert_eq!(propagators.stats().baggage_items_dropped, 1);
    /// # Ok::<(), opentracing_core::ExtractError>(())
    /// ```
    #[must_use]
    pub fn with_limits(self, limits: Limits) -> Self {
        Self { limits, ..self }
    }

    /// Sets the names of Jaeger's headers.
    ///
    /// # Examples
    /// ```
    /// use opentracing_core::ExtractCarrier;
    /// use opentracing_sdk::propagation::{JaegerHeaders, Propagators};
    ///
    /// let names = JaegerHeaders { trace_id: "x-shop-trace".into(), ..JaegerHeaders::default() };
    /// let propagators = Propagators::default().with_jaeger_headers(names);
    /// assert!(propagators.extract(ExtractCarrier::HttpHeaders(&[("x-shop-trace", "2a:1:0:1")]))?.is_some());
    /// assert!(propagators.extract(ExtractCarrier::HttpHeaders(&[("uber-trace-id", "2a:1:0:1")]))?.is_none());
    /// # Ok::<(), opentracing_core::ExtractError>(())
    /// ```
    #[must_use]
    pub fn with_jaeger_headers(self, jaeger_headers: JaegerHeaders) -> Self {
        Self { jaeger_headers, ..self }
    }

    /// Adds a codec, for [`format::Custom`](opentracing_core::format::Custom) with that name. Under a built-in
    /// name it takes the place of what is built in.
    ///
    /// # Examples
    /// ```
    /// use opentracing_core::{Codec, ExtractCarrier, ExtractError, InjectCarrier, InjectError, SpanContext};
    /// use opentracing_sdk::propagation::Propagators;
    ///
    /// /// For messages that carry no context.
    /// #[derive(Debug)]
    /// struct Bare;
    ///
    /// impl Codec for Bare {
    ///     fn inject(&self, _: &SpanContext, _: InjectCarrier<'_>) -> Result<(), InjectError> {
    ///         Ok(())
    ///     }
    ///
    ///     fn extract(&self, _: ExtractCarrier<'_>) -> Result<Option<SpanContext>, ExtractError> {
    ///         Ok(None)
    ///     }
    /// }
    ///
    /// let propagators = Propagators::default().with_codec("bare", Bare);
    /// assert_eq!(propagators.extract(ExtractCarrier::Custom("bare", &7_u8))?, None);
    /// # Ok::<(), ExtractError>(())
    /// ```
    #[must_use]
    pub fn with_codec(mut self, name: impl Into<String>, codec: impl Codec + 'static) -> Self {
        self.codecs.insert(name.into(), Arc::new(codec));
        self
    }

    /// The headers in use, in order.
    ///
    /// # Examples
    /// ```
    /// use opentracing_sdk::propagation::{Propagation, Propagators};
    ///
    /// assert_eq!(Propagators::default().propagations(), [Propagation::Jaeger, Propagation::W3c]);
    /// ```
    #[must_use]
    pub fn propagations(&self) -> &[Propagation] {
        &self.propagations
    }

    /// What has had to be left out so far.
    ///
    /// # Examples
    /// ```
    /// use opentracing_sdk::propagation::{PropagationStats, Propagators};
    ///
    /// assert_eq!(Propagators::default().stats(), PropagationStats::default());
    /// ```
    #[must_use]
    pub fn stats(&self) -> PropagationStats {
        self.counters.read()
    }

    /// Writes a context into a carrier, which is unchanged when the call fails.
    ///
    /// # Errors
    /// When the format is unknown, the carrier does not fit it, or the context has neither ids nor baggage.
    ///
    /// # Examples
    /// ```
    /// use opentracing_core::{InjectCarrier, SpanContext, SpanId, TraceId};
    /// use opentracing_sdk::propagation::{Propagation, Propagators};
    /// use std::collections::BTreeMap;
    ///
    /// let (propagators, mut headers) = (Propagators::new([Propagation::Jaeger]), BTreeMap::new());
    /// let ids = (TraceId::new(0x2a).unwrap(), SpanId::new(1).unwrap());
    /// let context = SpanContext::builder().ids(ids.0, ids.1).sampled(true).build();
    /// propagators.inject(&context, InjectCarrier::HttpHeaders(&mut headers))?;
    /// assert_eq!(headers["uber-trace-id"], "000000000000002a:0000000000000001:0:1");
    /// # Ok::<(), opentracing_core::InjectError>(())
    /// ```
    pub fn inject(&self, context: &SpanContext, carrier: InjectCarrier<'_>) -> Result<(), InjectError> {
        if let Some(codec) = self.codecs.get(carrier.format_name()) {
            return codec.inject(context, carrier);
        }
        let says_nothing = context.ids().is_none() && context.baggage().next().is_none();
        let format = carrier.format_name();
        let (text, carrier) = match carrier {
            InjectCarrier::TextMap(carrier) => (Text::Plain, carrier),
            InjectCarrier::HttpHeaders(carrier) => (Text::Http, carrier),
            InjectCarrier::Binary(_) if says_nothing => return Err(InjectError::invalid_span_context()),
            InjectCarrier::Binary(buffer) => {
                self.counters.add(&binary::inject(context, buffer, &self.limits));
                return Ok(());
            }
            other => return Err(other.refuse()),
        };
        if says_nothing {
            return Err(InjectError::invalid_span_context());
        }
        let mut out = Outgoing::new(carrier, text, &self.limits);
        for propagation in &self.propagations {
            match propagation {
                Propagation::Jaeger => jaeger::inject(context, &self.jaeger_headers, &mut out),
                Propagation::W3c => w3c::inject(context, &mut out),
            }
        }
        self.counters.add(&out.stats);
        if context.ids().is_some() && !out.has_ids() && !self.propagations.is_empty() {
            return Err(InjectError::invalid_carrier(format));
        }
        Ok(())
    }

    /// Reads a context from a carrier; `None` where it holds none. One without ids has only baggage or a debug
    /// id; a span made from it is a root.
    ///
    /// # Errors
    /// When the format is unknown, the carrier does not fit it, or it holds a garbled context and no other.
    ///
    /// # Examples
    /// ```
    /// use opentracing_core::{ExtractCarrier, TraceId};
    /// use opentracing_sdk::propagation::Propagators;
    ///
    /// let propagators = Propagators::default();
    /// let extract = |value| propagators.extract(ExtractCarrier::HttpHeaders(&[("uber-trace-id", value)]));
    /// assert_eq!(extract("2a:1:0:1")?.unwrap().trace_id(), TraceId::new(0x2a));
    /// assert!(extract("no context").is_err());
    /// assert_eq!(propagators.extract(ExtractCarrier::HttpHeaders(&[("accept", "*/*")]))?, None);
    /// # Ok::<(), opentracing_core::ExtractError>(())
    /// ```
    pub fn extract(&self, carrier: ExtractCarrier<'_>) -> Result<Option<SpanContext>, ExtractError> {
        if let Some(codec) = self.codecs.get(carrier.format_name()) {
            return codec.extract(carrier);
        }
        let mut found = Found::new(&self.limits);
        match carrier {
            ExtractCarrier::TextMap(carrier) => self.read_text(carrier, Text::Plain, &mut found),
            ExtractCarrier::HttpHeaders(carrier) => self.read_text(carrier, Text::Http, &mut found),
            ExtractCarrier::Binary(bytes) => binary::extract(bytes, &self.limits, &mut found),
            other => return Err(other.refuse()),
        }
        self.counters.add(&found.stats);
        found.into_context()
    }

    /// Shows every pair to every reader, once.
    fn read_text(&self, carrier: &dyn TextMapReader, text: Text, found: &mut Found<'_>) {
        let reads = |propagation| self.propagations.contains(&propagation);
        let mut jaeger =
            reads(Propagation::Jaeger).then(|| jaeger::Reader::new(&self.jaeger_headers, text, &self.limits));
        let mut w3c = reads(Propagation::W3c).then(|| w3c::Reader::new(&self.limits));
        let _ = carrier.try_for_each(&mut |key, value| {
            if let Some(reader) = &mut w3c {
                reader.visit(key, value);
            }
            if let Some(reader) = &mut jaeger {
                reader.visit(key, value);
            }
            ControlFlow::Continue(())
        });
        for propagation in &self.propagations {
            match propagation {
                Propagation::Jaeger => jaeger.iter_mut().for_each(|reader| reader.finish(found)),
                Propagation::W3c => w3c.iter_mut().for_each(|reader| reader.finish(found)),
            }
        }
    }
}

/// Jaeger's and W3C's headers.
impl Default for Propagators {
    fn default() -> Self {
        Self::new([Propagation::Jaeger, Propagation::W3c])
    }
}
