//! The new subject: the old one octet for octet, but for what is wrong.

use super::carried::{Carried, carried};
use super::{CommonNamePlan, LeftOut};
use crate::Error;
use crate::facts::encoding::printable;
use crate::facts::tlv::{self, SEQUENCE, SET};
use crate::facts::{Attribute, AttributeKind, DistinguishedName, Name, StringKind, Text};
use crate::profiles::{CommonName, Profile, SubjectUse};

/// The new subject and what was done to the old one.
pub(super) struct Subject {
    pub(super) name: DistinguishedName,
    pub(super) common_name: CommonNamePlan,
    pub(super) left_out: Vec<LeftOut>,
    /// Attributes that are encoded otherwise than before, as they are now.
    pub(super) anew: Vec<String>,
}

/// What the CA has checked of the old subject, by its own word.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Validation {
    /// The names of the certificate alone.
    Domain,
    /// More than that, or nobody says.
    Other,
}

/// ub-common-name (RFC 5280 Appendix A).
const LONGEST_COMMON_NAME: usize = 64;

/// A subject as given by a person, with the target as its common name.
pub(super) fn fresh(given: &DistinguishedName, target: &Name) -> Result<Subject, Error> {
    let mut rdns = given.rdns.clone();
    for rdn in &mut rdns {
        rdn.retain(|attribute| attribute.kind != AttributeKind::CommonName);
    }
    rdns.retain(|rdn| !rdn.is_empty());
    let common_name = insert_common_name(&mut rdns, target);
    let mut encoded = Vec::new();
    for rdn in &mut rdns {
        let pairs: Result<Vec<_>, Error> =
            rdn.drain(..).map(|attribute| Ok((encode(&attribute)?, attribute))).collect();
        let mut pairs = pairs?;
        // DER orders a SET OF by its encodings (X.690 §11.6).
        pairs.sort_by(|a, b| a.0.cmp(&b.0));
        encoded.push(tlv::element(SET, &pairs.iter().flat_map(|(raw, _)| raw.clone()).collect::<Vec<u8>>()));
        rdn.extend(pairs.into_iter().map(|(_, attribute)| attribute));
    }
    let name = DistinguishedName { der: tlv::element(SEQUENCE, &encoded.concat()).into(), rdns };
    Ok(Subject { name, common_name, left_out: Vec::new(), anew: Vec::new() })
}

/// The target as domain components (RFC 2247), for a subject that would be empty and is the issuer, which must not be
/// (RFC 5280 §4.1.2.4).
pub(super) fn domain_components(target: &Name) -> Result<Subject, Error> {
    let component = |label: &str| {
        vec![Attribute { kind: AttributeKind::DomainComponent, value: Text::from(label), string: StringKind::Ia5 }]
    };
    let rdns = target.as_str().rsplit('.').map(component).collect();
    fresh(&DistinguishedName { rdns, ..DistinguishedName::default() }, target)
}

/// Which common name stays: the target where it is there, else the most specific, which gives way to it.
fn chosen(old: &DistinguishedName, target: &Name) -> usize {
    let values: Vec<&Text> = old.common_names().collect();
    values.iter().rposition(|value| is_of(value, target)).unwrap_or(values.len().saturating_sub(1))
}

fn is_of(value: &Text, target: &Name) -> bool {
    value.as_bytes() == target.as_str().as_bytes()
}

/// The common names that do not stay, where several were.
pub(super) fn given_up<'a>(old: &'a DistinguishedName, target: &Name) -> impl Iterator<Item = &'a Text> {
    let chosen = chosen(old, target);
    old.common_names().enumerate().filter(move |(place, _)| *place != chosen).map(|(_, value)| value)
}

/// The old subject with the target as its only common name.
pub(super) fn mended(
    old: &DistinguishedName,
    target: &Name,
    validation: Validation,
    profile: &Profile,
) -> Result<Subject, Error> {
    let cuts = cut(old).ok_or_else(|| Error::Conflict {
        cause: "the old subject is not DER".to_owned(),
        hint: "write another in its place: --subject of certfix csr or certfix self-signed",
    })?;
    let fits = target.as_str().len() <= LONGEST_COMMON_NAME;
    let is_right = |value: &Text| is_of(value, target);
    let chosen = chosen(old, target);
    let mut seen = 0;
    let mut plan = if fits { CommonNamePlan::Added } else { CommonNamePlan::TooLong };
    let (mut left_out, mut anew) = (Vec::new(), Vec::new());
    let mut rdns = Vec::new();
    let mut encoded = Vec::new();
    for (rdn, cut) in old.rdns.iter().zip(&cuts) {
        let mut kept = Vec::new();
        // Whatever else is called a relative name.
        let mut changed = !cut.is_set;
        for (attribute, raw) in rdn.iter().zip(&cut.attributes) {
            let drop = |reason| LeftOut { what: attribute.to_string(), reason };
            match attribute.kind {
                AttributeKind::OrganizationalUnit if profile.is_public() => {
                    left_out.push(drop("public CAs sign no organizational unit (BR 7.1.2.7.4)"));
                    changed = true;
                }
                AttributeKind::CommonName => {
                    let is_chosen = seen == chosen;
                    seen += 1;
                    let is_kept = is_chosen && fits && is_right(&attribute.value);
                    if is_kept && matches!(carried(attribute, raw), Carried::AsItIs) {
                        plan = CommonNamePlan::Kept;
                        kept.push((attribute.clone(), raw.to_vec()));
                        continue;
                    }
                    changed = true;
                    if is_kept {
                        plan = CommonNamePlan::Kept;
                        let new = common_name(target, attribute.string);
                        anew.push(new.to_string());
                        kept.push((new.clone(), encode(&new)?));
                    } else if is_chosen && fits {
                        plan = CommonNamePlan::Replaced(attribute.value.clone());
                        let new = common_name(target, attribute.string);
                        kept.push((new.clone(), encode(&new)?));
                    } else if is_chosen {
                        left_out.push(drop("the common name has to be the target, which is too long for it"));
                    } else if profile.is_public() {
                        left_out.push(drop("public CAs sign one common name (BR 7.1.4.3)"));
                    } else {
                        left_out.push(drop("clients differ in which of several common names they read"));
                    }
                }
                ref kind if profile.is_public() && validation == Validation::Domain && !kind.is_domain_validated() => {
                    left_out
                        .push(drop("a domain validated certificate has country and common name only (BR 7.1.2.7.2)"));
                    changed = true;
                }
                _ => match carried(attribute, raw) {
                    Carried::AsItIs => kept.push((attribute.clone(), raw.to_vec())),
                    Carried::Anew(new, der) => {
                        changed = true;
                        anew.push(new.to_string());
                        kept.push((new, der));
                    }
                    Carried::Not(reason) => {
                        changed = true;
                        left_out.push(drop(reason));
                    }
                },
            }
        }
        if !changed {
            encoded.push(cut.whole.to_vec());
        } else if !kept.is_empty() {
            kept.sort_by(|a, b| a.1.cmp(&b.1));
            let content: Vec<u8> = kept.iter().flat_map(|(_, raw)| raw.clone()).collect();
            encoded.push(tlv::element(SET, &content));
        }
        if !kept.is_empty() {
            rdns.push(kept.into_iter().map(|(attribute, _)| attribute).collect());
        }
    }
    if plan == CommonNamePlan::Added {
        let position = common_name_position(&rdns);
        let new = common_name(target, StringKind::Utf8);
        encoded.insert(position, tlv::element(SET, &encode(&new)?));
        rdns.insert(position, vec![new]);
    }
    let name = DistinguishedName { rdns, der: tlv::element(SEQUENCE, &encoded.concat()).into() };
    Ok(Subject { name, common_name: plan, left_out, anew })
}

/// What this CA does to a subject of more than a common name, where that is known.
pub(super) fn remark(subject: &DistinguishedName, profile: &Profile) -> Option<String> {
    let mut kinds = subject.attributes().map(|attribute| &attribute.kind);
    match profile.subject {
        // The profile itself says that nothing of it stays.
        SubjectUse::Ignored(_) if profile.common_name == CommonName::Never => None,
        SubjectUse::Ignored(mark) if kinds.any(|kind| *kind != AttributeKind::CommonName) => {
            Some(format!("{} leaves the subject out but for the common name{}", profile.name, mark.hedge()))
        }
        SubjectUse::Copied if profile.is_public() && kinds.any(|kind| *kind == AttributeKind::OrganizationalUnit) => {
            Some("public CAs sign no organizational unit (OU), and some refuse a request that holds one".to_owned())
        }
        SubjectUse::Ignored(_) | SubjectUse::Copied => None,
    }
}

struct Cut<'a> {
    whole: &'a [u8],
    is_set: bool,
    attributes: Vec<&'a [u8]>,
}

fn cut(name: &DistinguishedName) -> Option<Vec<Cut<'_>>> {
    let (outer, _) = tlv::first(&name.der).filter(|(outer, _)| outer.tag == SEQUENCE)?;
    let cuts = tlv::children(outer.content)?;
    // A relative name without attributes is none (RFC 5280 Appendix A), and is not written again.
    let cuts = cuts.into_iter().filter(|rdn| !rdn.content.is_empty()).map(|rdn| {
        let attributes = tlv::children(rdn.content)?.into_iter().map(|element| element.whole).collect();
        Some(Cut { whole: rdn.whole, is_set: rdn.tag == SET, attributes })
    });
    let cuts: Vec<Cut<'_>> = cuts.collect::<Option<_>>()?;
    let alike = cuts.len() == name.rdns.len()
        && cuts.iter().zip(&name.rdns).all(|(cut, rdn)| cut.attributes.len() == rdn.len());
    alike.then_some(cuts)
}

fn insert_common_name(rdns: &mut Vec<Vec<Attribute>>, target: &Name) -> CommonNamePlan {
    if target.as_str().len() > LONGEST_COMMON_NAME {
        return CommonNamePlan::TooLong;
    }
    rdns.insert(common_name_position(rdns), vec![common_name(target, StringKind::Utf8)]);
    CommonNamePlan::Added
}

/// The common name is the most specific: last, unless the subject is written from the most specific to the country.
fn common_name_position(rdns: &[Vec<Attribute>]) -> usize {
    let country = |rdn: &Vec<Attribute>| rdn.iter().any(|attribute| attribute.kind == AttributeKind::Country);
    let reversed = rdns.last().is_some_and(country);
    if reversed { 0 } else { rdns.len() }
}

fn common_name(target: &Name, old: StringKind) -> Attribute {
    // PrintableString has no star and no underscore; other string types are deprecated (RFC 5280 §4.1.2.4).
    let fits = old == StringKind::Printable && target.as_str().bytes().all(printable);
    let string = if fits { old } else { StringKind::Utf8 };
    Attribute { kind: AttributeKind::CommonName, value: Text::from(target.as_str()), string }
}

/// One AttributeTypeAndValue.
pub(super) fn encode(attribute: &Attribute) -> Result<Vec<u8>, Error> {
    let wrong = |cause| Error::BadSubject { part: attribute.to_string(), cause };
    let value = attribute.value.as_str().ok_or_else(|| wrong("its value is not UTF-8"))?;
    if let Some(longest) = longest(&attribute.kind).filter(|longest| value.chars().count() > *longest) {
        return Err(Error::LongAttribute { attribute: attribute.to_string(), longest });
    }
    if let Some(cause) = out_of_bounds(attribute) {
        return Err(wrong(cause));
    }
    let tag = match attribute.string {
        StringKind::Printable if value.bytes().all(printable) => 19,
        StringKind::Ia5 if value.is_ascii() => 22,
        StringKind::Printable => {
            return Err(wrong("its value is of letters, digits, spaces and ' ( ) + , - . / : = ?"));
        }
        StringKind::Ia5 => return Err(wrong("its value is of ASCII characters")),
        _ => 12,
    };
    let oid =
        tlv::object_identifier(attribute.kind.oid()).ok_or_else(|| wrong("its number is no object identifier"))?;
    let content = [oid, tlv::element(tag, value.as_bytes())].concat();
    Ok(tlv::element(SEQUENCE, &content))
}

/// What is wrong with a value that is shorter or longer than X.509 has it.
pub(super) fn out_of_bounds(attribute: &Attribute) -> Option<&'static str> {
    let value = attribute.value.as_str()?;
    let country = attribute.kind == AttributeKind::Country;
    if value.is_empty() {
        Some("it has no value")
    } else if country && !(value.len() == 2 && value.bytes().all(|byte| byte.is_ascii_alphabetic())) {
        Some("a country is written in two letters, such as US")
    } else {
        let is_long = longest(&attribute.kind).is_some_and(|longest| value.chars().count() > longest);
        is_long.then_some("it is longer than X.509 allows (RFC 5280 Appendix A)")
    }
}

/// Upper bounds in characters (RFC 5280 Appendix A).
fn longest(kind: &AttributeKind) -> Option<usize> {
    match kind {
        AttributeKind::CommonName
        | AttributeKind::Organization
        | AttributeKind::OrganizationalUnit
        | AttributeKind::SerialNumber
        | AttributeKind::Title => Some(64),
        AttributeKind::Locality | AttributeKind::State => Some(128),
        AttributeKind::EmailAddress => Some(255),
        AttributeKind::Country => Some(2),
        _ => None,
    }
}
