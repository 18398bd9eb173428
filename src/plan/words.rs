//! The reasons of a plan in words.

use std::fmt;
use std::net::IpAddr;

use super::{CommonNamePlan, DropReason, Reason};
use crate::facts::{NameFault, Text};

impl fmt::Display for Reason {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::First(None) => out.write_str("first"),
            Self::First(Some(old)) => write!(out, "first, was written {old}"),
            Self::MovedFirst(None) => out.write_str("moved first"),
            Self::MovedFirst(Some(old)) => write!(out, "moved first, was written {old}"),
            Self::Kept => out.write_str("kept"),
            Self::Added => out.write_str("added"),
            Self::Rewritten(old) if old.name().is_none() && old.dns().is_some_and(is_address) => {
                out.write_str("was written as a DNS name, which few clients compare with an address")
            }
            Self::Rewritten(old) => write!(out, "was written {old}"),
        }
    }
}

fn is_address(text: &Text) -> bool {
    text.as_str().is_some_and(|text| text.trim().parse::<IpAddr>().is_ok())
}

impl fmt::Display for DropReason {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Duplicate => out.write_str("it is there twice"),
            Self::Internal => out.write_str("an internal name, which no public CA signs (BR 7.1.2.7.12)"),
            Self::ReverseZone => out.write_str("a name of a reverse zone, which no public CA signs (BR 4.2.2)"),
            Self::Reserved(entry) => {
                write!(out, "a reserved address ({}, {}), which no public CA signs", entry.purpose, entry.source)
            }
            Self::Address(profile) => {
                write!(out, "this CA signs addresses under its profile {profile} alone, which has to be asked for")
            }
            Self::Kind => out.write_str("public CAs sign DNS names and addresses only (BR 7.1.2.7.12)"),
            Self::ReservedLabel => out.write_str(
                "two hyphens in the third and fourth place of a label, which no public CA signs (BR 7.1.2.7.12)",
            ),
            Self::Malformed(fault @ NameFault::Underscore { .. }) => {
                write!(out, "{fault}, which no public CA signs (BR 7.1.2.7.12)")
            }
            Self::Malformed(fault) => write!(out, "not a DNS name: {fault}"),
            Self::Suffix => out.write_str("a public suffix, nobody's own domain"),
            Self::WholeSuffix => out.write_str("a wildcard for a whole top level domain or public suffix"),
            Self::NotAsked => out.write_str("the last request did not ask for it"),
            Self::Empty => out.write_str("there is nothing in it"),
            Self::OddUri => out.write_str("it is no URI that every client reads"),
            Self::Unreadable => out.write_str("its content cannot be carried over"),
        }
    }
}

impl fmt::Display for CommonNamePlan {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Kept => out.write_str("kept"),
            Self::Replaced(old) => write!(out, "was {old}"),
            Self::Added => out.write_str("added"),
            Self::TooLong => out.write_str("left out: the name is longer than 64 characters"),
        }
    }
}
