//! `order` as JSON.

use serde::Serialize;
use serde_json::Value;

use super::{Failure, VERSION};
use crate::facts::GeneralName;
use crate::plan::Plan;

/// One order.
#[derive(Clone, Debug, Serialize)]
pub struct Ordered {
    /// The key's name.
    pub key: String,
    /// The URL of the authority's directory.
    pub directory: String,
    /// How the names are proved: `http-01`, `dns-01`, `tls-alpn-01`.
    pub challenge: &'static str,
    /// The authority's profile, where one was asked for.
    pub profile: Option<String>,
    /// What was installed, as [`super::installed_entry`] says it; null on a dry run.
    pub installed: Option<Value>,
    /// The names that would be ordered, in order; null when they were.
    pub names: Option<Vec<String>>,
    /// What the reader should know beforehand, above all what becomes of the order of the names.
    pub notes: Vec<String>,
}

#[derive(Serialize)]
struct Document<'a> {
    version: u32,
    command: &'static str,
    orders: &'a [Ordered],
    errors: &'a [Failure],
}

impl Ordered {
    /// What would be ordered by this plan.
    pub fn planned(self, plan: &Plan) -> Self {
        Self {
            names: Some(plan.general_names().map(GeneralName::to_string).collect()),
            notes: plan.notes.clone(),
            ..self
        }
    }
}

/// The whole answer.
pub fn ordered(orders: &[Ordered], errors: &[Failure]) -> String {
    let document = Document { version: VERSION, command: "order", orders, errors };
    let text = serde_json::to_string_pretty(&document);
    text.expect("these structs hold only strings, numbers and lists") + "\n"
}
