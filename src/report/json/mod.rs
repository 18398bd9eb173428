//! Reports for programs: `"version": 1` and structs of their own. Described in `docs/json.md` and its schema.

mod authority;
mod certificate;
mod check;
mod deploy;
mod escape;
mod install;
mod keys;
mod made;
mod names;
mod order;
mod reference;
mod renew;
mod services;
mod writer;

pub use authority::{authorities, authority_changed, authority_text, signed};
pub use certificate::{InspectEntry, KeysEntry, inspect, keys};
pub use check::{CheckEntry, check};
pub use deploy::{bound, committed, put_back, staged, unbound};
pub use install::{installed, installed_entry};
pub use keys::{key_list, key_moved};
pub use made::{Made, made};
pub use names::domain_names;
pub use order::{Ordered, ordered};
pub use reference::{client, clients, profile, profiles, rule, rules};
pub use renew::renewed;
pub use services::{ServicesEntry, services, survey};

use std::fmt::{self, Display};

use serde::ser::SerializeTuple;
use serde::{Serialize, Serializer};

use crate::Error;
use writer::Writer;

/// The version of the format: raised when a field changes its meaning or goes away.
pub const VERSION: u32 = 1;

/// A source that could not be read.
#[derive(Debug, Serialize)]
pub struct Failure {
    /// The error in one line.
    pub error: String,
    /// What to try next.
    pub hint: String,
}

/// The answer of a command that could not do what was asked, and what to try next.
pub fn failed(command: &str, error: &Error, hint: String) -> String {
    #[derive(Serialize)]
    struct Failed<'a> {
        version: u32,
        command: &'a str,
        errors: [Failure; 1],
    }
    let errors = [Failure { error: error.to_string(), hint }];
    let text = serde_json::to_string_pretty(&Failed { version: VERSION, command, errors });
    text.expect("these structs hold only strings, numbers and lists") + "\n"
}

/// The whole answer around entries that were serialised one by one, so that many sources need not be held at once.
pub struct Envelope;

impl Envelope {
    /// What stands before the first entry.
    pub fn head(command: &str) -> String {
        format!("{{\"version\":{VERSION},\"command\":\"{command}\",\"sources\":[")
    }

    /// What stands after the last.
    pub fn tail(failures: &[Failure]) -> String {
        let failures = serde_json::to_string(failures).unwrap_or_else(|_| "[]".to_owned());
        format!("],\"errors\":{failures}}}\n")
    }
}

/// Appends one entry; facts hold nothing that JSON cannot say.
pub fn entry(value: &impl Serialize, out: &mut Vec<u8>) {
    out.reserve(16 << 10);
    let before = out.len();
    if value.serialize(Writer(out)).is_err() {
        out.truncate(before);
        out.extend(b"null");
    }
}

/// A word of ours: an id, a code, a level. It is written as the name of a variant would be, without a look for what
/// has to be escaped: letters, digits and hyphens have not.
#[derive(Clone, Copy, Debug)]
struct Word(&'static str);

impl Serialize for Word {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_unit_variant("Word", 0, self.0)
    }
}

/// A list of what is made of each, without a list of its own in between.
#[derive(Debug)]
struct Each<'a, T, E>(&'a [T], fn(&'a T) -> E);

impl<T, E: Serialize> Serialize for Each<'_, T, E> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_seq(self.0.iter().map(self.1))
    }
}

/// A part that is JSON already, in pieces. It is written as a tuple of bytes, of which the writer of this folder makes no
/// list.
#[derive(Debug)]
struct Written<'a>(&'a [&'a [u8]]);

impl Serialize for Written<'_> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let mut pieces = serializer.serialize_tuple(self.0.len())?;
        self.0.iter().try_for_each(|piece| pieces.serialize_element(&Piece(piece)))?;
        pieces.end()
    }
}

struct Piece<'a>(&'a [u8]);

impl Serialize for Piece<'_> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_bytes(self.0)
    }
}

/// Anything with a `Display`, as a JSON string.
#[derive(Clone, Copy)]
struct Shown<T>(T);

impl<T: Display> Serialize for Shown<T> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(&self.0)
    }
}

impl<T: Display> fmt::Debug for Shown<T> {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.fmt(out)
    }
}
