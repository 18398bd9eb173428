//! The certificate of server blocks in a file of nginx. Everything else in the file stays byte for byte.

use std::net::IpAddr;
use std::ops::Range;

/// Which blocks, and what they get.
pub(super) struct Wanted<'a> {
    /// Only blocks that listen on this address; empty: all.
    pub(super) listen: &'a str,
    /// Only blocks of this name; empty: those that are for one of the certificate's, or say of no host that they are for it.
    pub(super) server_name: &'a str,
    /// The certificate's names.
    pub(super) names: &'a [String],
    pub(super) certificate: &'a str,
    pub(super) key: &'a str,
}

/// The file with the certificate in every block that is wanted.
///
/// # Errors
/// No block fits, or one cannot be changed, in words.
pub(super) fn set(text: &str, wanted: &Wanted<'_>) -> Result<String, String> {
    let mut changes: Vec<(Range<usize>, String)> = Vec::new();
    let blocks: Vec<Block> = blocks(text)?.into_iter().filter(|block| block.fits(text, wanted)).collect();
    if blocks.is_empty() {
        return Err("no server block that speaks TLS fits".to_owned());
    }
    let blocks: Vec<Block> = blocks.into_iter().filter(|block| block.is_for(text, wanted)).collect();
    if blocks.is_empty() {
        let cause = "no server block that speaks TLS is for a name of the certificate";
        return Err(format!("{cause}; --set server_name=NAME takes one that has another name"));
    }
    for block in &blocks {
        for (name, path) in [("ssl_certificate", wanted.certificate), ("ssl_certificate_key", wanted.key)] {
            let path = quoted(path);
            let there: Vec<&Directive> = block.named(text, name).collect();
            match there.as_slice() {
                [] => changes.push((block.start..block.start, format!("\n    {name} {path};"))),
                [one] if one.words.len() == 2 => changes.push((one.words[1].clone(), path)),
                _ => return Err(format!("a server block has more than one {name}; leave one in it")),
            }
        }
    }
    let mut result = text.to_owned();
    changes.sort_by_key(|(range, _)| range.start);
    for (range, with) in changes.into_iter().rev() {
        result.replace_range(range, &with);
    }
    Ok(result)
}

/// A `server { ... }`: where its inside begins, and its own directives.
struct Block {
    start: usize,
    directives: Vec<Directive>,
}

/// The places of its words.
struct Directive {
    words: Vec<Range<usize>>,
}

impl Block {
    fn named<'a>(&'a self, text: &'a str, name: &'a str) -> impl Iterator<Item = &'a Directive> {
        self.directives.iter().filter(move |directive| word(text, &directive.words[0]) == name)
    }

    fn fits(&self, text: &str, wanted: &Wanted<'_>) -> bool {
        let values =
            |name: &'static str| self.named(text, name).map(|found| found.words[1..].iter().map(|at| word(text, at)));
        let speaks_tls = self.named(text, "ssl_certificate").next().is_some()
            || values("listen").any(|mut words| words.any(|word| word == "ssl"))
            || values("ssl").any(|mut words| words.next() == Some("on"));
        let listens = wanted.listen.is_empty()
            || values("listen")
                .any(|mut words| words.next().is_some_and(|place| is_same(address(place), wanted.listen)));
        let is_called = wanted.server_name.is_empty()
            || values("server_name").any(|mut words| words.any(|word| word.eq_ignore_ascii_case(wanted.server_name)));
        speaks_tls && listens && is_called
    }

    /// False where the certificate would be wrong for every host of the block, and nobody named it. One that has the
    /// certificate keeps it, whatever a renewal is for.
    fn is_for(&self, text: &str, wanted: &Wanted<'_>) -> bool {
        let has_it = || {
            let paths = self.named(text, "ssl_certificate").filter_map(|found| found.words.get(1));
            paths.map(|at| word(text, at)).any(|path| path == wanted.certificate)
        };
        let names = self.named(text, "server_name").flat_map(|found| &found.words[1..]).map(|at| word(text, at));
        let mut hosts = names.filter(|name| is_host(name)).peekable();
        !wanted.server_name.is_empty()
            || wanted.names.is_empty()
            || hosts.peek().is_none()
            || hosts.any(|host| wanted.names.iter().any(|name| is_served(name, host)))
            || has_it()
    }
}

/// True for a `server_name` that says for whom the block is: no expression, no variable, no address, nothing like `_`.
fn is_host(name: &str) -> bool {
    name.contains('.') && !name.starts_with('~') && !name.contains('$') && name.parse::<IpAddr>().is_err()
}

/// True when clients of a host that is called so may accept a certificate of this name.
fn is_served(name: &str, host: &str) -> bool {
    let (name, host) = (name.to_ascii_lowercase(), host.to_ascii_lowercase());
    if let Some(end) = host.strip_prefix('*') {
        return name.ends_with(end);
    }
    // `.contoso.com` is `contoso.com` and `*.contoso.com`.
    if let Some(parent) = host.strip_prefix('.') {
        return name == parent || name.ends_with(&host);
    }
    if let Some(start) = host.strip_suffix('*') {
        return name.starts_with(start);
    }
    let below = host.split_once('.').map(|(_, below)| below);
    name == host || name.strip_prefix("*.").is_some_and(|parent| Some(parent) == below)
}

/// True for two spellings of one address.
fn is_same(one: &str, other: &str) -> bool {
    match (one.parse::<IpAddr>(), other.parse::<IpAddr>()) {
        (Ok(one), Ok(other)) => one == other,
        _ => one == other,
    }
}

/// The address in `192.0.2.5:443`, `[2001:db8::5]:443` or an address alone.
fn address(place: &str) -> &str {
    if let Some(rest) = place.strip_prefix('[') {
        return rest.split(']').next().unwrap_or_default();
    }
    place.split(':').next().unwrap_or_default()
}

fn word<'a>(text: &'a str, at: &Range<usize>) -> &'a str {
    let word = &text[at.clone()];
    let quoted = |quote| word.strip_prefix(quote).and_then(|rest: &str| rest.strip_suffix(quote));
    quoted('"').or_else(|| quoted('\'')).unwrap_or(word)
}

fn quoted(path: &str) -> String {
    let plain = |character: char| character.is_alphanumeric() || "/._-+@,".contains(character);
    if path.chars().all(plain) {
        path.to_owned()
    } else {
        format!("\"{}\"", path.replace('\\', "\\\\").replace('"', "\\\""))
    }
}

/// Every server block of the file, however deep; what is in a location within it is not its own.
fn blocks(text: &str) -> Result<Vec<Block>, String> {
    let mut found = Vec::new();
    let mut open: Vec<Block> = Vec::new();
    let mut words: Vec<Range<usize>> = Vec::new();
    for token in tokens(text)? {
        match &text[token.clone()] {
            ";" => {
                if let (Some(block), false) = (open.last_mut(), words.is_empty()) {
                    block.directives.push(Directive { words: std::mem::take(&mut words) });
                }
                words.clear();
            }
            "{" => {
                let is_server = words.len() == 1 && word(text, &words[0]) == "server";
                // Other blocks are told by a start that no inside has.
                open.push(Block { start: if is_server { token.end } else { 0 }, directives: Vec::new() });
                words.clear();
            }
            "}" => {
                let block = open.pop().ok_or("a } without its {")?;
                if block.start > 0 {
                    found.push(block);
                }
                words.clear();
            }
            _ => words.push(token),
        }
    }
    if open.is_empty() { Ok(found) } else { Err("a { without its }".to_owned()) }
}

fn tokens(text: &str) -> Result<Vec<Range<usize>>, String> {
    let bytes = text.as_bytes();
    let mut tokens = Vec::new();
    let mut at = 0;
    while at < bytes.len() {
        let start = at;
        match bytes[at] {
            b' ' | b'\t' | b'\r' | b'\n' => {
                at += 1;
                continue;
            }
            b'#' => {
                at += text[at..].find('\n').unwrap_or(text.len() - at);
                continue;
            }
            b';' | b'{' | b'}' => at += 1,
            quote @ (b'"' | b'\'') => {
                at += 1;
                while at < bytes.len() && bytes[at] != quote {
                    at += if bytes[at] == b'\\' { 2 } else { 1 };
                }
                if at >= bytes.len() {
                    return Err("a quotation mark without its partner".to_owned());
                }
                at += 1;
            }
            _ => {
                while at < bytes.len() && !b" \t\r\n;{}".contains(&bytes[at]) {
                    // `${name}` is one word.
                    if bytes[at..].starts_with(b"${") {
                        at += bytes[at..].iter().position(|byte| *byte == b'}').unwrap_or_default();
                    }
                    at += if bytes[at] == b'\\' { 2 } else { 1 };
                }
                at = at.min(bytes.len());
            }
        }
        tokens.push(start..at);
    }
    Ok(tokens)
}

#[cfg(test)]
mod tests {
    use super::*;

    const SITE: &str = "# server { ssl_certificate no; }\n\
        server { listen 192.0.2.5:443 ssl; server_name a.test;\n  ssl_certificate  \"/old dir/a.pem\" ; ssl_certificate_key /old/a.key; }\n\
        server { listen 443 ssl; server_name b.test; location / { ssl_certificate inner; return 200 \"}\"; } }\n\
        server { listen 80; }\n";

    fn wanted<'a>(listen: &'a str, server_name: &'a str) -> Wanted<'a> {
        Wanted { listen, server_name, names: &[], certificate: "/new/c.pem", key: "/new/k.pem" }
    }

    #[test]
    fn a_block_for_other_names_is_left_alone() {
        let names = ["b.test".to_owned(), "*.c.test".to_owned()];
        let wanted = |server_name| Wanted { names: &names, ..wanted("", server_name) };
        assert_eq!(set(SITE, &wanted("")), set(SITE, &wanted("b.test")));
        assert!(set(SITE, &wanted("a.test")).unwrap().contains("/new/c.pem"), "somebody named it");
        let gets = |called: &str| set(&format!("server {{ listen 443 ssl; {called} }}"), &wanted("")).is_ok();
        for called in ["B.Test", "x.test b.test", "*.test", ".b.test", "b.*", "a.c.test", "*.c.test", "_", "localhost"]
        {
            assert!(gets(&format!("server_name {called};")), "{called}");
        }
        assert!(
            gets("") && gets("server_name '';") && gets(r"server_name ~^x\.test$;") && gets("server_name 192.0.2.5;")
        );
        assert!(gets("server_name a.test; ssl_certificate /new/c.pem;"), "it has it already");
        for called in ["a.test", "ab.test", "c.test", "x.a.c.test", "*.b.test", "_ a.test", "a.*", r"~^b a.test"] {
            assert!(!gets(&format!("server_name {called};")), "{called}");
        }
    }

    #[test]
    fn a_block_is_found_by_its_address() {
        let expected = SITE.replace("\"/old dir/a.pem\"", "/new/c.pem").replace("/old/a.key", "/new/k.pem");
        assert_eq!(set(SITE, &wanted("192.0.2.5", "")).unwrap(), expected);
        assert_eq!(set(SITE, &wanted("", "a.test")).unwrap(), expected);
        assert_eq!(set(SITE, &wanted("", "A.Test")).unwrap(), expected, "nginx compares without case");
    }

    #[test]
    fn an_address_is_the_same_however_it_is_written() {
        let site = "server { listen [2001:DB8:0::5]:443 ssl; ssl_certificate a; ssl_certificate_key b; }";
        assert!(set(site, &wanted("2001:db8::5", "")).unwrap().contains("/new/c.pem"));
        assert!(set(site, &wanted("2001:db8::6", "")).is_err());
        let named = site.replace("[2001:DB8:0::5]", "unix");
        assert!(set(&named, &wanted("2001:db8::5", "")).is_err());
    }

    #[test]
    fn a_block_without_a_certificate_gets_one() {
        let with = "server {\n    ssl_certificate /new/c.pem;\n    ssl_certificate_key /new/k.pem; listen 443";
        assert_eq!(set(SITE, &wanted("", "b.test")).unwrap(), SITE.replace("server { listen 443", with));
        assert!(set(SITE, &wanted("", "")).unwrap().matches("/new/c.pem").count() == 2);
    }

    #[test]
    fn what_is_not_understood_is_left_alone() {
        for (text, listen, part) in [
            (SITE, "198.51.100.1", "no server block"),
            ("server { listen 443 ssl;", "", "a { without"),
            ("server { listen 443 ssl; ssl_certificate a; ssl_certificate b; }", "", "more than one"),
            ("}", "", "a } without"),
            ("server { listen '443", "", "quotation mark"),
            ("", "", "no server block"),
        ] {
            let fault = set(text, &wanted(listen, "")).unwrap_err();
            assert!(fault.contains(part), "{fault}");
        }
    }
}
