//! Names that are known at run time only.

use std::any::{type_name, type_name_of_val};
use std::borrow::Cow;

/// A name given as an expression.
pub fn name(name: impl Into<Cow<'static, str>>) -> Cow<'static, str> {
    name.into()
}

/// `Type::method`, the type without module and generics.
#[must_use]
pub fn method_name<T: ?Sized>(method: &str) -> Cow<'static, str> {
    format!("{}::{method}", short(type_name::<T>())).into()
}

/// A type's name without module and generics.
fn short(name: &str) -> &str {
    let name = name.trim_start_matches(['&', '[', '(']).trim_start_matches("mut ").trim_start_matches("dyn ");
    let end = name.find(['<', ' ', ']', ')', ';', ',']).unwrap_or(name.len());
    name[..end].rsplit("::").next().unwrap_or(name)
}

/// The path of the function in which the function `here` is declared.
#[must_use]
pub fn func_path<F>(here: &F) -> &'static str {
    let path = type_name_of_val(here);
    let mut path = path.rsplit_once("::").map_or(path, |(path, _)| path);
    while let Some(outer) = path.strip_suffix("::{{closure}}") {
        path = outer;
    }
    path
}

/// The last part of [`func_path`].
#[must_use]
pub fn func_name<F>(here: &F) -> &'static str {
    let path = func_path(here);
    path.rsplit("::").next().unwrap_or(path)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_type_is_named_without_module_and_generics() {
        assert_eq!(short("alloc::vec::Vec<core::option::Option<u8>>"), "Vec");
        assert_eq!(short("&mut my::Pool"), "Pool");
        assert_eq!(short("dyn my::Store + Send"), "Store");
        assert_eq!(short("[u8; 4]"), "u8");
        assert_eq!(short("u8"), "u8");
    }
}
