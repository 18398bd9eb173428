//! The values of a template for one binding, and what it says once they are filled in.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

use minijinja::{Environment, UndefinedBehavior, Value};

use super::binding::Binding;
use super::disk;
use super::look::Endpoint;
use super::material::Material;
use super::template::{Command, Part, Template};
use crate::Error;
use crate::error::Deploying;
use crate::facts::upper_hex;
use crate::issue;

/// The values that a template is filled with.
pub(super) struct Page<'a> {
    pub(super) service: &'a str,
    environment: Environment<'static>,
    values: BTreeMap<String, String>,
}

impl<'a> Page<'a> {
    pub(super) fn new(template: &Template, material: &Material, binding: &'a Binding) -> Result<Self, Error> {
        let mut page = Self { service: &binding.service, environment: environment()?, values: BTreeMap::new() };
        if let Some(name) = binding.values.keys().find(|name| !template.takes(name)) {
            let known = template.value_names().collect::<Vec<_>>().join(", ");
            return Err(Error::from(Deploying::NoValue {
                service: binding.service.clone(),
                name: name.clone(),
                known,
            }));
        }
        let address = binding.address.map(|address| address.to_string()).unwrap_or_default();
        let host = match binding.address {
            Some(address) if address.is_ipv6() => format!("[{address}]"),
            Some(address) => address.to_string(),
            None => "127.0.0.1".to_owned(),
        };
        let own = [
            ("name", material.target.clone()),
            ("key", material.path(Part::Key)),
            ("certificate", material.path(Part::Certificate)),
            ("chain", material.path(Part::Chain)),
            ("fullchain", material.path(Part::Fullchain)),
            ("sha1", upper_hex(&material.leaf.sha1(), "")),
            ("address", address),
            ("host", host),
        ];
        page.values.extend(own.map(|(name, value)| (name.to_owned(), value)));
        page.values.extend(template.values.clone());
        page.values.extend(binding.values.clone());
        for (name, command) in &template.ask {
            if !page.values.contains_key(name) {
                let said = page.command(command)?.run()?;
                let line = String::from_utf8_lossy(&said).lines().next().unwrap_or_default().trim().to_owned();
                page.values.insert(name.clone(), line);
            }
        }
        match page.values.iter().find(|(_, value)| value.contains(char::is_control)) {
            Some((name, _)) => Err(page.bad(format!("the value '{name}' holds a control character"))),
            None => Ok(page),
        }
    }

    pub(super) fn render(&self, text: &str) -> Result<String, Error> {
        self.environment.render_str(text, &self.values).map_err(|error| self.bad(error.to_string()))
    }

    /// True when something that is written is otherwise without the address.
    pub(super) fn minds_address(&self, template: &Template) -> Result<bool, Error> {
        let mut values = self.values.clone();
        for name in ["address", "host"] {
            values.insert(name.to_owned(), String::new());
        }
        let files = template.files.iter().flat_map(|file| [Some(&file.path), file.text.as_ref()]).flatten();
        let settings = template.settings.iter().flat_map(|setting| [&setting.path, &setting.name, &setting.line]);
        let blocks = template.blocks.iter();
        let blocks =
            blocks.flat_map(|block| [&block.path, &block.listen, &block.server_name, &block.certificate, &block.key]);
        for text in files.chain(settings).chain(blocks) {
            // What cannot be said without an address is said of one.
            let without = self.environment.render_str(text, &values).ok();
            if without != Some(self.render(text)?) {
                return Ok(true);
            }
        }
        Ok(false)
    }

    /// None where it comes out empty. Whoever starts certfix elsewhere means the same file.
    pub(super) fn path(&self, text: &str) -> Result<Option<PathBuf>, Error> {
        let path = self.render(text)?;
        match Path::new(&path) {
            empty if empty.as_os_str().is_empty() => Ok(None),
            path if path.is_absolute() => disk::resolve(path).map(Some),
            path => Err(self.bad(format!("'{}' does not begin at the root", path.display()))),
        }
    }

    /// One that a commit can look at.
    pub(super) fn endpoint(&self, text: &str) -> Result<String, Error> {
        let endpoint = self.render(text)?;
        Endpoint::parse(&endpoint).map(|_| endpoint)
    }

    pub(super) fn command(&self, command: &Command) -> Result<Command, Error> {
        Ok(match command {
            Command::Words(words) => {
                Command::Words(words.iter().map(|word| self.render(word)).collect::<Result<_, _>>()?)
            }
            Command::Shell(line) => Command::Shell(self.render(line)?),
        })
    }

    pub(super) fn bad(&self, cause: String) -> Error {
        Error::from(Deploying::BadTemplate { source: self.service.to_owned(), cause })
    }
}

fn environment() -> Result<Environment<'static>, Error> {
    let mut environment = issue::environment()?;
    environment.set_undefined_behavior(UndefinedBehavior::Strict);
    environment.add_filter("powershell", |value: String| issue::powershell(&value));
    environment.add_filter("batch", batch);
    environment.add_filter("number", number);
    environment.add_filter("shell", |value: String| format!("'{}'", value.replace('\'', "'\\''")));
    Ok(environment)
}

/// In double quotes, as the command prompt reads them.
fn batch(value: String) -> Result<String, minijinja::Error> {
    if value.contains(['"', '!', '^', '&', '|', '<', '>']) {
        return Err(fault(format!("{value} cannot be quoted for the command prompt")));
    }
    Ok(format!("\"{}\"", value.replace('%', "%%")))
}

/// A number, as it stands.
fn number(value: Value) -> Result<u32, minijinja::Error> {
    value.to_string().parse().map_err(|_| fault(format!("'{value}' is not a number")))
}

fn fault(words: String) -> minijinja::Error {
    minijinja::Error::new(minijinja::ErrorKind::InvalidOperation, words)
}
