//! Which extensions and attributes of the old certificate or request are not carried over, and why.

use super::LeftOut;
use crate::facts::{Item, KeyKind, KeyUsage, Purpose, Request, extension};
use crate::profiles::Profile;

/// What is left out of `old`, in the order people care about.
pub(super) fn extensions(old: Item<'_>, profile: &Profile) -> Vec<LeftOut> {
    let mut parts = Vec::new();
    let mut leave = |what: &str, reason| parts.push(LeftOut { what: what.to_owned(), reason });
    let identity = old.identity();
    if identity.is_ca() {
        leave("CA:TRUE", "a server's certificate signs no others");
    }
    for purpose in identity.purposes.iter().flatten().filter(|purpose| **purpose != Purpose::ServerAuth) {
        match purpose {
            Purpose::ClientAuth if !profile.drops_client_auth() => {}
            Purpose::ClientAuth => leave("clientAuth", "public CAs stop signing it (Chrome Root Program 1.8)"),
            other => leave(&other.to_string(), "a server does not need it"),
        }
    }
    for usage in identity.key_usage.iter().flat_map(|usage| usage.names()).filter(|usage| !SERVERS.contains(usage)) {
        leave(usage, "a server does not need it");
    }
    let extensions = match old {
        Item::Certificate(cert) => &cert.extensions,
        Item::Request(request) => &request.extensions,
    };
    for oid in extensions {
        if let Some((_, what, reason)) = LEFT.iter().find(|entry| entry.0 == &**oid) {
            leave(what, reason);
        // The others are written anew.
        } else if !extension::UNIVERSAL.contains(&&**oid) {
            leave(&format!("extension {oid}"), "extensions are not copied blindly");
        }
    }
    if let Item::Request(request) = old {
        for oid in foreign_attributes(request) {
            leave(&format!("attribute {oid}"), "it belongs to the old request");
        }
    }
    parts
}

/// What an old key might be used for and a new one of this kind cannot.
pub(super) fn usage(old: KeyUsage, key: &KeyKind) -> Option<LeftOut> {
    let is_lost = old.contains(KeyUsage::KEY_ENCIPHERMENT) && !matches!(key, KeyKind::Rsa { .. });
    is_lost.then(|| LeftOut { what: "keyEncipherment".to_owned(), reason: "only an RSA key enciphers others" })
}

fn foreign_attributes(request: &Request) -> impl Iterator<Item = &str> {
    // Both carry the requested extensions.
    const EXTENSIONS: [&str; 2] = ["1.2.840.113549.1.9.14", "1.3.6.1.4.1.311.2.1.14"];
    request.attributes.iter().map(|oid| &**oid).filter(|oid| !EXTENSIONS.contains(oid))
}

/// Key usages that a server's handshakes need, the last with an RSA key alone.
const SERVERS: [&str; 2] = ["digitalSignature", "keyEncipherment"];

const LEFT: &[(&str, &str, &str)] = &[
    (extension::TIMESTAMPS, "signed certificate timestamps", "they hold for the old certificate only (RFC 6962)"),
    (extension::SUBJECT_KEY, "subject key identifier", "it names the old key"),
    (extension::AUTHORITY_KEY, "authority key identifier", "it names the old issuer's key"),
    (extension::POLICIES, "certificate policies", "the CA writes its own"),
    (extension::REVOCATION_LISTS, "revocation list address", "the CA writes its own"),
    (extension::AUTHORITY_ACCESS, "issuer's addresses", "the CA writes its own"),
    (extension::NAME_CONSTRAINTS, "name constraints", "only a CA has them"),
    (extension::TLS_FEATURE, "TLS feature (must-staple)", "the server would have to staple its OCSP answers"),
    ("1.3.6.1.4.1.311.20.2", "certificate template name", "the CA writes its own"),
    ("1.3.6.1.4.1.311.21.7", "certificate template", "the CA writes its own"),
];
