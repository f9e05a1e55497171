//! What a function returns, as far as its signature tells.

use syn::spanned::Spanned;
use syn::visit_mut::{VisitMut, visit_type_mut};
use syn::{
    GenericArgument, PathArguments, ReturnType, Signature, Token, Type, TypeInfer, TypeParamBound, TypePath,
};

/// What a function returns.
#[derive(Clone, Copy)]
pub(crate) enum Returns<'a> {
    Nothing,
    Never,
    /// No future and no stream, for certain.
    Value(&'a Type),
    /// A type whose name does not tell: a boxed future is one only by its value.
    Unknown(&'a Type),
    /// `impl Future`.
    Future(&'a Type),
    /// `impl Stream`.
    Stream(&'a Type),
}

impl<'a> Returns<'a> {
    pub(super) fn of(sig: &'a Signature) -> Self {
        match &sig.output {
            ReturnType::Default => Returns::Nothing,
            ReturnType::Type(_, ty) => Self::of_type(ty, sig),
        }
    }

    fn of_type(ty: &'a Type, sig: &Signature) -> Self {
        match ty {
            Type::Group(inner) => Self::of_type(&inner.elem, sig),
            Type::Paren(inner) => Self::of_type(&inner.elem, sig),
            Type::Never(_) => Returns::Never,
            Type::Tuple(tuple) if tuple.elems.is_empty() => Returns::Nothing,
            Type::ImplTrait(opaque) if has_bound(&opaque.bounds, "Future") => Returns::Future(ty),
            Type::ImplTrait(opaque) if has_bound(&opaque.bounds, "Stream") => Returns::Stream(ty),
            Type::Path(path) if !is_plain(path, sig) => Returns::Unknown(ty),
            Type::Macro(_) => Returns::Unknown(ty),
            _ => Returns::Value(ty),
        }
    }

    /// Whether what is returned may say that it is a failure; `false` only where it is certain.
    pub(crate) fn may_fail(self) -> bool {
        const OUTCOMES: [&str; 5] = ["Result", "Option", "Poll", "ControlFlow", "Self"];
        match self {
            Returns::Nothing | Returns::Never => false,
            Returns::Value(Type::Path(path)) => path.path.segments.last().is_none_or(|last| {
                !PLAIN.iter().any(|plain| last.ident == plain)
                    || OUTCOMES.iter().any(|outcome| last.ident == outcome)
            }),
            Returns::Value(Type::Reference(_) | Type::Tuple(_) | Type::Array(_) | Type::Ptr(_)) => false,
            _ => true,
        }
    }

    /// The type, where there is one to speak of.
    pub(crate) fn ty(self) -> Option<&'a Type> {
        match self {
            Returns::Nothing | Returns::Never => None,
            Returns::Value(ty) | Returns::Unknown(ty) | Returns::Future(ty) | Returns::Stream(ty) => Some(ty),
        }
    }
}

fn has_bound<'a>(bounds: impl IntoIterator<Item = &'a TypeParamBound>, name: &str) -> bool {
    bounds.into_iter().any(|bound| match bound {
        TypeParamBound::Trait(bound) => bound.path.segments.last().is_some_and(|last| last.ident == name),
        _ => false,
    })
}

/// Types of the standard library that are no future whatever they hold.
const PLAIN: [&str; 47] = [
    "bool",
    "char",
    "str",
    "u8",
    "u16",
    "u32",
    "u64",
    "u128",
    "usize",
    "i8",
    "i16",
    "i32",
    "i64",
    "i128",
    "isize",
    "f32",
    "f64",
    "String",
    "Vec",
    "Option",
    "Result",
    "HashMap",
    "HashSet",
    "BTreeMap",
    "BTreeSet",
    "VecDeque",
    "Arc",
    "Rc",
    "Weak",
    "Cow",
    "Path",
    "PathBuf",
    "OsString",
    "Duration",
    "Instant",
    "SystemTime",
    "Ordering",
    "Poll",
    "ControlFlow",
    "Range",
    "Cell",
    "RefCell",
    "Mutex",
    "RwLock",
    "JoinHandle",
    "Self",
    "Error",
];

fn is_plain(path: &TypePath, sig: &Signature) -> bool {
    let (Some(last), None) = (path.path.segments.last(), &path.qself) else { return false };
    if path.path.segments.len() == 1 && sig.generics.type_params().any(|param| param.ident == last.ident) {
        return true;
    }
    if last.ident == "Box" {
        // `Box<T>` is plain; `Box<dyn Future + Unpin>` cannot be put back into its type either.
        return true;
    }
    if last.ident == "Pin" {
        // Only what is boxed can be put back into its type.
        return !holds_box(&last.arguments);
    }
    PLAIN.iter().any(|plain| last.ident == plain)
}

fn holds_box(arguments: &PathArguments) -> bool {
    let PathArguments::AngleBracketed(arguments) = arguments else { return true };
    arguments.args.iter().any(|argument| match argument {
        GenericArgument::Type(Type::Reference(_)) => false,
        GenericArgument::Type(Type::Path(path)) => path
            .path
            .segments
            .last()
            .is_none_or(|last| !matches!(last.ident.to_string().as_str(), "Arc" | "Rc")),
        _ => true,
    })
}

/// The type as it may be written inside a body: `_` for every `impl Trait`.
pub(crate) fn erased(ty: &Type) -> Type {
    struct Erase;
    impl VisitMut for Erase {
        fn visit_type_mut(&mut self, ty: &mut Type) {
            if let Type::ImplTrait(_) = ty {
                *ty = Type::Infer(TypeInfer { attrs: Vec::new(), underscore_token: Token![_](ty.span()) });
            } else {
                visit_type_mut(self, ty);
            }
        }
    }
    let mut ty = ty.clone();
    Erase.visit_type_mut(&mut ty);
    ty
}
