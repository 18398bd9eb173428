//! Names that are the same and are written in different ways.

use super::{Attribute, DistinguishedName, StringKind, Text};

/// How one name is written in two ways, which some programs take for two names.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Rewriting {
    /// As PrintableString and as UTF8String.
    Type,
    /// As IA5String and as another.
    Ia5,
    /// As TeletexString, BMPString or UniversalString and as another.
    RareType,
    /// In upper and in lower case.
    Case,
    /// With other white space.
    Spaces,
}

impl Rewriting {
    const ALL: [Self; 5] = [Self::Type, Self::Ia5, Self::RareType, Self::Case, Self::Spaces];

    fn is_between(self, one: &Attribute, other: &Attribute) -> bool {
        let other_types = one.string != other.string;
        let has = |kind: StringKind| one.string == kind || other.string == kind;
        let has_rare = [StringKind::Teletex, StringKind::Bmp, StringKind::Universal].into_iter().any(has);
        match self {
            Self::Type => other_types && !has_rare && !has(StringKind::Ia5),
            Self::Ia5 => other_types && has(StringKind::Ia5),
            Self::RareType => other_types && has_rare,
            Self::Case => words(&one.value).zip(words(&other.value)).any(|(one, other)| one != other),
            Self::Spaces => !one.value.as_bytes().eq_ignore_ascii_case(other.value.as_bytes()),
        }
    }
}

impl DistinguishedName {
    /// True when both are the same name (RFC 5280 §7.1): string types, case and white space count for nothing. Letters beyond
    /// ASCII are compared as they are.
    pub fn is_same(&self, other: &Self) -> bool {
        if self.der == other.der {
            return true;
        }
        self.is_readable()
            && self.rdns.len() == other.rdns.len()
            && self.rdns.iter().zip(&other.rdns).all(|(one, other)| is_same_rdn(one, other))
    }

    /// True when this is `base` or begins with it (RFC 5280 §4.2.1.10).
    pub(crate) fn is_below(&self, base: &Self) -> bool {
        let mut own = self.rdns.iter();
        base.rdns.iter().all(|rdn| own.next().is_some_and(|own| is_same_rdn(own, rdn)))
    }

    /// What all names that are the same have in common, and no other has.
    pub(crate) fn folded(&self) -> Box<[u8]> {
        if !self.is_readable() {
            return self.der.clone();
        }
        let mut folded = Vec::with_capacity(self.der.len());
        for rdn in &self.rdns {
            folded.push(0);
            for attribute in rdn {
                folded.push(1);
                folded.extend_from_slice(attribute.kind.oid().as_bytes());
                match attribute.string.is_directory_string() {
                    true => words(&attribute.value).for_each(|word| {
                        folded.push(2);
                        folded.extend(word.iter().map(u8::to_ascii_lowercase));
                    }),
                    false => {
                        folded.push(3);
                        folded.extend_from_slice(attribute.value.as_bytes());
                    }
                }
            }
        }
        folded.into()
    }

    /// In which ways this is written otherwise than `other`, which is the same name.
    pub(crate) fn apart(&self, other: &Self) -> impl Iterator<Item = Rewriting> {
        let are_equal = self.der == other.der;
        let differs = move |rewriting: &Rewriting| {
            let pairs = || self.rdns.iter().flatten().zip(other.rdns.iter().flatten());
            !are_equal && pairs().any(|(one, other)| rewriting.is_between(one, other))
        };
        Rewriting::ALL.into_iter().filter(differs)
    }

    /// Of what could not be read at all, only the octets can be compared.
    fn is_readable(&self) -> bool {
        !self.rdns.is_empty()
    }
}

impl Attribute {
    fn is_same(&self, other: &Self) -> bool {
        let is_text = self.string.is_directory_string() && other.string.is_directory_string();
        self.kind == other.kind
            && match is_text {
                true => {
                    let (mut own, mut others) = (words(&self.value), words(&other.value));
                    let are_same =
                        own.by_ref().all(|word| others.next().is_some_and(|other| word.eq_ignore_ascii_case(other)));
                    are_same && others.next().is_none()
                }
                false => self.string == other.string && self.value == other.value,
            }
    }
}

impl StringKind {
    const fn is_directory_string(self) -> bool {
        !matches!(self, Self::Other(_))
    }
}

fn is_same_rdn(one: &[Attribute], other: &[Attribute]) -> bool {
    one.len() == other.len() && one.iter().zip(other).all(|(one, other)| one.is_same(other))
}

fn words(text: &Text) -> impl Iterator<Item = &[u8]> {
    text.as_bytes().split(u8::is_ascii_whitespace).filter(|word| !word.is_empty())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::facts::AttributeKind;

    fn name(values: &[(AttributeKind, StringKind, &str)]) -> DistinguishedName {
        let attribute = |(kind, string, value): &(AttributeKind, StringKind, &str)| {
            vec![Attribute { kind: kind.clone(), value: Text::from(*value), string: *string }]
        };
        let der = format!("{values:?}").into_bytes().into();
        DistinguishedName { rdns: values.iter().map(attribute).collect(), der }
    }

    fn common(string: StringKind, value: &str) -> DistinguishedName {
        name(&[(AttributeKind::CommonName, string, value)])
    }

    #[test]
    fn tells_names_that_are_the_same_and_how_far_apart_they_are() {
        use StringKind::{Bmp, Ia5, Other, Printable, Teletex, Utf8};
        let plain = common(Utf8, "Contoso Root");
        for (other, apart) in [
            (plain.clone(), vec![]),
            (common(Printable, "Contoso Root"), vec![Rewriting::Type]),
            (common(Utf8, "CONTOSO root"), vec![Rewriting::Case]),
            (common(Utf8, " Contoso   Root "), vec![Rewriting::Spaces]),
            (common(Ia5, "Contoso Root"), vec![Rewriting::Ia5]),
            (common(Bmp, "Contoso Root"), vec![Rewriting::RareType]),
            (common(Teletex, "contoso  root"), vec![Rewriting::RareType, Rewriting::Case, Rewriting::Spaces]),
        ] {
            assert!(plain.is_same(&other) && other.is_same(&plain), "{other:?}");
            assert_eq!(plain.folded(), other.folded());
            assert_eq!(plain.apart(&other).collect::<Vec<_>>(), apart, "{other:?}");
        }
        for other in [
            common(Utf8, "ContosoRoot"),
            common(Utf8, "Contoso"),
            common(Utf8, "Contoso Root 2"),
            common(Other(3), "Contoso Root"),
            name(&[(AttributeKind::Organization, Utf8, "Contoso Root")]),
            name(&[(AttributeKind::CommonName, Utf8, "Contoso Root"), (AttributeKind::Organization, Utf8, "")]),
            DistinguishedName { der: Box::from(*b"unreadable"), ..DistinguishedName::default() },
        ] {
            assert!(!plain.is_same(&other) && !other.is_same(&plain), "{other:?}");
            assert_ne!(plain.folded(), other.folded());
        }
        assert!(!common(Utf8, "GRÜN").is_same(&common(Utf8, "grün")), "beyond ASCII they are compared as they are");
    }
}
