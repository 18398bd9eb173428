//! Names as clients list them in their messages.

use std::fmt::Write;
use std::net::IpAddr;

use super::words::{push, push_shown};
use crate::facts::{GeneralName, lower_hex};

/// No message names more: a certificate may list thousands.
const LISTED: usize = 20;

/// Values separated by commas; false when there were too many to list.
pub(super) fn list<T>(out: &mut String, values: impl Iterator<Item = T>, push: impl Fn(&mut String, T)) -> bool {
    for (index, value) in values.enumerate() {
        if index > 0 {
            out.push_str(", ");
        }
        if index == LISTED {
            out.push_str("...");
            return false;
        }
        push(out, value);
    }
    true
}

/// Names of every kind as rustls lists them, `A, B or C`; false when there were too many to list.
pub(super) fn rustls(out: &mut String, entries: &[GeneralName]) -> bool {
    match entries {
        [first @ .., last] if entries.len() <= LISTED => {
            list(out, first.iter(), push_as_webpki);
            if !first.is_empty() {
                out.push_str(" or ");
            }
            push_as_webpki(out, last);
            true
        }
        _ => list(out, entries.iter(), push_as_webpki),
    }
}

/// A name as webpki shows it.
fn push_as_webpki(out: &mut String, entry: &GeneralName) {
    match entry {
        GeneralName::Dns(text) => {
            out.push_str("DnsName(\"");
            push(out, text);
            out.push_str("\")");
        }
        GeneralName::Uri(text) => {
            out.push_str("UniformResourceIdentifier(\"");
            push(out, text);
            out.push_str("\")");
        }
        GeneralName::Address(address) => {
            out.push_str("IpAddress(");
            push_address(out, *address);
            out.push(')');
        }
        GeneralName::BadAddress(octets) => {
            push_shown(out, format_args!("IpAddress([invalid: {}])", lower_hex(octets, ", ")));
        }
        GeneralName::Directory(_) => out.push_str("DirectoryName"),
        GeneralName::Srv(_) | GeneralName::Upn(_) | GeneralName::Other(_) => out.push_str("Unsupported(0x00)"),
        GeneralName::Email(_) => out.push_str("Unsupported(0x01)"),
        GeneralName::RegisteredId(_) => out.push_str("Unsupported(0x08)"),
        GeneralName::Unreadable(tag, _) => push_shown(out, format_args!("Unsupported(0x{tag:02x})")),
    }
}

/// Unlike RFC 5952, webpki writes a first group that is zero, and shortens every other run of zeros.
fn push_address(out: &mut String, address: IpAddr) {
    let IpAddr::V6(address) = address else { return push_shown(out, address) };
    let mut skipped = false;
    for (index, group) in address.segments().into_iter().enumerate() {
        if index > 0 && group == 0 {
            skipped = true;
            continue;
        }
        if index > 0 {
            out.push_str(if skipped { "::" } else { ":" });
        }
        skipped = false;
        // Writing to a String cannot fail.
        let _ = write!(out, "{group:x}");
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::facts::fixture::general_name;

    fn listed(names: &[&str]) -> String {
        let entries: Vec<_> = names.iter().map(|name| general_name(name)).collect();
        let mut out = String::new();
        assert!(rustls(&mut out, &entries));
        out
    }

    #[test]
    fn lists_names_of_every_kind_as_rustls_does() {
        assert_eq!(listed(&["192.0.2.5"]), "IpAddress(192.0.2.5)");
        assert_eq!(listed(&["a.example", "2001:db8::1"]), "DnsName(\"a.example\") or IpAddress(2001:db8::1)");
        assert_eq!(
            listed(&["a.example", "mailto:a@b.example", "srv:_imaps.b.example", "::1"]),
            "DnsName(\"a.example\"), Unsupported(0x01), Unsupported(0x00) or IpAddress(0::1)"
        );
    }

    #[test]
    fn cuts_long_lists_short() {
        let (mut out, entries) = (String::new(), vec![general_name("a.example"); 21]);
        assert!(!rustls(&mut out, &entries) && out.ends_with(", ..."), "{out}");
    }
}
