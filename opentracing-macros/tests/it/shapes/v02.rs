// Generics, a const generic, `where`, a lifetime, an `impl` argument.
#[traced(ret, tags(n = a.len()))]
pub(crate) fn f<'a, T, const N: usize>(a: &'a [T; N], g: impl Fn(&T) -> bool) -> Option<&'a T>
where
    T: PartialOrd + 'a + ?Sized + Sized,
{
    a.iter().find(|x| g(x))
}
