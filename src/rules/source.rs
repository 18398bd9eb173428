//! Who says what a rule says.

use std::fmt;

/// Where a rule comes from.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Source {
    /// An RFC and its section.
    Rfc(u16, &'static str),
    /// CA/Browser Forum TLS Baseline Requirements, section.
    BaselineRequirements(&'static str),
    /// A page of a vendor: short name and address.
    Vendor(&'static str, &'static str),
}

impl Source {
    /// The address of the page.
    pub fn link(&self) -> String {
        match self {
            Self::Rfc(number, section) => format!("https://www.rfc-editor.org/rfc/rfc{number}#section-{section}"),
            Self::BaselineRequirements(_) => {
                "https://cabforum.org/working-groups/server/baseline-requirements/documents/".to_owned()
            }
            Self::Vendor(_, link) => (*link).to_owned(),
        }
    }
}

/// `RFC 9525 §6`, `BR 7.1.2.7.12`, `KB958977`.
impl fmt::Display for Source {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Rfc(number, section) => write!(out, "RFC {number} §{section}"),
            Self::BaselineRequirements(section) => write!(out, "BR {section}"),
            Self::Vendor(name, _) => out.write_str(name),
        }
    }
}
