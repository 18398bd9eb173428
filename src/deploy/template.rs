//! What certfix knows of a service: one TOML file each, from `templates/deploy` or from a folder of the user's.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

use serde::{Deserialize, Serialize};

use crate::Error;
use crate::error::{Deploying, nearest};

/// A service: the files it reads, how to check and reload it, and where it can be looked at. Every text in it but
/// `about` and the values is a minijinja template.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
pub struct Template {
    /// What it is, for people.
    pub about: String,
    /// What `--set` can override, and what holds otherwise.
    #[serde(default)]
    pub values: BTreeMap<String, String>,
    /// Values that a program tells: the first line that it prints. `--set` overrides them too.
    #[serde(default)]
    pub ask: BTreeMap<String, Command>,
    /// Files that are written whole.
    #[serde(default, rename = "file")]
    pub files: Vec<FileTemplate>,
    /// Lines that are set in files of the service.
    #[serde(default, rename = "setting")]
    pub settings: Vec<Setting>,
    /// Server blocks of nginx that are given the certificate.
    #[serde(default, rename = "nginx")]
    pub blocks: Vec<Block>,
    /// Tells whether the service accepts its files.
    pub check: Option<Command>,
    /// Makes the service read its files.
    pub reload: Option<Command>,
    /// Where the service shows its certificate: `imaps://{{ host }}:{{ imaps }}`. One where nothing listened before is
    /// passed over.
    #[serde(default)]
    pub endpoints: Vec<String>,
    /// For Windows: nothing is written, this script is printed.
    pub script: Option<String>,
}

/// A file that is written whole. It is left out where its path comes out empty.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct FileTemplate {
    /// Where it is.
    pub path: String,
    /// The mode of a new file, octal. What exists keeps its mode, but no key becomes readable by everybody.
    #[serde(default)]
    pub mode: String,
    /// The owner of a new file, by name or number; root's where empty.
    #[serde(default)]
    pub owner: String,
    /// The group of a new file.
    #[serde(default)]
    pub group: String,
    /// Its text.
    pub text: Option<String>,
    /// Or these parts of the key, one after the other.
    #[serde(default)]
    pub parts: Vec<Part>,
}

/// A part of a key.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Part {
    /// The private key.
    Key,
    /// The certificate alone.
    Certificate,
    /// What the CA put above it.
    Chain,
    /// The certificate and what is above it.
    Fullchain,
}

/// One line in a file of `name value` lines.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Setting {
    /// The file. The setting is left out where it comes out empty.
    pub path: String,
    /// The first word of the line that is replaced.
    pub name: String,
    /// The whole line.
    pub line: String,
    /// Where the line goes if there is none: at the end, or before all others.
    #[serde(default)]
    pub missing: Place,
    /// Whether the service tells capital letters in names from small ones.
    #[serde(default)]
    pub letters: Letters,
    /// What a line means that begins with white space.
    #[serde(default)]
    pub indented: Indented,
}

/// Where a line goes that is not there yet.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Place {
    /// After all others.
    #[default]
    Last,
    /// Before all others.
    First,
}

/// How a service compares the names of its settings.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Letters {
    /// Letter by letter.
    #[default]
    Exact,
    /// Capital letters are the same as small ones.
    AnyCase,
}

/// What a service makes of a line that begins with white space.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Indented {
    /// It continues the one before.
    #[default]
    Continues,
    /// It begins a setting, like any other.
    Begins,
}

/// Server blocks of nginx: those that speak TLS and are for no other hosts than the certificate, or those that are named.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Block {
    /// The file they are in.
    pub path: String,
    /// Only those that listen on this address, unless it comes out empty.
    #[serde(default)]
    pub listen: String,
    /// Only those with this `server_name`, whatever the certificate is for, unless it comes out empty.
    #[serde(default)]
    pub server_name: String,
    /// The file for `ssl_certificate`.
    pub certificate: String,
    /// The file for `ssl_certificate_key`.
    pub key: String,
}

/// A command: a list of words is run as it is, one text by `sh -c`.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(untagged)]
pub enum Command {
    /// A program and its arguments.
    Words(Vec<String>),
    /// A line for the shell.
    Shell(String),
}

impl Template {
    /// True when `--set` can give this value.
    pub fn takes(&self, name: &str) -> bool {
        self.value_names().any(|known| known == name)
    }

    /// What `--set` can give.
    pub fn value_names(&self) -> impl Iterator<Item = &str> {
        self.values.keys().chain(self.ask.keys()).map(String::as_str)
    }
}

/// The services that certfix comes with: name and template.
const ALL: &[(&str, &str)] = &[
    ("certreq", include_str!("../../templates/deploy/certreq.toml")),
    ("dovecot", include_str!("../../templates/deploy/dovecot.toml")),
    ("exchange-2007", include_str!("../../templates/deploy/exchange-2007.toml")),
    ("exchange-2013", include_str!("../../templates/deploy/exchange-2013.toml")),
    ("exim", include_str!("../../templates/deploy/exim.toml")),
    ("files", include_str!("../../templates/deploy/files.toml")),
    ("haproxy", include_str!("../../templates/deploy/haproxy.toml")),
    ("iis", include_str!("../../templates/deploy/iis.toml")),
    ("inn", include_str!("../../templates/deploy/inn.toml")),
    ("nginx", include_str!("../../templates/deploy/nginx.toml")),
    ("openldap", include_str!("../../templates/deploy/openldap.toml")),
    ("postfix", include_str!("../../templates/deploy/postfix.toml")),
    ("stunnel", include_str!("../../templates/deploy/stunnel.toml")),
];

/// The names of the services that certfix comes with, sorted.
pub fn services() -> impl Iterator<Item = &'static str> {
    ALL.iter().map(|(name, _)| *name)
}

/// Where the user's own template for this service is, if there is one in that folder.
pub fn own(folder: &Path, service: &str) -> Option<PathBuf> {
    let plain = !service.is_empty() && !service.contains(['/', '\\']) && !service.starts_with('.');
    let path = folder.join(format!("{service}.toml"));
    (plain && path.is_file()).then_some(path)
}

/// The template of a service: the user's in `path`, or the one that certfix comes with.
///
/// # Errors
/// [`Error::Unknown`] when there is none, [`Deploying::BadTemplate`] when it cannot be understood, or it cannot be read.
pub fn load(service: &str, path: Option<&Path>) -> Result<Template, Error> {
    match path {
        Some(path) => parse(&path.display().to_string(), &crate::input::read_text(path)?),
        None => {
            let found = ALL.iter().find(|(name, _)| *name == service);
            let (name, text) = found.ok_or_else(|| Error::Unknown {
                what: "service",
                name: service.to_owned(),
                nearest: nearest(service, services()),
            })?;
            parse(name, text)
        }
    }
}

fn parse(source: &str, text: &str) -> Result<Template, Error> {
    let bad = |cause: String| Error::from(Deploying::BadTemplate { source: source.to_owned(), cause });
    let template: Template = toml::from_str(text).map_err(|error| {
        let line = error.span().map_or(1, |span| 1 + text[..span.start.min(text.len())].matches('\n').count());
        bad(format!("line {line}: {}", error.message()))
    })?;
    for file in &template.files {
        if file.text.is_some() != file.parts.is_empty() {
            return Err(bad(format!("the file {} needs either text or parts", file.path)));
        }
    }
    let empty = |command: &Command| matches!(command, Command::Words(words) if words.is_empty());
    if template.ask.values().chain(&template.check).chain(&template.reload).any(empty) {
        return Err(bad("a command without words".to_owned()));
    }
    Ok(template)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_template_is_in_the_list_and_can_be_read() {
        let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("templates/deploy");
        let files = std::fs::read_dir(folder).unwrap();
        let mut files: Vec<String> = files.map(|file| file.unwrap().file_name().into_string().unwrap()).collect();
        files.sort();
        assert_eq!(files, services().map(|name| format!("{name}.toml")).collect::<Vec<_>>());
        for name in services() {
            let template = load(name, None).unwrap();
            assert!(!template.about.is_empty(), "{name}");
        }
    }

    #[test]
    fn a_template_that_is_wrong_names_the_line() {
        let error = parse("mine.toml", "about = \"x\"\n\n[[file]]\npth = \"/a\"\n").unwrap_err().to_string();
        assert!(error.starts_with("the template 'mine.toml' cannot be used: line 4: unknown field"), "{error}");
        let error = parse("mine.toml", "about = \"x\"\n[[file]]\npath = \"/a\"\n").unwrap_err().to_string();
        assert!(error.ends_with("the file /a needs either text or parts"), "{error}");
    }

    #[test]
    fn a_service_that_is_not_known_is_guessed() {
        let error = load("dovecott", None).unwrap_err().to_string();
        assert_eq!(error, "no service is called 'dovecott': did you mean 'dovecot'");
        let hint = load("mumble", None).unwrap_err().hint().replace([',', ';'], "");
        let told: Vec<&str> = hint.split(' ').collect();
        assert!(services().all(|service| told.contains(&service)), "{hint}");
        assert_eq!(own(Path::new("/nonexistent"), "../etc/passwd"), None);
    }
}
