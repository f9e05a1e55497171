// async_trait: an implementation, and a default method.
#[async_trait::async_trait]
pub(crate) trait T: Sync {
    async fn f(&self, a: u8) -> Result<u8, String>;
    #[traced]
    async fn g(&self) -> u8 {
        1
    }
}

pub(crate) struct A;

#[async_trait::async_trait]
impl T for A {
    #[traced(err, args)]
    async fn f(&self, a: u8) -> Result<u8, String> {
        if a == 0 {
            return Err(String::new());
        }
        Ok(self.g().await)
    }
}
