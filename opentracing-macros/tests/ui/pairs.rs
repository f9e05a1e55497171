use opentracing::traced;

#[traced("name", naming = path)]
fn named() {}

#[traced(eager, per_poll)]
fn not_async() {}

#[traced(eager, per_poll)]
async fn eager_per_poll() {}

#[traced(future, stream)]
async fn already_wrapped() {}

#[traced(future, stream)]
fn future_and_stream() -> impl Sized {}

#[traced(inactive, no_finish)]
fn both_modes() {}

#[traced(inactive, future)]
fn inactive_future() -> impl Future<Output = ()> {
    async {}
}

#[traced(
    per_poll,
    inactive,
    tracer = opentracing::tracer(),
    child_of = None::<opentracing::SpanContext>,
    start_time = std::time::SystemTime::now(),
    name = format!("x")
)]
async fn per_poll() {}

#[traced(naming = type)]
fn no_type() {}

#[traced(err, ret)]
fn nothing_returned() {}

#[traced(err, ret)]
fn never_returns() -> ! {
    panic!()
}

#[traced(skip)]
fn skip_alone() {}

fn main() {}
