//! A module may use modules on lines below its own, never on its own line or above.

#![allow(clippy::unwrap_used, reason = "a test that cannot go on has failed")]

use std::fs;
use std::path::{Path, PathBuf};

/// The lines of `docs/architecture.md`, lowest first. The program is above all of them and sees only the library's face.
const LINES: &[&[&str]] = &[
    &["facts", "told"],
    &["error"],
    &["clients", "command", "dns", "input", "probe", "profiles"],
    &["accounts", "rules"],
    &["judge"],
    &["plan"],
    &["issue", "store"],
    &["authority", "deploy"],
    &["report"],
];

#[test]
fn modules_use_only_what_is_below_them() {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("src");
    let mut uses = 0;
    for file in rust_files(&root) {
        let relative = file.strip_prefix(&root).unwrap();
        let module = relative.iter().next().unwrap().to_str().unwrap().trim_end_matches(".rs").to_owned();
        if module == "bin" || module == "lib" {
            continue;
        }
        let own = line(&module);
        let text = fs::read_to_string(&file).unwrap();
        let leaving = leaving_chain(&text, depth(relative));
        assert_eq!(leaving, None, "{} leaves {module} by `super`: say crate::", relative.display());
        for used in used_modules(&text) {
            uses += 1;
            let below = used == module || line(&used) < own;
            assert!(below, "{} uses crate::{used}, which is not below {module}", relative.display());
        }
    }
    assert!(uses > 50, "only {uses} uses were seen: is the reading of `crate::` lines broken?");
}

#[test]
fn a_chain_of_supers_is_followed() {
    let nested = "mod tests {\n    use super::super::a;\n}\nfn f() {\n    super::super::b()\n}\n";
    assert_eq!(leaving_chain(nested, 2), Some("super::super::b()"));
    assert_eq!(leaving_chain(nested, 3), None);
    assert_eq!(leaving_chain("pub(super) use super::a;", 1), Some("pub(super) use super::a;"));
    assert_eq!(leaving_chain("mod tests {\n    use super::*;\n}\n", 1), None);
    assert_eq!([depth(Path::new("a.rs")), depth(Path::new("a/mod.rs")), depth(Path::new("a/b/c.rs"))], [1, 1, 3]);
}

#[test]
fn the_page_shows_the_same_lines() {
    let page = Path::new(env!("CARGO_MANIFEST_DIR")).join("docs/architecture.md");
    let page = fs::read_to_string(page).unwrap();
    for (number, modules) in LINES.iter().enumerate() {
        let row = page.lines().find_map(|row| row.strip_prefix(&format!("| {number} | ")));
        let shown: Vec<&str> = row.unwrap().split('`').skip(1).step_by(2).collect();
        let mut both = [shown, modules.to_vec()];
        both.iter_mut().for_each(|modules| modules.sort_unstable());
        assert_eq!(both[0], both[1], "line {number}");
    }
}

#[test]
fn the_program_alone_knows_the_terminal() {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("src");
    for file in rust_files(&root).into_iter().filter(|file| !file.starts_with(root.join("bin"))) {
        let text = fs::read_to_string(&file).unwrap();
        for word in ["clap::", "dialoguer::", "anstream::", "indicatif::", "process::exit"] {
            assert!(!text.contains(word), "{} names {word}", file.display());
        }
    }
}

#[test]
fn every_file_says_what_it_is_and_stays_readable() {
    let root = Path::new(env!("CARGO_MANIFEST_DIR"));
    let mut files = rust_files(&root.join("src"));
    files.extend(rust_files(&root.join("tests")));
    // Other people's files are left as they are.
    files.retain(|file| !file.starts_with(root.join("tests/corpora")));
    for file in files {
        let text = fs::read_to_string(&file).unwrap();
        assert!(text.starts_with("//!"), "{} does not open with its job", file.display());
        let lines = text.lines().count();
        assert!(lines <= 400, "{} has {lines} lines: look for the second subject in it", file.display());
    }
}

fn line(module: &str) -> usize {
    let found = LINES.iter().position(|line| line.contains(&module));
    found.unwrap_or_else(|| panic!("module {module} has no line: give it one here and in docs/architecture.md"))
}

/// Every `crate::name`, also inside `use crate::{a, b::c}`. `crate::Error` is `error`.
fn used_modules(text: &str) -> Vec<String> {
    let mut found = Vec::new();
    for (at, _) in text.match_indices("crate::") {
        if text[..at].ends_with(|character: char| character.is_alphanumeric() || character == '_' || character == ':') {
            continue;
        }
        let rest = &text[at + "crate::".len()..];
        if let Some(list) = rest.strip_prefix('{') {
            found.extend(top_level(list));
        } else {
            found.push(first_word(rest));
        }
    }
    let known = |name: String| if name == "Error" { "error".to_owned() } else { name };
    found.into_iter().filter(|name| !name.is_empty()).map(known).collect()
}

/// How many modules deep a file is: `judge.rs` and `facts/mod.rs` are one.
fn depth(relative: &Path) -> usize {
    relative.iter().count() - usize::from(relative.ends_with("mod.rs"))
}

/// The first line with so many `super::` in a row that they lead out of the file's top module. A module in the file, such as
/// its tests, takes one more. rustfmt sees to it that such a module ends where a brace stands as far in as it does.
fn leaving_chain(text: &str, depth: usize) -> Option<&str> {
    let mut inner = Vec::new();
    text.lines().map(|line| (line.trim_start(), line.len() - line.trim_start().len())).find_map(|(line, column)| {
        if line == "}" && inner.last() == Some(&column) {
            inner.pop();
        }
        if line.ends_with('{') && line.split(' ').take(2).any(|word| word == "mod") {
            inner.push(column);
        }
        (longest_chain(line) >= depth + inner.len()).then_some(line)
    })
}

/// The most `super::` in a row.
fn longest_chain(line: &str) -> usize {
    let chains = line.match_indices("super::").map(|(at, _)| {
        let mut rest = &line[at..];
        std::iter::from_fn(|| rest.strip_prefix("super::").map(|after| rest = after)).count()
    });
    chains.max().unwrap_or_default()
}

/// The first word of each entry of a braced list, nested braces skipped.
fn top_level(list: &str) -> Vec<String> {
    let mut depth = 0;
    let mut entries = vec![String::new()];
    for character in list.chars() {
        match character {
            '{' => depth += 1,
            '}' if depth == 0 => break,
            '}' => depth -= 1,
            ',' if depth == 0 => entries.push(String::new()),
            _ if depth == 0 => entries.last_mut().unwrap().push(character),
            _ => {}
        }
    }
    entries.iter().map(|entry| first_word(entry.trim())).collect()
}

fn first_word(text: &str) -> String {
    text.chars().take_while(|character| character.is_alphanumeric() || *character == '_').collect()
}

fn rust_files(folder: &Path) -> Vec<PathBuf> {
    let mut files = Vec::new();
    for entry in fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        if path.is_dir() {
            files.extend(rust_files(&path));
        } else if path.extension().is_some_and(|extension| extension == "rs") {
            files.push(path);
        }
    }
    files
}
