//! What clients demand of a certificate beyond its name.

use super::{Fault, IssuerDemands, Mark, SanForm, Statement};
use crate::facts::{Certificate, Digest, Flaw, KeyKind, KeyUsage, Moment, Omission, Purpose, extension};

/// What a client demands beyond the name.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Demands {
    /// Least bits of an RSA key; 0 when any will do.
    pub rsa_bits: u32,
    /// Whether the key of a root is held to that too, not those below it alone.
    pub root_keys: bool,
    /// Kinds of key that a server cannot use with it.
    pub refused_keys: &'static [KeyFamily],
    /// Digests in signatures that it does not take. The signature of a root is of no matter.
    pub refused_digests: &'static [Digest],
    /// Digests of which it does not take a signature either, because it knows none over them.
    pub unknown_digests: &'static [Digest],
    /// Whether serverAuth must be among the purposes.
    pub server_auth: ServerAuth,
    /// At least one of these must be set where there is a keyUsage extension; none when it is not looked at.
    pub key_usage: KeyUsage,
    /// What else it refuses.
    pub refused_forms: &'static [Form],
    /// What it refuses to do without, in a server's certificate that a CA signed, and in those of CAs.
    pub wanted: &'static [Omission],
    /// Encodings that it does not read.
    pub refused_encodings: &'static [Flaw],
    /// Forms of the SAN for which it refuses the whole certificate.
    pub refused_names: &'static [SanForm],
    /// Extensions that it understands where they are critical, beside those that every program does.
    pub understood: &'static [&'static str],
    /// What it minds in the certificates of CAs.
    pub issuers: IssuerDemands,
    /// Longest lives, by date of issue.
    pub lives: &'static [LifeLimit],
    /// Whether it goes by the certificates that the server sends, and finds no missing one by itself.
    pub sent_chain_only: bool,
    /// Whether it wants an OCSP answer stapled where the certificate says that the server does so (RFC 7633).
    pub wants_staple: bool,
    /// Whether all kinds of demand were looked for, so that what is not named here is taken for certain.
    pub is_whole: bool,
    /// Faults that end the connection where the client asks its user about others.
    pub unforgiven: &'static [Fault],
    /// Faults that it overlooks in a server's own certificate, self-signed or not, once that is trusted itself.
    pub overlooked_in_roots: &'static [Fault],
}

/// Those of RFC 5280 that a client has to understand for a server's certificate, and Netscape's.
const UNDERSTOOD: &[&str] = &[
    extension::NAME_CONSTRAINTS,
    extension::REVOCATION_LISTS,
    extension::POLICIES,
    extension::POLICY_MAPPINGS,
    extension::POLICY_CONSTRAINTS,
    extension::INHIBIT_ANY_POLICY,
    extension::NETSCAPE_TYPE,
];

impl Demands {
    /// Nothing is known to be demanded; models name what they demand.
    pub const NONE: Self = Self {
        rsa_bits: 0,
        root_keys: false,
        refused_keys: &[],
        refused_digests: &[],
        unknown_digests: &[],
        server_auth: ServerAuth::Ignored,
        key_usage: KeyUsage(0),
        refused_forms: &[],
        wanted: &[],
        refused_encodings: &[],
        refused_names: &[],
        understood: UNDERSTOOD,
        issuers: IssuerDemands::USUAL,
        lives: &[],
        sent_chain_only: false,
        wants_staple: false,
        is_whole: false,
        unforgiven: &[Fault::UnusableKey],
        overlooked_in_roots: &[],
    };

    /// A client that has nothing newer than TLS 1.0: no later kind of key has a place in its messages.
    pub const OF_TLS10: Self = Self {
        refused_keys: &[KeyFamily::Ed25519, KeyFamily::Ed448, KeyFamily::RsaPss, KeyFamily::MlDsa, KeyFamily::Other],
        ..Self::NONE
    };

    /// How that is known.
    pub const KEYS_OF_TLS10: Statement = Statement::new(
        Mark::Documented,
        "RFC 2246 §7.4.3 and RFC 4492 §5.4",
        "TLS 1.0 has signatures with RSA, DSA and ECDSA keys, and with no others.",
    );

    /// A client that leaves it to Windows.
    pub const OF_WINDOWS: Self = Self { refused_keys: &[KeyFamily::Ed25519, KeyFamily::Ed448], ..Self::NONE };

    /// How that is known.
    pub const KEYS_OF_WINDOWS: Statement = Statement::new(
        Mark::Reported,
        "rustls/rustls-platform-verifier issue 195 (2025), dotnet/runtime issue 98067 (2023)",
        "Windows neither offers Ed25519 nor takes a certificate with such a key.",
    );

    /// True for a signature over this digest that it takes.
    pub fn takes(&self, digest: Digest) -> bool {
        !self.refused_digests.contains(&digest) && !self.unknown_digests.contains(&digest)
    }

    /// The critical extensions of a certificate that the client does not understand.
    pub fn not_understood<'a>(&self, cert: &'a Certificate) -> impl Iterator<Item = &'a str> {
        let any_policy = || cert.policies.iter().all(|policy| **policy == *extension::ANY_POLICY);
        let knows = move |oid: &str| {
            let is_understood = |other: &str| self.understood.contains(&other);
            is_understood(oid) || oid == extension::POLICIES && is_understood(extension::ANY_POLICY) && any_policy()
        };
        cert.critical.iter().map(|oid| &**oid).filter(move |oid| !knows(oid))
    }

    /// True when a fault of this kind is overlooked in a server's own certificate that is trusted itself.
    pub fn overlooks_in_roots(&self, fault: Fault) -> bool {
        self.overlooked_in_roots.iter().any(|&overlooked| fault.is_a(overlooked))
    }
}

/// Kinds of key that some clients cannot use.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum KeyFamily {
    /// The elliptic curve P-224.
    P224,
    /// Elliptic curves other than P-224, P-256, P-384 and P-521.
    OtherCurve,
    /// Ed25519.
    Ed25519,
    /// Ed448.
    Ed448,
    /// DSA.
    Dsa,
    /// RSA for RSASSA-PSS alone.
    RsaPss,
    /// ML-DSA. Programs learn it from some version on.
    MlDsa,
    /// One that signs nothing, so that no server can prove that it has it (RFC 8446 §4.4.3).
    Agreement,
    /// None of those that have a name here.
    Other,
}

impl KeyFamily {
    /// The family of a key, when it is one of these.
    pub fn of(kind: &KeyKind) -> Option<Self> {
        use crate::facts::Curve;
        match kind {
            KeyKind::Ec(Curve::Other(oid)) if **oid == *"1.3.132.0.33" => Some(Self::P224),
            KeyKind::Ec(Curve::Other(_) | Curve::Explicit) => Some(Self::OtherCurve),
            KeyKind::Ed25519 => Some(Self::Ed25519),
            KeyKind::Ed448 => Some(Self::Ed448),
            KeyKind::Dsa { .. } => Some(Self::Dsa),
            KeyKind::RsaPss { .. } => Some(Self::RsaPss),
            KeyKind::MlDsa(_) => Some(Self::MlDsa),
            KeyKind::Agreement(_) => Some(Self::Agreement),
            KeyKind::Other(_) => Some(Self::Other),
            KeyKind::Ec(Curve::P256 | Curve::P384 | Curve::P521) | KeyKind::Rsa { .. } => None,
        }
    }
}

/// What a certificate may be that some clients refuse in a server.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Form {
    /// A CA's: basicConstraints says CA:TRUE.
    Authority,
    /// Of version 1 or 2.
    OldVersion,
    /// With a critical extension that it does not know.
    UnknownCritical,
    /// Of version 1 or 2, with extensions.
    OldVersionExtended,
    /// With an issuer that has no name.
    NamelessIssuer,
    /// Signed by a CA of the same name as its subject, with no identifier that tells them apart.
    NamedAsIssuer,
    /// With an extension that is there twice.
    RepeatedExtension,
    /// With one of those that TLS clients read that is there twice.
    RepeatedKnownExtension,
    /// With one of those that it understands that is there twice.
    RepeatedUnderstoodExtension,
    /// Without a subject, and with a SAN that is not marked critical.
    UnmarkedNames,
    /// The same, where a CA signed it.
    UnmarkedNamesFromAuthority,
    /// With keyCertSign, and none for a CA.
    SigningKey,
    /// With a certificate type of Netscape that names no TLS server.
    OtherNetscapeType,
    /// With another algorithm named inside than that of the signature.
    OtherInnerAlgorithm,
    /// With the same algorithm inside, but with other parameters.
    OtherInnerParameters,
}

/// Whether serverAuth must be among the extended key usages.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ServerAuth {
    /// Not looked at, or not known.
    Ignored,
    /// It, or one of these, must be listed when the extension is there.
    IfPresent(&'static [Substitute]),
    /// Must be listed in certificates issued after this moment; before it, when the extension is there.
    RequiredFrom(Moment),
}

/// A purpose that some clients take for serverAuth.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Substitute {
    /// anyExtendedKeyUsage.
    Any,
    /// Microsoft's or Netscape's Server Gated Cryptography, which let export versions of old browsers use strong ciphers.
    GatedCryptography,
    /// Netscape's alone.
    NetscapeGated,
}

impl Substitute {
    /// True when it is this purpose.
    pub fn is(self, purpose: &Purpose) -> bool {
        match (self, purpose) {
            (Self::Any, Purpose::Any) => true,
            (Self::GatedCryptography, purpose) => purpose.is_gated(),
            (Self::NetscapeGated, purpose) => purpose.is_netscape_gated(),
            _ => false,
        }
    }
}

/// A longest life, for certificates whose notBefore is at or after a date.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct LifeLimit {
    /// First notBefore that it holds for.
    pub issued_from: Moment,
    /// Days of 86,400 s.
    pub days: i64,
    /// Which roots it holds for.
    pub roots: Roots,
}

/// Which roots a limit holds for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Roots {
    /// All, those added by an administrator too.
    All,
    /// Only those that the system brings along.
    Preinstalled,
}
