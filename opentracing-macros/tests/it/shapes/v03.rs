// `&mut self`, a tag that reads it, a borrow of it returned.
pub(crate) struct C {
    pub(crate) n: u64,
}

impl C {
    #[traced(tags(n = self.n), args, ret(?))]
    pub(crate) fn bump(&mut self, by: u64) -> &mut u64 {
        self.n += by;
        &mut self.n
    }
}
