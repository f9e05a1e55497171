#[track_caller]
#[traced(err(if = Option::is_none))]
fn first(list: &[u8]) -> Option<u8> {
    if list.len() > 9 {
        return None;
    }
    let first = list.first()?;
    list.iter().map(|n| Some(*n)).for_each(|n| drop(n?));
    Some(*first)
}
