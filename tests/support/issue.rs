//! Runs openssl and certtool on what was made.

use std::path::Path;
use std::process::Command;

/// Standard output and error of a program that must succeed.
pub(crate) fn run(program: &str, folder: &Path, arguments: &[&str]) -> String {
    let output = Command::new(program).current_dir(folder).args(arguments).output().unwrap();
    let text = [output.stdout, output.stderr].concat();
    let text = String::from_utf8_lossy(&text).into_owned();
    assert!(output.status.success(), "{program} {arguments:?}: {text}");
    text
}

/// The names in the order of openssl's text, e.g. `DNS:a, IP Address:b`.
pub(crate) fn printed_names(text: &str) -> Vec<String> {
    let mut lines = text.lines().skip_while(|line| !line.contains("X509v3 Subject Alternative Name"));
    let line = lines.nth(1).expect("a SAN").trim();
    line.split(", ").map(str::to_owned).collect()
}

/// The entries of the SAN as tag and content, found by walking the DER from the extension's object identifier.
pub(crate) fn walked_names(der: &[u8]) -> Vec<(u8, Vec<u8>)> {
    const SAN: [u8; 5] = [6, 3, 0x55, 0x1d, 17];
    let at = der.windows(5).position(|window| window == SAN).expect("a SAN") + 5;
    let mut rest = &der[at..];
    if rest[0] == 1 {
        rest = &rest[3..];
    }
    let (_, octets, _) = element(rest);
    let (_, mut names, _) = element(octets);
    let mut found = Vec::new();
    while !names.is_empty() {
        let (tag, content, after) = element(names);
        found.push((tag, content.to_vec()));
        names = after;
    }
    found
}

fn element(der: &[u8]) -> (u8, &[u8], &[u8]) {
    let (length, head) = match der[1] {
        short if short < 0x80 => (usize::from(short), 2),
        0x81 => (usize::from(der[2]), 3),
        _ => (usize::from(der[2]) << 8 | usize::from(der[3]), 4),
    };
    (der[0], &der[head..head + length], &der[head + length..])
}
