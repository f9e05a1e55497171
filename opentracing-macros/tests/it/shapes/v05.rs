// Argument patterns with `@`, slices and `mut`.
pub(crate) struct P {
    pub(crate) x: u8,
    pub(crate) y: u8,
}

#[traced(args, ret)]
pub(crate) fn f((a, b): (u8, u8), P { x, .. }: P, [c, _]: [u8; 2], &d: &u8, z @ (p, _): (u8, u8), mut m: u8) -> u8 {
    m += 1;
    a + b + x + c + d + z.0 + p + m
}
