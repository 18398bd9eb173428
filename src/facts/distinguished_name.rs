//! Subject and issuer names, kept attribute for attribute.

use std::fmt::{self, Write};

use super::text::acts_on_a_terminal;
use super::{ObjectId, Text};

/// A distinguished name (RFC 5280 §4.1.2.4): relative names in the order of the DER, each with one attribute or more.
#[derive(Clone, Debug, PartialEq, Eq, Default)]
pub struct DistinguishedName {
    /// The relative names in wire order.
    pub rdns: Vec<Vec<Attribute>>,
    /// The DER of the whole Name as it was read; empty when it was made here.
    pub der: Box<[u8]>,
}

/// One attribute of a distinguished name.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Attribute {
    /// Which attribute it is.
    pub kind: AttributeKind,
    /// The value as text.
    pub value: Text,
    /// How the value is encoded.
    pub string: StringKind,
}

/// Attribute types that have a short name (RFC 4514 §3, RFC 5280 Appendix A).
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum AttributeKind {
    /// CN
    CommonName,
    /// C
    Country,
    /// ST
    State,
    /// L
    Locality,
    /// O
    Organization,
    /// OU
    OrganizationalUnit,
    /// DC
    DomainComponent,
    /// emailAddress
    EmailAddress,
    /// STREET
    Street,
    /// postalCode
    PostalCode,
    /// serialNumber
    SerialNumber,
    /// SN
    Surname,
    /// GN
    GivenName,
    /// title
    Title,
    /// Any other.
    Other(ObjectId),
}

/// The ASN.1 string type of an attribute value.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum StringKind {
    /// UTF8String
    Utf8,
    /// PrintableString
    Printable,
    /// IA5String
    Ia5,
    /// TeletexString
    Teletex,
    /// BMPString
    Bmp,
    /// UniversalString
    Universal,
    /// A tag of no directory string, or of no string at all.
    Other(u32),
}

const KINDS: &[(AttributeKind, &str, &str)] = &[
    (AttributeKind::CommonName, "CN", "2.5.4.3"),
    (AttributeKind::Country, "C", "2.5.4.6"),
    (AttributeKind::State, "ST", "2.5.4.8"),
    (AttributeKind::Locality, "L", "2.5.4.7"),
    (AttributeKind::Organization, "O", "2.5.4.10"),
    (AttributeKind::OrganizationalUnit, "OU", "2.5.4.11"),
    (AttributeKind::DomainComponent, "DC", "0.9.2342.19200300.100.1.25"),
    (AttributeKind::EmailAddress, "emailAddress", "1.2.840.113549.1.9.1"),
    (AttributeKind::Street, "STREET", "2.5.4.9"),
    (AttributeKind::PostalCode, "postalCode", "2.5.4.17"),
    (AttributeKind::SerialNumber, "serialNumber", "2.5.4.5"),
    (AttributeKind::Surname, "SN", "2.5.4.4"),
    (AttributeKind::GivenName, "GN", "2.5.4.42"),
    (AttributeKind::Title, "title", "2.5.4.12"),
];

impl AttributeKind {
    /// The kind with this dotted object identifier.
    pub fn from_oid(oid: &str) -> Self {
        KINDS.iter().find(|entry| entry.2 == oid).map_or_else(|| Self::Other(oid.into()), |entry| entry.0.clone())
    }

    /// The kind that people write as `key`: a short name in any case, or a dotted object identifier.
    pub fn from_key(key: &str) -> Option<Self> {
        if let Some(entry) = KINDS.iter().find(|entry| entry.1.eq_ignore_ascii_case(key)) {
            return Some(entry.0.clone());
        }
        match key.to_ascii_lowercase().as_str() {
            "s" => return Some(Self::State),
            "e" | "email" => return Some(Self::EmailAddress),
            "uid" => return Some(Self::from_oid("0.9.2342.19200300.100.1.1")),
            _ => {}
        }
        let dotted = key.contains('.') && key.split('.').all(|arc| arc.parse::<u64>().is_ok());
        dotted.then(|| Self::from_oid(key))
    }

    /// The dotted object identifier.
    pub fn oid(&self) -> &str {
        match self {
            Self::Other(oid) => oid,
            known => KINDS.iter().find(|entry| entry.0 == *known).map_or("", |entry| entry.2),
        }
    }

    /// How a new value is encoded: some have a fixed string type (RFC 5280 Appendix A).
    pub(crate) fn string(&self) -> StringKind {
        match self {
            Self::Country | Self::SerialNumber => StringKind::Printable,
            // jurisdictionCountryName, a country too (EV Guidelines 7.1.4.2.4).
            Self::Other(oid) if **oid == *"1.3.6.1.4.1.311.60.2.1.3" => StringKind::Printable,
            Self::DomainComponent | Self::EmailAddress => StringKind::Ia5,
            _ => StringKind::Utf8,
        }
    }

    /// True for what may stand in the subject of a domain validated certificate (BR 7.1.2.7.2).
    pub fn is_domain_validated(&self) -> bool {
        matches!(self, Self::Country | Self::CommonName)
    }

    /// The short name, or the dotted object identifier.
    pub fn key(&self) -> &str {
        match self {
            Self::Other(oid) => oid,
            known => KINDS.iter().find(|entry| entry.0 == *known).map_or("", |entry| entry.1),
        }
    }
}

impl DistinguishedName {
    /// True when it has no attribute: an empty SEQUENCE.
    pub fn is_empty(&self) -> bool {
        self.rdns.is_empty()
    }

    /// All attributes in wire order.
    pub fn attributes(&self) -> impl DoubleEndedIterator<Item = &Attribute> {
        self.rdns.iter().flatten()
    }

    /// The values of all attributes of this kind, in wire order.
    pub fn values<'a>(&'a self, kind: &'a AttributeKind) -> impl DoubleEndedIterator<Item = &'a Text> {
        self.attributes().filter(move |attribute| attribute.kind == *kind).map(|attribute| &attribute.value)
    }

    /// All common names in wire order; the last is the most specific.
    pub fn common_names(&self) -> impl DoubleEndedIterator<Item = &Text> {
        self.values(&AttributeKind::CommonName)
    }
}

/// What stands for a name without attributes.
pub(super) const EMPTY: &str = "(empty)";

/// `CN=remote.contoso.com, O=Contoso\, Ltd`: wire order, values escaped.
impl fmt::Display for DistinguishedName {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        if self.is_empty() {
            return out.write_str(EMPTY);
        }
        for (index, rdn) in self.rdns.iter().enumerate() {
            for (position, attribute) in rdn.iter().enumerate() {
                let separator = if position > 0 {
                    " + "
                } else if index > 0 {
                    ", "
                } else {
                    ""
                };
                out.write_str(separator)?;
                attribute.fmt(out)?;
            }
        }
        Ok(())
    }
}

/// `O=Contoso\, Ltd`: the value is escaped as RFC 4514 §2.4 says, and so are characters that act on a terminal.
impl fmt::Display for Attribute {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        out.write_str(self.kind.key())?;
        out.write_str("=")?;
        let bytes = self.value.as_bytes();
        let is_edge = |byte: Option<&u8>| matches!(byte, Some(b' ' | b'#'));
        let begins_or_ends = is_edge(bytes.first()) || is_edge(bytes.last());
        match self.value.plain() {
            Some(plain) if !begins_or_ends && !plain.contains(SPECIAL) => out.write_str(plain),
            _ => escape_value(bytes, out),
        }
    }
}

/// What is escaped in a value, wherever it stands (RFC 4514 §2.4).
pub(super) const SPECIAL: [char; 7] = ['"', '+', ',', ';', '<', '>', '\\'];

fn escape_value(bytes: &[u8], out: &mut fmt::Formatter<'_>) -> fmt::Result {
    let mut at = 0;
    for chunk in bytes.utf8_chunks() {
        for character in chunk.valid().chars() {
            let (is_first, end) = (at == 0, at + character.len_utf8());
            let at_the_edge = character == '#' && is_first || character == ' ' && (is_first || end == bytes.len());
            if at_the_edge || SPECIAL.contains(&character) {
                write!(out, "\\{character}")?;
            } else if acts_on_a_terminal(character) {
                bytes[at..end].iter().try_for_each(|byte| write!(out, "\\{byte:02X}"))?;
            } else {
                out.write_char(character)?;
            }
            at = end;
        }
        chunk.invalid().iter().try_for_each(|byte| write!(out, "\\{byte:02X}"))?;
        at += chunk.invalid().len();
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn keeps_order_and_repeated_attributes() {
        let name = DistinguishedName::parse(r"O=Contoso\, Ltd,OU=Mail,OU=Web,DC=contoso,DC=local").unwrap();
        assert_eq!(name.to_string(), r"O=Contoso\, Ltd, OU=Mail, OU=Web, DC=contoso, DC=local");
    }

    #[test]
    fn shows_values_as_rfc_4514_escapes_them() {
        for (value, shown) in [
            (&b" Contoso, Ltd "[..], r"O=\ Contoso\, Ltd\ "),
            (b"#1 + 2 <3> \"4\"; \\5 = 6#", r#"O=\#1 \+ 2 \<3\> \"4\"\; \\5 = 6#"#),
            (b" ", r"O=\ "),
            (b"a\x1b\0", r"O=a\1B\00"),
            ("Bücher\u{202e}".as_bytes(), r"O=Bücher\E2\80\AE"),
            (b"Caf\xe9 ", r"O=Caf\E9\ "),
        ] {
            let attribute =
                Attribute { kind: AttributeKind::Organization, value: Text::new(value), string: StringKind::Utf8 };
            assert_eq!(attribute.to_string(), shown);
            let name = DistinguishedName { rdns: vec![vec![attribute]], der: Box::default() };
            assert_eq!(DistinguishedName::parse(shown).unwrap(), name);
        }
    }

    fn names() -> impl Strategy<Value = DistinguishedName> {
        let value = prop_oneof![
            proptest::collection::vec(any::<u8>(), 1..12).prop_map(Text::new),
            "[ #+,;<>\\\\\"=aF0\u{a0}ü]{1,12}".prop_map(|text| Text::from(&*text)),
        ];
        let attribute = (0..KINDS.len() + 1, value).prop_map(|(kind, value)| {
            let kind = KINDS.get(kind).map_or_else(|| AttributeKind::from_oid("1.2.3.4"), |entry| entry.0.clone());
            Attribute { string: kind.string(), kind, value }
        });
        let rdns = proptest::collection::vec(proptest::collection::vec(attribute, 1..3), 0..4);
        rdns.prop_map(|rdns| DistinguishedName { rdns, der: Box::default() })
    }

    proptest! {
        #[test]
        fn reads_what_it_shows(name in names()) {
            let shown = name.to_string();
            prop_assert!(!shown.chars().any(acts_on_a_terminal), "{shown}");
            prop_assert_eq!(DistinguishedName::parse(&shown), Ok(name), "{}", shown);
        }
    }
}
