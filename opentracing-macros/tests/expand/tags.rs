#[traced(tags(user.id, attempt = n + 1, %uri, {tags::HTTP_METHOD} = "GET"), args(n))]
fn fetch(user: &User, n: u32, uri: &Uri) {
    get(uri)
}
