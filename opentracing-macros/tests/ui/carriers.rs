use opentracing::{extract, inject};

struct NoCarrier;

fn main() {
    let mut headers = std::collections::HashMap::<String, String>::new();
    let number = 5;
    inject!().unwrap();
    inject!(headers, span: number).unwrap();
    extract!(span: number, headers).unwrap();
    inject!(NoCarrier).unwrap();
    extract!(NoCarrier).unwrap();
    inject!(format: binary => &mut headers).unwrap();
    inject!(span: number, headers).unwrap();
}
