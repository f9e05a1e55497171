// A function made by `macro_rules!`.
macro_rules! mk {
    ($n:ident, $p:pat_param, $t:ty, $b:block) => {
        #[traced(args, ret)]
        pub(crate) fn $n($p: $t) -> $t $b
    };
}
mk!(f, a, u8, { 1 });
