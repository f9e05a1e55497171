// Default methods of a trait.
pub(crate) trait T {
    #[traced(ret)]
    fn f(&self) -> u8 {
        1
    }
    #[traced(ret)]
    fn g() -> Self
    where
        Self: Sized + Default,
    {
        Self::default()
    }
}

impl T for u8 {}
