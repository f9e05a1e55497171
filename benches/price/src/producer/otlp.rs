//! OpenTelemetry's exporter, which three of the peers use: OTLP as protobuf over HTTP, with the client that comes by
//! default.

use std::net::SocketAddr;

use opentelemetry_otlp::{Protocol, SpanExporter, WithExportConfig as _};
use opentelemetry_sdk::Resource;
use opentelemetry_sdk::trace::SdkTracerProvider;

pub fn exporter(address: SocketAddr) -> SpanExporter {
    let builder = SpanExporter::builder().with_http().with_protocol(Protocol::HttpBinary);
    builder.with_endpoint(format!("http://{address}/v1/traces")).build().expect("a valid endpoint")
}

pub fn resource() -> Resource {
    Resource::builder().with_service_name("price").build()
}

/// A provider that exports in batches, with OpenTelemetry's defaults.
pub fn provider(address: SocketAddr) -> SdkTracerProvider {
    SdkTracerProvider::builder().with_resource(resource()).with_batch_exporter(exporter(address)).build()
}

/// Exports what is queued, and ends.
pub fn shutdown(provider: &SdkTracerProvider) {
    if let Err(error) = provider.shutdown() {
        // The sink counts by itself; this says why the others are missing.
        eprintln!("opentelemetry: {error}");
    }
}
