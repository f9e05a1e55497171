// Aliases of `Result`.
pub(crate) type Res<T> = std::result::Result<T, std::fmt::Error>;

pub(crate) mod my {
    pub(crate) type Result<T> = std::result::Result<T, ()>;
}

#[traced(err, ret)]
pub(crate) fn f() -> Res<u8> {
    Ok(1)
}

#[traced(err, ret)]
pub(crate) fn g() -> my::Result<u8> {
    Err(())
}
