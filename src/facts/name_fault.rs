//! What is wrong with a would-be DNS name.

use std::fmt;

/// What is wrong with a would-be DNS name. Positions count characters from 1.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[expect(missing_docs, reason = "positions count characters from 1, sizes count octets")]
pub enum NameFault {
    /// Nothing was given.
    Empty,
    /// Two dots in a row, or a dot in front.
    EmptyLabel { position: usize },
    /// A character that no host name may hold.
    Character { character: char, position: usize },
    /// A label begins or ends with a hyphen.
    Hyphen { position: usize },
    /// A label is longer than 63 octets.
    LongLabel { position: usize, octets: usize },
    /// The name is longer than 253 octets.
    Long { octets: usize },
    /// The last label is all digits: it would be taken for an address.
    NumericEnd,
    /// A star anywhere but as the whole first label.
    Star { position: usize },
    /// A wildcard where one host is meant.
    Wildcard,
    /// An underscore; only from [`Name::parse_for_certificate`](super::Name::parse_for_certificate).
    Underscore { position: usize },
    /// A label that IDNA refuses (RFC 5891), or `xn--` that decodes to nothing.
    Idna,
    /// The bytes are not UTF-8.
    NotUtf8,
}

impl fmt::Display for NameFault {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Empty => out.write_str("nothing was given"),
            Self::EmptyLabel { position } => write!(out, "character {position} is a dot with no label before it"),
            Self::Character { character: ' ', position } => write!(out, "character {position} is a space"),
            Self::Character { character, position } => {
                write!(out, "character {position} ('{}') is not allowed", character.escape_debug())
            }
            Self::Hyphen { position } => write!(out, "character {position} is a hyphen at the edge of a label"),
            Self::LongLabel { position, octets } => {
                write!(out, "the label at character {position} has {octets} octets, 63 are allowed")
            }
            Self::Long { octets } => write!(out, "it has {octets} octets, 253 are allowed"),
            Self::NumericEnd => out.write_str("the last label is a number"),
            Self::Star { position } => write!(out, "character {position} is a star that is not the whole first label"),
            Self::Wildcard => out.write_str("a wildcard names no single host"),
            Self::Underscore { position } => write!(out, "character {position} is an underscore"),
            Self::Idna => out.write_str("a label is not valid under IDNA"),
            Self::NotUtf8 => out.write_str("it is not UTF-8 text"),
        }
    }
}
