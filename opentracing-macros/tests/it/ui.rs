//! Every message that the macros can emit.

#[test]
fn messages_teach() {
    trybuild::TestCases::new().compile_fail("tests/ui/*.rs");
}
