// Higher-ranked bounds, `dyn`, `FnOnce`.
#[traced(ret)]
pub(crate) fn f<F>(g: F, h: impl for<'a> Fn(&'a u8) -> &'a u8, d: &dyn for<'b> Fn(&'b str) -> &'b str) -> u8
where
    F: FnOnce() -> u8,
{
    d("");
    *h(&g())
}
