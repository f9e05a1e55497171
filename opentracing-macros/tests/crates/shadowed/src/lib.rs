//! A crate without a prelude, with modules that have the names of ours.
#![no_implicit_prelude]

#[cfg(test)]
mod std {}
#[cfg(test)]
mod core {}
#[cfg(test)]
mod alloc {}

#[cfg(test)]
mod tests {
    use ::opentracing::{active_span, extract, fail, inject, log, set_baggage, set_tags, span, traced};
    use ::std::option::Option::{self, Some};
    use ::std::result::Result::{self, Err, Ok};
    use ::std::string::{String, ToString as _};
    use ::std::{assert_eq, vec};

    mod std {}
    mod core {}

    struct Type(u8);

    #[traced(args, err, ret)]
    impl Type {
        fn early(&self, n: u8) -> Result<u8, String> {
            let n = Some(n).ok_or("none")?;
            if n == 0 {
                return Err("zero".to_string());
            }
            Ok(n + self.0)
        }

        async fn asynchronous(&self, mut n: u8, text: String) -> Option<u8> {
            n += 1;
            log!(event = "x", text, "n is {n}");
            set_tags!(n);
            set_baggage!("n" = n);
            Some(n)
        }

        #[traced(per_poll, tags(n))]
        async fn polled(&self, n: u8) {
            fail!("no", n);
        }

        fn boxed(&self) -> ::std::pin::Pin<::std::boxed::Box<dyn ::std::future::Future<Output = u8>>> {
            ::std::boxed::Box::pin(async { 1 })
        }
    }

    #[track_caller]
    #[traced(err, ret(tags(first = ret)))]
    fn tracked(list: &[u8]) -> Option<u8> {
        let first = list.first()?;
        Some(*first)
    }

    fn ready<F: ::std::future::Future>(future: F) -> F::Output {
        let mut future = ::std::pin::pin!(future);
        let mut context = ::std::task::Context::from_waker(::std::task::Waker::noop());
        match future.as_mut().poll(&mut context) {
            ::std::task::Poll::Ready(output) => output,
            ::std::task::Poll::Pending => ::std::unreachable!(),
        }
    }

    #[test]
    fn nothing_is_looked_up_by_a_relative_name() {
        use ::std::iter::IntoIterator as _;
        use ::std::iter::Iterator as _;

        let mock = ::opentracing::MockTracer::new();
        let _current = mock.tracer().make_current();
        let value = Type(1);
        assert_eq!(value.early(1), Ok(2));
        value.early(0).unwrap_err();
        ready(value.asynchronous(1, String::new()));
        ready(value.polled(1));
        ready(value.boxed());
        tracked(&[]);
        let n = 1;
        let span = span!("span {n}");
        let mut headers = ::std::collections::HashMap::<String, String>::new();
        inject!(span: span, headers).unwrap();
        extract!(headers).unwrap();
        let closure = active_span!("closure" => |n: u8| n);
        closure(1);
        active_span!("block" => { span.finish() });

        let names: vec::Vec<_> = mock.finished_spans().into_iter().map(|span| span.operation_name).collect();
        let expected = [
            "Type::early",
            "Type::early",
            "Type::asynchronous",
            "Type::polled",
            "Type::boxed",
            "tracked",
            "closure",
            "span 1",
            "block",
        ];
        assert_eq!(names, expected);
    }
}
