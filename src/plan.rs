//! Report + target + profile → plan: which names the new certificate has, in which order, and why.
//!
//! The order lives here: the name that people type comes first, because Outlook 2007 reads no other (KB958977).

mod carried;
mod compared;
mod left_out;
mod names;
mod subject;
mod wanted;
mod words;

pub use wanted::{Choice, Chosen, Unwanted, UnwantedName, Use, Wanted, WantedName, wanted};

use crate::Error;
use crate::clients::{self, Client, KeyFamily};
use crate::error::listed;
use crate::facts::{
    Certificate, DistinguishedName, GeneralName, Identity, Item, KeyKind, KeyUsage, Name, NameFault, Purpose,
    Reservation, SanExtension, Text,
};
use crate::profiles::{NamesUse, Order, Profile, SELF_SIGNED};
use subject::{Subject, Validation};

/// What is wished for.
#[derive(Clone, Debug)]
pub struct Wish<'a> {
    /// The name that people type; it comes first.
    pub target: Name,
    /// More names asked for in so many words. One that the CA will not sign is an error.
    pub extra: Vec<GeneralName>,
    /// The certificate or request to mend. What the CA will not sign is dropped, with a reason.
    pub old: Option<Item<'a>>,
    /// Takes the place of the old subject. Its common name, if any, gives way to the target.
    pub subject: Option<DistinguishedName>,
    /// Who will sign.
    pub profile: &'static Profile,
    /// What is to be made.
    pub output: Output,
}

/// What is to be made.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Output {
    /// A request for a CA.
    Request,
    /// A certificate that signs itself; the profile plays no part.
    SelfSigned,
}

/// What the new request or certificate will say.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Plan {
    /// The name that people type.
    pub target: Name,
    /// The names in the order of the new subjectAltName; the first is the target.
    pub names: Vec<PlannedName>,
    /// Names of the old certificate that are left out.
    pub dropped: Vec<DroppedName>,
    /// The new subject. Its `der` is never empty; attributes that stay are the old ones octet for octet.
    pub subject: DistinguishedName,
    /// What became of the common name.
    pub common_name: CommonNamePlan,
    /// Subject attributes and extensions of the old certificate that are left out.
    pub left_out: Vec<LeftOut>,
    /// What the key may be used for: serverAuth, and clientAuth where it was there and may stay.
    pub purposes: Vec<Purpose>,
    /// What the reader should know beforehand, above all what the CA will do to the order.
    pub notes: Vec<String>,
    /// Who will sign.
    pub profile: &'static Profile,
    /// The kind of private key, as soon as it is known: see [`Plan::for_key`].
    pub key: Option<KeyKind>,
    /// Attributes of the subject that are encoded otherwise than before.
    anew: Vec<String>,
    /// What the old key might be used for.
    old_usage: KeyUsage,
}

/// One name of the new certificate.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PlannedName {
    /// The name.
    pub name: GeneralName,
    /// Why it is where it is.
    pub reason: Reason,
}

/// Why a name is where it is.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Reason {
    /// It was the first already; written like this, where that was otherwise.
    First(Option<GeneralName>),
    /// It was there, further down; written like this, where that was otherwise.
    MovedFirst(Option<GeneralName>),
    /// It was there.
    Kept,
    /// It was not there.
    Added,
    /// It was there, written like this.
    Rewritten(GeneralName),
}

/// A name that is left out.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct DroppedName {
    /// The name.
    pub name: GeneralName,
    /// Why.
    pub reason: DropReason,
}

/// Why a name is left out.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum DropReason {
    /// It is in the list already.
    Duplicate,
    /// It does not end in a top level domain.
    Internal,
    /// It belongs to a zone that leads from addresses back to names.
    ReverseZone,
    /// The address is not a public one.
    Reserved(Reservation),
    /// The CA signs addresses under its profile of this name alone.
    Address(&'static str),
    /// Only dNSName and iPAddress entries are signed.
    Kind,
    /// A label has hyphens where `xn--` has them.
    ReservedLabel,
    /// It is no DNS name.
    Malformed(NameFault),
    /// A top level domain or a public suffix, which no host is called.
    Suffix,
    /// A wildcard for all domains under a top level domain or a public suffix.
    WholeSuffix,
    /// There is nothing in it.
    Empty,
    /// It is no URI that every client reads.
    OddUri,
    /// Its content cannot be carried over.
    Unreadable,
    /// The CA put it in by itself: see [`Plan::compared_with`].
    NotAsked,
}

/// A part of the old certificate, other than a name, that is left out.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct LeftOut {
    /// What it is, as people know it.
    pub what: String,
    /// Why.
    pub reason: &'static str,
}

/// What became of the common name.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum CommonNamePlan {
    /// It is the target already.
    Kept,
    /// There was another one.
    Replaced(Text),
    /// There was none.
    Added,
    /// The target is longer than the 64 characters of a common name (RFC 5280 Appendix A), so there is none.
    TooLong,
}

/// Makes the plan.
///
/// # Errors
/// [`Error::Unsigned`] when the target or an extra name will not be signed, [`Error::PublicSuffix`] when a public CA is
/// asked for a whole suffix; [`Error::BadSubject`] and [`Error::LongAttribute`] when the new subject cannot be written.
pub fn plan(wish: &Wish<'_>) -> Result<Plan, Error> {
    let profile = match wish.output {
        Output::SelfSigned => SELF_SIGNED,
        Output::Request => wish.profile,
    };
    let identity = wish.old.map(Item::identity);
    let chosen = names::choose(&wish.target, identity, &wish.extra, profile)?;
    let mut subject = match &wish.subject {
        Some(subject) => subject::fresh(subject, &wish.target)?,
        None => match identity {
            Some(identity) if !identity.subject.is_empty() => {
                let domain = wish.old.and_then(Item::certificate).is_some_and(Certificate::is_domain_validated);
                let validation = if domain { Validation::Domain } else { Validation::Other };
                subject::mended(&identity.subject, &wish.target, validation, profile)?
            }
            _ => subject::fresh(&DistinguishedName::default(), &wish.target)?,
        },
    };
    if wish.output == Output::SelfSigned && subject.name.is_empty() {
        subject = Subject { left_out: subject.left_out, ..subject::domain_components(&wish.target)? };
    }
    let mut left_out = subject.left_out;
    left_out.extend(wish.old.map(|old| left_out::extensions(old, profile)).unwrap_or_default());
    let client_auth = identity.and_then(|identity| identity.purposes.as_ref());
    let mut purposes = vec![Purpose::ServerAuth];
    if !profile.drops_client_auth() && client_auth.is_some_and(|purposes| purposes.contains(&Purpose::ClientAuth)) {
        purposes.push(Purpose::ClientAuth);
    }
    let mut plan = Plan {
        target: wish.target.clone(),
        names: chosen.names,
        dropped: chosen.dropped,
        subject: subject.name,
        common_name: subject.common_name,
        left_out,
        purposes,
        notes: Vec::new(),
        profile,
        key: None,
        anew: subject.anew,
        old_usage: identity.and_then(|identity| identity.key_usage).unwrap_or_default(),
    };
    plan.notes = plan.remarks();
    Ok(plan)
}

/// The FQDN that people type for a domain: `remote.contoso.com` for `contoso.com` and the prefix `remote`, as the
/// Internet Address Management Wizard of SBS 2008 makes it. A domain that begins with the prefix stays as it is.
///
/// # Errors
/// [`Error::PublicSuffix`] for `co.uk`, [`Error::WildcardAsTarget`], [`Error::BadName`] with the character that is wrong.
pub fn target_for_domain(domain: &str, prefix: &str) -> Result<Name, Error> {
    let bad = |name: &str, fault: NameFault| Error::BadName { name: name.to_owned(), fault: fault.to_string() };
    let name = Name::parse(domain).map_err(|fault| bad(domain, fault))?;
    if name.is_wildcard() {
        return Err(Error::WildcardAsTarget { name: domain.to_owned() });
    }
    if name.is_public_suffix() || name.is_top_level() {
        return Err(Error::PublicSuffix { name: domain.to_owned() });
    }
    let begun = name.as_str().strip_prefix(&prefix.to_ascii_lowercase()).and_then(|rest| rest.strip_prefix('.'));
    let under = begun.and_then(|rest| Name::parse(rest).ok());
    if under.is_some_and(|under| !under.is_public_suffix() && !under.is_single_label()) {
        return Ok(name);
    }
    let whole = format!("{prefix}.{name}");
    Name::parse(&whole).map_err(|fault| bad(&whole, fault))
}

/// Tells whether a certificate for this name can be asked for.
///
/// # Errors
/// What [`plan`] says of it as a target: [`Error::BadName`], [`Error::PublicSuffix`] or [`Error::Unsigned`].
pub fn ensure_signed(name: &Name, profile: &'static Profile) -> Result<(), Error> {
    names::asked(&GeneralName::from(name), profile).map(drop)
}

impl Plan {
    /// The names alone, in order.
    pub fn general_names(&self) -> impl Iterator<Item = &GeneralName> {
        self.names.iter().map(|planned| &planned.name)
    }

    /// One plan for each dNSName, for a CA that sorts names: alone, every name is the first. Entries of other kinds
    /// stay with the target.
    ///
    /// # Errors
    /// As [`plan`].
    pub fn split_one_per_name(&self) -> Result<Vec<Self>, Error> {
        let others = || self.names.iter().skip(1).filter(|planned| planned.name.dns().is_none());
        let first = Self { names: self.names.iter().take(1).chain(others()).cloned().collect(), ..self.clone() };
        let mut plans = vec![first];
        for planned in self.names.iter().skip(1).filter(|planned| planned.name.dns().is_some()) {
            let Some(target) = planned.name.name() else { continue };
            let subject = subject::mended(&self.subject, &target, Validation::Other, self.profile)?;
            plans.push(Self {
                names: vec![PlannedName { name: GeneralName::from(&target), reason: planned.reason.clone() }],
                target,
                dropped: Vec::new(),
                subject: subject.name,
                // Against the old certificate, not against the first of these plans.
                common_name: match (&subject.common_name, &self.common_name) {
                    (CommonNamePlan::Replaced(_), CommonNamePlan::Replaced(old)) => {
                        CommonNamePlan::Replaced(old.clone())
                    }
                    (CommonNamePlan::Replaced(_), CommonNamePlan::Added) => CommonNamePlan::Added,
                    _ => subject.common_name,
                },
                left_out: Vec::new(),
                old_usage: KeyUsage::default(),
                ..self.clone()
            });
        }
        for plan in &mut plans {
            plan.notes = plan.remarks();
        }
        Ok(plans)
    }

    /// True when names, their mark or the subject differ from `old` in more than a common name that was missing or has
    /// capital letters: everybody reads it in any case.
    pub fn changes_anything(&self, old: &Identity) -> bool {
        let mut pairs = self.general_names().zip(&old.names.entries);
        let names = self.names.len() == old.names.entries.len() && pairs.all(|(new, old)| new.is_same(old));
        let subject = match &self.common_name {
            CommonNamePlan::Added => true,
            CommonNamePlan::Replaced(text) if text.as_bytes().eq_ignore_ascii_case(self.target.as_str().as_bytes()) => {
                self.subject.der.eq_ignore_ascii_case(&old.subject.der)
            }
            _ => self.subject.der == old.subject.der,
        };
        // The list is marked critical where there is no subject (RFC 5280 §4.2.1.6). An added common name alone makes no mark
        // wrong that fits the old one.
        let is_critical = old.names.extension == SanExtension::Critical;
        let is_unfit = is_critical != self.subject.is_empty();
        let mark = !is_unfit || self.common_name == CommonNamePlan::Added && is_critical == old.subject.is_empty();
        !names || !mark || !subject || old.is_ca()
    }

    /// The name that the certificate will begin with in the place of the target, because the CA sorts names.
    pub fn sorted_first(&self) -> Option<Name> {
        let dns = self.names.iter().filter_map(|planned| planned.name.name());
        let first = dns.min_by(|a, b| a.as_str().cmp(b.as_str()))?;
        (self.profile.order == Order::Sorts && first != self.target).then_some(first)
    }

    /// The same with a key of this kind, and what there is to say of it beforehand.
    #[must_use]
    pub fn for_key(mut self, kind: KeyKind) -> Self {
        self.left_out.extend(left_out::usage(self.old_usage, &kind));
        self.key = Some(kind);
        self.notes = self.remarks();
        self
    }

    fn remarks(&self) -> Vec<String> {
        let profile = self.profile;
        let mut notes = Vec::new();
        if self.common_name == CommonNamePlan::TooLong {
            notes.push(format!(
                "{} is longer than the 64 characters that a common name may have, so there is none",
                self.target
            ));
        }
        if !self.anew.is_empty() {
            let anew = listed(&self.anew);
            notes.push(format!("written anew, for not every program reads how it was encoded: {anew}"));
        }
        if self.general_names().any(|name| name.dns().is_some_and(|text| text.as_bytes().contains(&b'_'))) {
            notes.push("Java and Angus Mail match no host name with an underscore".to_owned());
        }
        notes.extend(subject::remark(&self.subject, profile));
        if let Some(kind) = self.key.as_ref().filter(|kind| !profile.signs_key(kind)) {
            notes.push(format!("public CAs sign no {kind} key (BR 6.1.5); take --key rsa-2048 or --key p-256"));
        } else if let Some(unserved) = self.key.as_ref().map(unserved).filter(|clients| !clients.is_empty()) {
            notes.push(format!("the key is of no use to {}; --key rsa-2048 serves them all", listed(unserved)));
        }
        match self.sorted_first() {
            Some(first) => notes.push(format!(
                "{} sorts names: the certificate will begin with {first}, not with {}; make one request for each name \
                 (--one-per-name), or leave out the names that sort before it",
                profile.name, self.target
            )),
            _ if profile.order == Order::Sorts && self.names.len() > 1 => {
                notes.push(format!("{} sorts names; {} comes first all the same", profile.name, self.target));
            }
            _ if profile.names == NamesUse::CopiedIfTold => notes.push(profile.says.to_owned()),
            // With one name there is no order to lose.
            _ if self.names.len() > 1 && (profile.order != Order::Keeps || !profile.mark.is_sure()) => {
                notes.push(profile.says.to_owned());
            }
            _ => {}
        }
        if let Some(most) = profile.most_names.filter(|most| self.names.len() > *most) {
            notes.push(format!("{} signs {most} names at most, here are {}", profile.name, self.names.len()));
        }
        notes
    }
}

/// The clients that cannot use a key of this kind.
fn unserved(kind: &KeyKind) -> Vec<&'static str> {
    let cannot = |client: &&&Client| KeyFamily::of(kind).is_some_and(|it| client.demands.refused_keys.contains(&it));
    clients::ALL.iter().filter(cannot).map(|client| client.name).collect()
}

#[cfg(test)]
mod tests;
