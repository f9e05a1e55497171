// Other attributes pass through.
/// doc
#[allow(clippy::too_many_arguments)]
#[traced(args, ret)]
#[inline(never)]
#[must_use]
#[cold]
pub(crate) fn f(a: u8, b: u8, c: u8, d: u8, e: u8, g: u8, h: u8, i: u8) -> u8 {
    a + b + c + d + e + g + h + i
}
