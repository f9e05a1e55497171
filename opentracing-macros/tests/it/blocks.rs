//! `#[traced]` on impl blocks and traits.

use opentracing::traced;

use crate::support::{block_on, paths, record, tags};

#[derive(Default)]
struct Pool {
    size: u8,
}

#[traced(tags(component = "pool"), err)]
impl Pool {
    const LIMIT: u8 = 3;

    const fn new() -> Self {
        Self { size: 0 }
    }

    fn get(&mut self) -> Result<u8, String> {
        if self.size == Self::LIMIT {
            return Err("exhausted".to_owned());
        }
        self.size += 1;
        self.note();
        Ok(self.size)
    }

    #[traced(skip)]
    fn note(&self) {
        self.quiet();
    }

    #[traced("quietly", tags(n = self.size), err, ret)]
    fn quiet(&self) -> Option<u8> {
        Some(self.size)
    }

    /// Waits.
    #[must_use]
    async fn wait(&self, n: u8) -> u8 {
        n
    }

    fn size(&self) -> u8 {
        self.size
    }
}

#[traced]
trait Store {
    fn load(&self) -> u8;

    fn load_twice(&self) -> u8 {
        self.load() + self.load()
    }

    #[traced(skip)]
    fn skipped(&self) -> u8 {
        self.load()
    }
}

#[traced]
impl Store for Pool {
    fn load(&self) -> u8 {
        self.size
    }
}

#[traced(naming = fn, args, ret)]
impl<T: Clone> Store for Vec<T> {
    fn load(&self) -> u8 {
        u8::try_from(self.clone().len()).unwrap_or(u8::MAX)
    }
}

#[test]
fn every_function_of_an_impl_is_traced_under_the_name_of_its_type() {
    let ((), spans) = record(|| {
        let mut pool = Pool::new();
        pool.get().unwrap();
        block_on(pool.wait(1));
        pool.size = 3;
        pool.get().unwrap_err();
        pool.size();
    });
    let names = ["Pool::get/quietly", "Pool::get", "Pool::wait", "Pool::get", "Pool::size"];
    assert_eq!(paths(&spans), names);
    assert_eq!(tags(&spans[0]), ["component=pool", "n=1", "return=1"]);
    assert_eq!(tags(&spans[3]), ["component=pool", "error=true"]);
    assert_eq!(tags(&spans[4]), ["component=pool"], "`err` on a block passes over what cannot fail");
}

#[test]
fn functions_of_a_trait_are_named_after_the_trait_or_the_implementing_type() {
    let ((), spans) = record(|| {
        Pool { size: 1 }.load_twice();
        Pool { size: 1 }.skipped();
        vec![1, 2].load();
    });
    let names = [
        "Store::load_twice/Pool::load",
        "Store::load_twice/Pool::load",
        "Store::load_twice",
        "Pool::load",
        "load",
    ];
    assert_eq!(paths(&spans), names);
    assert_eq!(tags(&spans[4]), ["return=2"]);
}

#[traced]
#[async_trait::async_trait]
trait Remote: Sync {
    async fn fetch(&self, n: u8) -> u8 {
        n
    }
}

struct Here;

#[async_trait::async_trait]
#[traced]
impl Remote for Here {
    async fn fetch(&self, n: u8) -> u8 {
        n + 1
    }
}

struct There;

impl Remote for There {}

#[test]
fn the_attribute_goes_before_or_after_async_trait() {
    let (sum, spans) = record(|| block_on(async { Here.fetch(1).await + There.fetch(2).await }));
    assert_eq!(sum, 4);
    assert_eq!(paths(&spans), ["Here::fetch", "Remote::fetch"]);
}
