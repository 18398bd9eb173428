//! Subject and issuer names, kept attribute for attribute.

use std::fmt;

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
    /// UniversalString, or a tag that is not a string at all.
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
    /// Reads `O=Contoso Ltd,L=Redmond,C=US`: attributes in the order written, `\` before a comma that belongs to a
    /// value, `+` between the attributes of one relative name.
    ///
    /// # Errors
    /// The part that is not `KEY=value`.
    pub fn parse(text: &str) -> Result<Self, String> {
        let mut rdns = Vec::new();
        for part in split_unescaped(text, ',') {
            let attributes = split_unescaped(&part, '+');
            let rdn: Result<Vec<_>, String> = attributes.iter().map(|text| attribute(text)).collect();
            rdns.push(rdn?);
        }
        Ok(Self { rdns, der: Box::default() })
    }

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

/// `CN=remote.contoso.com, O=Contoso`: wire order, values escaped.
impl fmt::Display for DistinguishedName {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        if self.is_empty() {
            return out.write_str("(empty)");
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
                for part in [separator, attribute.kind.key(), "="] {
                    out.write_str(part)?;
                }
                attribute.value.fmt(out)?;
            }
        }
        Ok(())
    }
}

fn attribute(text: &str) -> Result<Attribute, String> {
    let wrong = || text.trim().to_owned();
    let (key, value) = text.split_once('=').ok_or_else(wrong)?;
    let kind = AttributeKind::from_key(key.trim()).ok_or_else(wrong)?;
    let value = unescape(value.trim());
    if value.is_empty() {
        return Err(wrong());
    }
    // RFC 5280 Appendix A: these have a fixed string type.
    let string = match kind {
        AttributeKind::Country | AttributeKind::SerialNumber => StringKind::Printable,
        AttributeKind::DomainComponent | AttributeKind::EmailAddress => StringKind::Ia5,
        _ => StringKind::Utf8,
    };
    Ok(Attribute { kind, value: Text::from(value.as_str()), string })
}

fn split_unescaped(text: &str, separator: char) -> Vec<String> {
    let mut parts = vec![String::new()];
    let mut escaped = false;
    for character in text.chars() {
        if character == separator && !escaped {
            parts.push(String::new());
            continue;
        }
        escaped = character == '\\' && !escaped;
        if let Some(part) = parts.last_mut() {
            part.push(character);
        }
    }
    if parts.iter().all(|part| part.trim().is_empty()) {
        parts.clear();
    }
    parts
}

fn unescape(value: &str) -> String {
    let mut plain = String::new();
    let mut characters = value.chars();
    while let Some(character) = characters.next() {
        plain.extend(if character == '\\' { characters.next() } else { Some(character) });
    }
    plain
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn keeps_order_and_repeated_attributes() {
        let name = DistinguishedName::parse(r"O=Contoso\, Ltd,OU=Mail,OU=Web,DC=contoso,DC=local").unwrap();
        assert_eq!(name.to_string(), "O=Contoso, Ltd, OU=Mail, OU=Web, DC=contoso, DC=local");
    }

    #[test]
    fn names_the_part_it_cannot_read() {
        assert_eq!(DistinguishedName::parse("O=Contoso,Redmond").unwrap_err(), "Redmond");
        assert_eq!(DistinguishedName::parse("XY=1").unwrap_err(), "XY=1");
        assert!(DistinguishedName::parse("").unwrap().is_empty());
    }
}
