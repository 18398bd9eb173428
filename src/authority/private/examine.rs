//! What a CA does not sign.

use std::collections::HashSet;

use crate::error::Signing;
use crate::facts::{
    Constraints, Curve, GeneralName, Identity, KeyKind, KeyUsage, Name, PublicKey, Purpose, Request, SanExtension,
    Text, Verification, is_shortest,
};
use crate::issue;

/// What a request comes to: the names that are signed, and what was added to what it asks for.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Asked {
    /// Content of the subjectAltName extension, DER.
    pub names: Box<[u8]>,
    /// The name that was taken from the common name, where it asks for none.
    pub from_common_name: Option<String>,
}

/// What is signed of a request; or why nothing is, each reason in a few words. `source` names it.
///
/// # Errors
/// [`Signing::CompromisedKey`]: no change of the request would help. [`Signing::Refused`] with all reasons, never none.
pub fn examine(
    request: &Request,
    source: &str,
    only: &Constraints,
    compromised: &HashSet<PublicKey>,
) -> Result<Asked, Signing> {
    let identity = &request.identity;
    if compromised.contains(&identity.key) {
        return Err(Signing::CompromisedKey { source: source.to_owned() });
    }
    let mut reasons = Vec::new();
    reasons.extend(weak_key(&identity.key.kind));
    reasons.extend(unproved(request));
    reasons.extend(beyond_a_server(identity));
    reasons.extend(senseless(request));
    let asked = names(request, only, &mut reasons);
    common_names(identity, only, &mut reasons);
    match asked {
        Some(asked) if reasons.is_empty() => Ok(asked),
        _ => Err(Signing::Refused { source: source.to_owned(), reasons }),
    }
}

/// BR 6.1.5 and 6.1.6, and no small exponents, with which old programs made mistakes.
fn weak_key(kind: &KeyKind) -> Option<String> {
    const LEAST_EXPONENT: u64 = 65537;
    match kind {
        KeyKind::Rsa { bits, .. } if *bits < 2048 => Some(format!("the key is {kind}, and 2048 bits are the least")),
        KeyKind::Rsa { exponent: None, .. } => Some("the key's exponent is negative or too large".to_owned()),
        KeyKind::Rsa { exponent: Some(exponent), .. } if *exponent < LEAST_EXPONENT || exponent % 2 == 0 => {
            Some(format!("the key's exponent is {exponent}, and it has to be odd and at least {LEAST_EXPONENT}"))
        }
        KeyKind::Rsa { .. } | KeyKind::Ec(Curve::P256 | Curve::P384 | Curve::P521) | KeyKind::Ed25519 => None,
        other => Some(format!("the key is {other}, which few clients know")),
    }
}

/// A signature with SHA-1 still shows who has the key, for nobody else can make one for this request; MD5 is not even
/// looked at.
fn unproved(request: &Request) -> Option<String> {
    match request.verify() {
        Verification::Holds => None,
        Verification::Fails => {
            Some("its signature is not by its own key, so that whoever sent it may not have the key".to_owned())
        }
        Verification::Unsupported => {
            Some(format!("its signature, {}, does not prove who has the key", request.signature))
        }
    }
}

/// A request for a CA, or for more than a server needs.
fn beyond_a_server(identity: &Identity) -> Vec<String> {
    let mut reasons = Vec::new();
    if identity.is_ca() {
        reasons.push("it asks to be a CA (CA:TRUE)".to_owned());
    }
    if identity.key_usage.is_some_and(|usage| usage.intersects(SIGNS_OTHERS)) {
        reasons.push("it asks to sign certificates or CRLs".to_owned());
    }
    if let Some(purposes) = &identity.purposes {
        let other = |purpose: &&Purpose| !matches!(purpose, Purpose::ServerAuth | Purpose::ClientAuth);
        reasons.extend(purposes.iter().filter(other).map(|purpose| format!("it asks for the purpose {purpose}")));
        if !purposes.contains(&Purpose::ServerAuth) {
            reasons.push("it asks for purposes, but not for that of a server (serverAuth)".to_owned());
        }
    }
    reasons
}

/// The subject is signed as it stands, and many programs would not read the certificate.
fn senseless(request: &Request) -> impl Iterator<Item = String> {
    let flaws = request.flaws.iter().filter(|flawed| flawed.flaw.is_senseless());
    flaws.map(|flawed| format!("it is not encoded as programs read it ({flawed})"))
}

const SIGNS_OTHERS: KeyUsage = KeyUsage::KEY_CERT_SIGN.with(KeyUsage::CRL_SIGN);

fn names(request: &Request, only: &Constraints, reasons: &mut Vec<String>) -> Option<Asked> {
    let identity = &request.identity;
    let mut asked = request.subject_alt_names();
    asked.dedup();
    match (asked.pop(), &identity.names.extension) {
        (Some(_), SanExtension::Unreadable) => reasons.push("its names cannot be read".to_owned()),
        (Some(_), _) if !asked.is_empty() => reasons.push("it asks twice, for different names".to_owned()),
        (Some(_), _) if identity.names.is_followed => {
            reasons.push("something follows the list of its names".to_owned())
        }
        (Some(names), _) if !is_shortest(&names) => {
            reasons.push("a length in the list of its names takes more octets than it needs (X.690 10.1)".to_owned());
        }
        (Some(names), _) if !identity.names.entries.is_empty() => {
            reasons.extend(identity.names.entries.iter().filter_map(|name| unfit(name, only)));
            return Some(Asked { names, from_common_name: None });
        }
        _ => return from_common_name(identity, only, reasons),
    }
    None
}

/// Today's clients read no common name, but requests of Key Manager and its time have nothing else.
fn from_common_name(identity: &Identity, only: &Constraints, reasons: &mut Vec<String>) -> Option<Asked> {
    let Some(text) = identity.subject.common_names().next_back() else {
        reasons.push("it asks for no name".to_owned());
        return None;
    };
    let Some(name) = text.as_str().and_then(general_name) else {
        reasons.push(format!("it asks for no name but its common name, and '{text}' is none that clients look for"));
        return None;
    };
    reasons.extend(unfit(&name, only));
    match issue::subject_alt_name([&name].into_iter()) {
        Ok(names) => Some(Asked { names: names.into(), from_common_name: Some(name.to_string()) }),
        Err(error) => {
            reasons.push(error.to_string());
            None
        }
    }
}

fn general_name(text: &str) -> Option<GeneralName> {
    match text.parse() {
        Ok(address) => Some(GeneralName::Address(address)),
        Err(_) => Name::parse(text).ok().map(|name| GeneralName::from(&name)),
    }
}

/// Why a name is not signed. Where a CA is limited, so is every kind of name: what no constraint is about would be free.
fn unfit(name: &GeneralName, only: &Constraints) -> Option<String> {
    match name {
        GeneralName::Dns(text) => match dns(text) {
            Err(fault) => Some(format!("'{text}' is not a DNS name: {fault}")),
            Ok(name) if !only.permit_name(&name) => Some(format!("the name {name} is not in {only}")),
            Ok(_) => None,
        },
        GeneralName::Address(address) if !only.permit_address(*address) => {
            Some(format!("the address {address} is not in {only}"))
        }
        GeneralName::Address(_) => None,
        GeneralName::BadAddress(_) | GeneralName::Unreadable(..) => Some(format!("'{name}' is no name")),
        _ if only.is_empty() => None,
        other => Some(format!("it asks for a {} ({other}), and this CA signs names in {only} alone", other.kind())),
    }
}

/// In a certificate a name has no dot at its end and only ASCII letters (RFC 5280 §4.2.1.6, §7.2).
fn dns(text: &Text) -> Result<Name, String> {
    let plain = text.as_str().ok_or("it is not text")?;
    if !plain.is_ascii() {
        return Err("its letters are not written in ASCII (xn--)".to_owned());
    }
    if plain.ends_with('.') {
        return Err("it ends in a dot".to_owned());
    }
    Name::parse(plain).map_err(|fault| fault.to_string())
}

/// Old clients read each common name that constraints are not held to by any. What is no name, but looks like one, some of them
/// read all the same: `mail*.contoso.com`.
fn common_names(identity: &Identity, only: &Constraints, reasons: &mut Vec<String>) {
    let mut texts: Vec<&Text> = identity.subject.common_names().collect();
    if identity.names.entries.is_empty() {
        // The last was to become the name that is signed, and was looked at there.
        texts.pop();
    }
    for text in texts {
        let outside = match text.as_str().and_then(general_name) {
            Some(name) => unfit(&name, only).is_some(),
            None => !only.is_empty() && looks_like_name(&text.to_string()),
        };
        if outside {
            reasons.push(format!("the common name {text} is not in {only}"));
        }
    }
}

fn looks_like_name(text: &str) -> bool {
    let text = text.trim();
    text.contains('.') && !text.contains(char::is_whitespace)
}
