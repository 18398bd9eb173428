//! What a key may be used for.

use std::fmt;

use super::ObjectId;

/// The keyUsage extension (RFC 5280 §4.2.1.3): bit 0 is digitalSignature.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Default)]
pub struct KeyUsage(pub u16);

impl KeyUsage {
    /// Signs handshakes.
    pub const DIGITAL_SIGNATURE: Self = Self(1);
    /// Also called nonRepudiation.
    pub const CONTENT_COMMITMENT: Self = Self(1 << 1);
    /// RSA key transport.
    pub const KEY_ENCIPHERMENT: Self = Self(1 << 2);
    /// Encrypts data directly.
    pub const DATA_ENCIPHERMENT: Self = Self(1 << 3);
    /// Static Diffie-Hellman.
    pub const KEY_AGREEMENT: Self = Self(1 << 4);
    /// Signs certificates.
    pub const KEY_CERT_SIGN: Self = Self(1 << 5);
    /// Signs revocation lists.
    pub const CRL_SIGN: Self = Self(1 << 6);

    /// True when every bit of `other` is set here.
    pub const fn contains(self, other: Self) -> bool {
        self.0 & other.0 == other.0
    }

    /// True when any bit of `other` is set here.
    pub const fn intersects(self, other: Self) -> bool {
        self.0 & other.0 != 0
    }

    /// Both sets of bits.
    #[must_use]
    pub const fn with(self, other: Self) -> Self {
        Self(self.0 | other.0)
    }

    /// The RFC 5280 names of the bits that are set, in bit order.
    pub fn names(self) -> impl Iterator<Item = &'static str> {
        const NAMES: [&str; 9] = [
            "digitalSignature",
            "nonRepudiation",
            "keyEncipherment",
            "dataEncipherment",
            "keyAgreement",
            "keyCertSign",
            "cRLSign",
            "encipherOnly",
            "decipherOnly",
        ];
        NAMES.into_iter().enumerate().filter(move |(bit, _)| self.0 & (1 << bit) != 0).map(|(_, name)| name)
    }
}

/// One entry of the extKeyUsage extension (RFC 5280 §4.2.1.12).
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Purpose {
    /// 1.3.6.1.5.5.7.3.1: TLS server.
    ServerAuth,
    /// 1.3.6.1.5.5.7.3.2: TLS client.
    ClientAuth,
    /// 1.3.6.1.5.5.7.3.3.
    CodeSigning,
    /// 1.3.6.1.5.5.7.3.4.
    EmailProtection,
    /// 1.3.6.1.5.5.7.3.8.
    TimeStamping,
    /// 1.3.6.1.5.5.7.3.9.
    OcspSigning,
    /// 2.5.29.37.0: anyExtendedKeyUsage.
    Any,
    /// Any other.
    Other(ObjectId),
}

impl Purpose {
    /// True for Microsoft's and Netscape's Server Gated Cryptography, which let export versions of old browsers use strong
    /// ciphers.
    pub fn is_gated(&self) -> bool {
        self.is_netscape_gated() || matches!(self, Self::Other(oid) if **oid == *"1.3.6.1.4.1.311.10.3.3")
    }

    /// True for Netscape's alone.
    pub fn is_netscape_gated(&self) -> bool {
        matches!(self, Self::Other(oid) if **oid == *"2.16.840.1.113730.4.1")
    }
}

impl fmt::Display for Purpose {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        out.write_str(match self {
            Self::ServerAuth => "serverAuth",
            Self::ClientAuth => "clientAuth",
            Self::CodeSigning => "codeSigning",
            Self::EmailProtection => "emailProtection",
            Self::TimeStamping => "timeStamping",
            Self::OcspSigning => "OCSPSigning",
            Self::Any => "anyExtendedKeyUsage",
            Self::Other(oid) => oid,
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lists_key_usages_in_bit_order() {
        let usage = KeyUsage::KEY_ENCIPHERMENT.with(KeyUsage::DIGITAL_SIGNATURE);
        assert_eq!(usage.names().collect::<Vec<_>>(), ["digitalSignature", "keyEncipherment"]);
        assert!(!usage.contains(KeyUsage::KEY_CERT_SIGN));
    }
}
