// An async function that returns a borrow of an argument.
#[traced(ret)]
pub(crate) async fn f<'a>(m: &'a mut std::collections::HashMap<String, u8>, k: &str) -> Option<&'a mut u8> {
    std::future::ready(()).await;
    m.get_mut(k)
}
