//! The expansions of `tests/expand`, each beside what it is made of; the documentation shows some of them.
//! `UPDATE_EXPANSIONS=1 cargo test` writes them anew.

use std::fs;
use std::path::{Path, PathBuf};

use proc_macro2::{TokenStream, TokenTree};

use crate::traced;

fn folder() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/expand")
}

/// The inputs: the name of the file, the arguments of the attribute, and the item without it.
fn inputs() -> Vec<(PathBuf, TokenStream, TokenStream)> {
    let mut inputs = Vec::new();
    for entry in fs::read_dir(folder()).expect("the folder is part of the crate") {
        let path = entry.unwrap().path();
        if path.extension().is_some_and(|extension| extension == "rs") {
            let (told, item) = split(fs::read_to_string(&path).unwrap().parse().unwrap());
            inputs.push((path, told, item));
        }
    }
    inputs
}

/// Takes the attribute `#[traced(..)]` of the item itself, the first of this name, off an item.
fn split(source: TokenStream) -> (TokenStream, TokenStream) {
    let tokens: Vec<TokenTree> = source.into_iter().collect();
    let told = |token: &TokenTree| {
        let TokenTree::Group(attribute) = token else { return None };
        let inside: Vec<TokenTree> = attribute.stream().into_iter().collect();
        match inside.as_slice() {
            [TokenTree::Ident(name)] if name == "traced" => Some(TokenStream::new()),
            [TokenTree::Ident(name), TokenTree::Group(told)] if name == "traced" => Some(told.stream()),
            _ => None,
        }
    };
    let at = tokens.iter().position(|token| told(token).is_some()).expect("an attribute");
    let (before, after) = (&tokens[..at - 1], &tokens[at + 1..]);
    (told(&tokens[at]).unwrap(), before.iter().chain(after).cloned().collect())
}

#[test]
fn expansions_are_those_that_were_reviewed() {
    let mut changed = Vec::new();
    for (path, told, item) in inputs() {
        let expanded = traced::attribute(&told, item);
        let expanded = prettyplease::unparse(&syn::parse2(wrapped(&expanded)).unwrap_or_else(|error| {
            panic!("{}: {error}: {expanded}", path.display());
        }));
        let reviewed = path.with_extension("expanded");
        if std::env::var_os("UPDATE_EXPANSIONS").is_some() {
            fs::write(&reviewed, &expanded).unwrap();
        } else if fs::read_to_string(&reviewed).ok().as_deref() != Some(expanded.as_str()) {
            changed.push(format!("{}:\n{expanded}", path.display()));
        }
    }
    assert!(changed.is_empty(), "not as reviewed:\n{}", changed.join("\n"));
}

/// Methods can only be read as part of an impl.
fn wrapped(expanded: &TokenStream) -> TokenStream {
    let takes_self = expanded.to_string().contains("self");
    let is_block = expanded.to_string().contains("impl < T >");
    if takes_self && !is_block { quote::quote!(impl Owner { #expanded }) } else { expanded.clone() }
}

#[test]
fn of_a_cut_item_the_name_survives() {
    for (path, told, item) in inputs() {
        let name = name(&item);
        let flat: Vec<TokenTree> = item.into_iter().collect();
        for end in 0..=flat.len() {
            let cut: TokenStream = flat[..end].iter().cloned().collect();
            let has_name = cut.clone().into_iter().any(|token| token.to_string() == name);
            for told in [
                told.clone(),
                TokenStream::new(),
                "tags(".chars().take(4).collect::<String>().parse().unwrap(),
            ] {
                let expanded = traced::attribute(&told, cut.clone()).to_string();
                assert!(!has_name || expanded.contains(&name), "{}: {end}: {expanded}", path.display());
            }
        }
    }
}

#[test]
fn of_an_item_with_a_broken_body_everything_survives() {
    let bodies = [
        "self.",
        "let x = ;",
        "foo(",
        "match x { ",
        "if let Some(",
        "return @",
        "?",
        "'",
        "x..=",
        "#![",
        "fn",
    ];
    for body in bodies {
        // What cannot even be read as tokens never reaches a macro.
        let Ok(body) = body.parse::<TokenStream>() else { continue };
        for head in [
            "fn work(a: u8) -> Config",
            "async fn work(mut a: u8)",
            "#[track_caller] fn work() -> Option<u8>",
        ] {
            let head: TokenStream = head.parse().unwrap();
            let item = quote::quote!(#head { #body });
            for told in ["", "err", "tags(", "ret, args, eager", "tags(a = )", "name = "] {
                let Ok(told) = told.parse::<TokenStream>() else { continue };
                let expanded = traced::attribute(&told, item.clone()).to_string();
                assert!(expanded.contains("work") && expanded.contains(&body.to_string()), "{expanded}");
            }
        }
    }
}

fn name(item: &TokenStream) -> String {
    let mut tokens =
        item.clone().into_iter().skip_while(|token| !matches!(token.to_string().as_str(), "fn" | "impl"));
    let keyword = tokens.next().expect("a keyword").to_string();
    let mut tokens = tokens.skip_while(|token| keyword == "impl" && token.to_string() != "Pool");
    tokens.next().expect("a name").to_string()
}
