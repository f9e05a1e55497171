// Ends of a body that become what the signature says.
#[traced(args)]
pub(crate) async fn boxed(same: bool) -> Box<dyn Fn(u8) -> u8 + Send> {
    if same {
        return Box::new(|n| n);
    }
    Box::new(move |n| n + 1)
}

#[traced(ret(?))]
pub(crate) fn debugged(number: bool) -> Box<dyn std::fmt::Debug> {
    if number {
        return Box::new(1);
    }
    Box::new("text")
}

#[traced(err)]
pub(crate) fn failing(ok: bool) -> Result<Box<dyn std::fmt::Debug>, Box<dyn std::error::Error>> {
    if ok {
        return Ok(Box::new(1));
    }
    let n: u8 = "x".parse()?;
    Ok(Box::new(n))
}

#[traced(ret(?))]
pub(crate) fn slice() -> &'static [u8] {
    &[1, 2, 3]
}

#[traced(ret)]
pub(crate) fn pointer(same: bool) -> fn(u8) -> u8 {
    if same {
        return |n| n;
    }
    |n| n + 1
}

#[traced(ret(?))]
pub(crate) async fn inferred() -> Vec<u8> {
    Default::default()
}

#[traced(err)]
pub(crate) async fn collected() -> Result<Vec<u8>, ()> {
    let numbers = "1,2".split(',').map(|n| n.parse().map_err(|_| ())).collect::<Result<_, _>>()?;
    Ok(numbers)
}
