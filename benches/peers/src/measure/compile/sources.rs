//! What is compiled: the same functions, with the attributes of the libraries.

use std::fmt::Write;
use std::path::Path;

/// Attributed functions of a crate, one in five of them asynchronous.
pub const FUNCTIONS: u32 = 500;
const EVERY_ASYNC: u32 = 5;

/// A crate: which attribute its functions have, and what it depends on.
#[derive(Debug)]
pub struct Variant {
    pub name: &'static str,
    pub attribute: &'static str,
    dependency: Dependency,
}

#[derive(Debug)]
enum Dependency {
    None,
    Ours,
    Fastrace,
    Tracing,
}

/// The crate without attributes.
pub const PLAIN: &str = "none";
pub const OURS_WITH_TAGS: &str = "opentracing_tags";
pub const RIVAL: &str = "fastrace";

pub const VARIANTS: &[Variant] = &[
    Variant { name: PLAIN, attribute: "", dependency: Dependency::None },
    Variant { name: "opentracing", attribute: "#[opentracing::traced]", dependency: Dependency::Ours },
    Variant {
        name: OURS_WITH_TAGS,
        attribute: "#[opentracing::traced(tags(a, b))]",
        dependency: Dependency::Ours,
    },
    Variant {
        name: "opentracing_err_ret",
        attribute: "#[opentracing::traced(err, ret)]",
        dependency: Dependency::Ours,
    },
    Variant { name: RIVAL, attribute: "#[fastrace::trace]", dependency: Dependency::Fastrace },
    Variant {
        name: "fastrace_properties",
        attribute: r#"#[fastrace::trace(properties = { "a": "{a}", "b": "{b}" })]"#,
        dependency: Dependency::Fastrace,
    },
    Variant {
        name: "tracing",
        attribute: "#[tracing::instrument(skip_all)]",
        dependency: Dependency::Tracing,
    },
];

impl Variant {
    /// The name of its crate: not that of a library, of which cargo would not know which one is meant.
    pub fn package(&self) -> String {
        format!("with_{}", self.name)
    }

    pub fn manifest(&self, package: &Path) -> String {
        let name = self.package();
        let root = package.join("../..");
        let dependency = match self.dependency {
            Dependency::None => String::new(),
            Dependency::Ours => format!(
                "opentracing-rs = {{ path = {root:?}, default-features = false, features = [\"macros\"] }}"
            ),
            Dependency::Fastrace => {
                "fastrace = { version = \"=0.7.19\", features = [\"enable\"] }".to_owned()
            }
            Dependency::Tracing => {
                let features = "default-features = false, features = [\"std\", \"attributes\"]";
                format!("tracing = {{ version = \"=0.1.44\", {features} }}")
            }
        };
        format!(
            "[package]\nname = \"{name}\"\nversion = \"0.0.0\"\nedition = \"2024\"\n\n[dependencies]\n{dependency}\n"
        )
    }

    pub fn source(&self) -> String {
        let mut source = String::from(ERROR);
        let mut polls = String::new();
        for n in 0..FUNCTIONS {
            let is_async = n % EVERY_ASYNC == 0;
            let keyword = if is_async { "async " } else { "" };
            let attribute = self.attribute;
            // Writing into a string does not fail.
            let _ = writeln!(
                source,
                "\n{attribute}\npub {keyword}fn function_{n}(a: u64, b: &str) -> Result<u64, Empty> {{\n    \
                 if b.is_empty() {{ Err(Empty) }} else {{ Ok(a ^ {n}) }}\n}}"
            );
            if is_async {
                let _ = writeln!(polls, "    poll(function_{n}(a, b));");
            }
        }
        // What is never polled is never compiled to the end.
        source + POLL + "\npub fn poll_all(a: u64, b: &str) {\n" + &polls + "}\n"
    }
}

const ERROR: &str = "\
#[derive(Debug)]
pub struct Empty;

impl std::fmt::Display for Empty {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(\"nothing is there\")
    }
}

impl std::error::Error for Empty {}
";

const POLL: &str = "
fn poll<F: Future>(future: F) {
    let mut context = std::task::Context::from_waker(std::task::Waker::noop());
    let _ = std::pin::pin!(future).poll(&mut context);
}
";
