// Values that borrow from arguments, and arguments that borrow from the body.
use std::collections::HashMap;

pub(crate) struct S {
    pub(crate) x: u8,
    pub(crate) v: Vec<u8>,
}

impl S {
    #[traced(err, ret)]
    pub(crate) fn reborrowed(&mut self, n: Option<u8>) -> Result<&mut u8, String> {
        let n = n.ok_or("none")?;
        self.v.push(n);
        if n == 0 {
            return Ok(&mut self.x);
        }
        Ok(&mut self.v[0])
    }

    #[traced(err)]
    pub(crate) fn fields(&mut self, n: Option<u8>) -> Option<&mut u8> {
        let v = &mut self.v;
        let x = &mut self.x;
        *x += 1;
        v.push(n?);
        v.first_mut()
    }

    #[traced(args)]
    pub(crate) fn opaque<'a>(&'a mut self, more: &'a str) -> impl std::future::Future<Output = usize> + 'a {
        self.x += 1;
        async move { self.v.len() + more.len() }
    }

    #[traced(args)]
    pub(crate) fn boxed<'a>(&'a mut self, more: &'a str) -> futures::future::BoxFuture<'a, usize> {
        if more.is_empty() {
            return Box::pin(async { 0 });
        }
        Box::pin(async move { self.v.len() + more.len() })
    }

    #[traced(eager, args)]
    pub(crate) async fn eager(&self, more: &str) -> usize {
        std::future::ready(()).await;
        self.v.len() + more.len()
    }
}

#[traced(eager, err)]
pub(crate) async fn kept<'a, T: Clone>(
    all: &'a [T],
    map: &'a mut HashMap<String, T>,
    key: &str,
    change: impl Fn(&T) -> T,
) -> Result<&'a mut T, String> {
    if all.is_empty() {
        return Err("empty".into());
    }
    let value = change(&all[0]);
    std::future::ready(()).await;
    map.insert(key.to_owned(), value);
    map.get_mut(key).ok_or_else(|| "lost".to_owned())
}

#[traced(args)]
pub(crate) async fn pointed_at_a_local(mut bytes: &[u8]) -> usize {
    let local = vec![1, 2, 3];
    if bytes.is_empty() {
        bytes = &local;
    }
    std::future::ready(()).await;
    bytes.len()
}
