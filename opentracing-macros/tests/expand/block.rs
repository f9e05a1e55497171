#[traced(err)]
impl<T> Pool<T> {
    pub const LIMIT: usize = 8;

    pub const fn new() -> Self {
        Self { size: 0 }
    }

    pub fn len(&self) -> usize {
        self.size
    }

    #[traced(skip)]
    fn quiet(&self) {}

    #[traced("take", ret)]
    async fn get(&mut self) -> Result<T, Empty> {
        self.next().await
    }
}
