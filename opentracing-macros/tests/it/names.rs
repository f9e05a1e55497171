//! What spans are called.

use opentracing::{func_name, func_path, traced};

use crate::support::{block_on, paths, record};

const NAME: &str = "constant";

mod inner {
    pub(super) const NAME: &str = "constant elsewhere";
}

struct Pool<T>(T);

impl<T> Pool<T> {
    #[traced(naming = type)]
    fn get(&self) -> usize {
        size_of::<T>()
    }

    #[traced(naming = path)]
    fn put(&self) {}

    #[traced(naming = fn)]
    fn count() {}
}

#[traced("literal {not} a format")]
fn literal() {}

#[traced(name = NAME)]
fn constant() {}

#[traced(name = inner::NAME)]
fn constant_elsewhere() {}

#[traced(name = format!("GET {route}"))]
fn computed(route: &str) -> usize {
    route.len()
}

#[traced(name = route.clone())]
async fn computed_later(route: String) -> String {
    route
}

#[traced(naming = path)]
fn long() {}

#[test]
fn a_name_is_a_literal_a_constant_or_computed_from_arguments() {
    let ((), spans) = record(|| {
        literal();
        constant();
        constant_elsewhere();
        computed("/users");
        block_on(computed_later("moved".to_owned()));
    });
    let names = ["literal {not} a format", "constant", "constant elsewhere", "GET /users", "moved"];
    assert_eq!(paths(&spans), names);
}

#[test]
fn naming_takes_the_function_the_type_or_the_path() {
    let ((), spans) = record(|| {
        let pool = Pool(0_u8);
        pool.get();
        pool.put();
        Pool::<u8>::count();
        long();
    });
    assert_eq!(paths(&spans), ["Pool::get", "it::names::put", "count", "it::names::long"]);
}

#[test]
fn a_function_knows_its_own_name() {
    struct S;
    impl S {
        fn method(&self) -> (&'static str, &'static str) {
            (func_name!(), func_path!())
        }
    }
    async fn asynchronous() -> (&'static str, &'static str) {
        (func_name!(), func_path!())
    }
    assert_eq!(func_name!(), "a_function_knows_its_own_name");
    assert_eq!(func_path!(), "it::names::a_function_knows_its_own_name");
    let closure = || func_name!();
    assert_eq!(closure(), "a_function_knows_its_own_name");
    assert_eq!(S.method().0, "method");
    assert!(S.method().1.ends_with("S::method"), "{}", S.method().1);
    assert_eq!(block_on(asynchronous()).0, "asynchronous");
}
