use opentracing::{active_span, fail, func_name, log, set_baggage, set_tags, span};

fn main() {
    let n = 1;
    let route = "/";
    let _ = span!();
    let _ = span!("");
    let _ = span!("GET {}", route);
    let _ = span!("GET {route}", 5);
    let _ = span!(parnet: n; "name");
    let _ = span!(parent: n; "name");
    let _ = span!(span: n; "name");
    let _ = span!(kind: sever; "name");
    let _ = span!(root: true, root: true; "name");
    let _ = span!("name" => {});
    let _ = active_span!("name" =>);
    let _ = active_span!("name", n => {} {});
    let _ = active_span!("name", n = work().await);
    log!();
    log!("a", "b");
    log!("a {}", n);
    log!(event: "a");
    log!(level = 1 "a");
    set_tags!();
    set_tags!(n: 1);
    set_baggage!();
    fail!();
    fail!(n n);
    func_name!(n);
}
