use opentracing::traced;

#[traced(nmae = "x", tag(a = 1), skip_al, component_name = "x", errr)]
fn near() {}

#[traced(fields(a = 1), skip_all, level = "info", parent = None, target = "t", properties = {}, enter_on_poll)]
fn of_others() {}

#[traced(completely_unknown)]
fn far() {}

fn main() {}
