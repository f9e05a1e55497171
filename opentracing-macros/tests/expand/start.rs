#[traced(
    name = format!("GET {route}"),
    child_of = extract!(headers),
    follows_from = causes,
    kind = server,
    component = "http",
    tracer = self.tracer,
    start_time = received,
    tags(sampling.priority = priority)
)]
fn serve(&self, route: &str) {
    self.answer(route)
}
