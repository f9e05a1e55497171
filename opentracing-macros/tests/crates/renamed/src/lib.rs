//! The library under another name.

#[cfg(test)]
mod tests {
    use ot::{active_span, fail, inject, log, set_tags, span, traced};

    #[traced(crate = ot, args, err, ret)]
    fn sync(n: u8) -> Result<u8, String> {
        log!(crate: ot; event = "sync", "n is {n}");
        set_tags!(crate: ot; extra = n);
        if n == 0 {
            fail!(crate: ot; "zero");
            return Err("zero".to_owned());
        }
        Ok(n)
    }

    #[traced(crate = ot, tags(n), name = format!("asynchronous {n}"))]
    async fn asynchronous(n: u8) -> u8 {
        active_span!(crate: ot; "inside" => async { n }).await
    }

    #[test]
    fn the_path_that_is_given_is_used() {
        let mock = ot::MockTracer::new();
        let _current = mock.tracer().make_current();
        assert_eq!(sync(1), Ok(1));
        sync(0).unwrap_err();
        let mut future = std::pin::pin!(asynchronous(2));
        let mut context = std::task::Context::from_waker(std::task::Waker::noop());
        assert!(future.as_mut().poll(&mut context).is_ready());
        let span = span!(crate: ot; "span");
        let mut headers = std::collections::HashMap::<String, String>::new();
        inject!(crate: ot, span: span, headers).unwrap();
        span.finish();

        let names: Vec<_> = mock.finished_spans().into_iter().map(|span| span.operation_name).collect();
        assert_eq!(names, ["sync", "sync", "inside", "asynchronous 2", "span"]);
    }
}
