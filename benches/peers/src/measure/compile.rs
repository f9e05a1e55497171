//! How long a crate of attributed functions takes to compile.

mod sources;

use std::env;
use std::fs;
use std::io;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::time::{Duration, Instant};

use crate::process::{self, Failure};

use sources::Variant;
pub use sources::{FUNCTIONS, OURS_WITH_TAGS, RIVAL, VARIANTS};

const BUILD_LIMIT: Duration = Duration::from_secs(120);
/// The first build of each variant also builds what it depends on.
const FIRST_BUILD_LIMIT: Duration = Duration::from_secs(600);

/// Seconds that the crates took, the least of all rounds.
#[derive(Debug)]
pub struct Compile(Vec<(&'static str, Profile, f64)>);

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Profile {
    Dev,
    Release,
}

impl Profile {
    pub const ALL: [Self; 2] = [Self::Dev, Self::Release];

    /// A release build takes several times as long, and no budget speaks of it.
    fn rounds(self) -> usize {
        match self {
            Self::Dev => 4,
            Self::Release => 2,
        }
    }

    /// As cargo calls it.
    fn name(self) -> &'static str {
        match self {
            Self::Dev => "dev",
            Self::Release => "release",
        }
    }
}

impl Compile {
    pub fn seconds(&self, variant: &str, profile: Profile) -> Option<f64> {
        let of = self.0.iter().filter(|(v, p, _)| *v == variant && *p == profile);
        of.map(|(_, _, seconds)| *seconds).reduce(f64::min)
    }

    /// Milliseconds that an attribute adds to a function.
    pub fn millis_per_function(&self, variant: &str, profile: Profile) -> Option<f64> {
        let added = self.seconds(variant, profile)? - self.seconds(sources::PLAIN, profile)?;
        Some(added * 1e3 / f64::from(FUNCTIONS))
    }
}

pub fn measure(quick: bool) -> Result<Compile, String> {
    let workspace = Workspace::generate().map_err(|error| format!("not measured: {error}"))?;
    let mut compile = Compile(Vec::new());
    let text = |failure: Failure| format!("not measured: {failure}");
    for profile in Profile::ALL {
        eprintln!("compile: dependencies, {}", profile.name());
        for variant in VARIANTS {
            workspace.build(variant, profile, FIRST_BUILD_LIMIT).map_err(text)?;
        }
        for round in 0..if quick { 1 } else { profile.rounds() } {
            eprintln!("compile: {}, round {}", profile.name(), round + 1);
            for variant in VARIANTS {
                workspace.touch(variant).map_err(|error| format!("not measured: {error}"))?;
                let begun = Instant::now();
                workspace.build(variant, profile, BUILD_LIMIT).map_err(text)?;
                compile.0.push((variant.name, profile, begun.elapsed().as_secs_f64()));
            }
        }
    }
    Ok(compile)
}

/// A folder with a crate for each variant.
struct Workspace {
    folder: PathBuf,
}

impl Workspace {
    fn generate() -> io::Result<Self> {
        let package = Path::new(env!("CARGO_MANIFEST_DIR"));
        let program = env::current_exe()?;
        // Beside the folders that cargo makes for profiles.
        let target = program.ancestors().nth(2).expect("cargo puts programs two folders deep");
        let workspace = Self { folder: target.join("compile-time") };

        fs::create_dir_all(&workspace.folder)?;
        fs::write(
            workspace.folder.join("Cargo.toml"),
            "[workspace]\nresolver = \"3\"\nmembers = [\"with_*\"]\n",
        )?;
        // The same versions, and no need to ask the registry.
        fs::copy(package.join("Cargo.lock"), workspace.folder.join("Cargo.lock"))?;
        for variant in VARIANTS {
            let folder = workspace.folder.join(variant.package());
            fs::create_dir_all(folder.join("src"))?;
            fs::write(folder.join("Cargo.toml"), variant.manifest(package))?;
            fs::write(workspace.source(variant), variant.source())?;
        }
        Ok(workspace)
    }

    fn source(&self, variant: &Variant) -> PathBuf {
        self.folder.join(variant.package()).join("src/lib.rs")
    }

    /// Makes cargo think that the crate has changed.
    fn touch(&self, variant: &Variant) -> io::Result<()> {
        fs::write(self.source(variant), variant.source())
    }

    fn build(&self, variant: &Variant, profile: Profile, limit: Duration) -> Result<(), Failure> {
        let mut cargo = Command::new(env::var_os("CARGO").unwrap_or_else(|| "cargo".into()));
        cargo.args([
            "build",
            "--quiet",
            "--offline",
            "--package",
            &variant.package(),
            "--profile",
            profile.name(),
        ]);
        cargo.arg("--target-dir").arg(self.folder.join("target"));
        cargo.env("CARGO_INCREMENTAL", "0").current_dir(&self.folder);
        process::run(&mut cargo, limit).map(drop)
    }
}
