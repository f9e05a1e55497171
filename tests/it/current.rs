//! Which tracer the macros use.

use opentracing::{MockTracer, Traced, active_span, set_global_tracer, tracer, unset_global_tracer};

use crate::support::{alone_with_the_global_tracer, block_on};

#[test]
fn the_global_tracers_handle_stands_for_it_where_it_is_made_current() {
    let _alone = alone_with_the_global_tracer();
    let mock = MockTracer::new();
    set_global_tracer(mock.tracer());
    {
        let _current = tracer().make_current();
        drop(active_span!("guarded"));
    }
    block_on(async { drop(active_span!("polled")) }.with_tracer(tracer()));
    assert!(unset_global_tracer(&mock.tracer()));
    let spans = mock.finished_spans();
    let names: Vec<_> = spans.iter().map(|span| &*span.operation_name).collect();
    assert_eq!(names, ["guarded", "polled"]);
}
