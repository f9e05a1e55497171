// Every receiver.
use std::pin::Pin;
use std::rc::Rc;
use std::sync::Arc;

pub(crate) struct A;

impl A {
    #[traced("a", root)]
    pub(crate) fn a(self: Arc<Self>) {}
    #[traced("b", root)]
    pub(crate) fn b(self: Pin<&mut Self>) {}
    #[traced("c", root)]
    pub(crate) async fn c(self: Box<Self>) {}
    #[traced("d", root, ret)]
    pub(crate) fn d(mut self) -> Self {
        self = A;
        self
    }
    #[traced("e", root)]
    pub(crate) fn e(self: &Rc<Self>) {}
}
