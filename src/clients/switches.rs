//! The switches of a model in words, for `certfix clients NAME` and `docs/clients.md`.

use super::{
    AddressMatch, Aspect, Client, CommonName, CommonNamePick, DnsScan, Form, Idna, IssuerDemands, KeyFamily,
    PresentedDot, Reaction, Reference, Roots, SanForm, ServerAuth, Substitute, TrailingDot, Versions, Wildcard,
};
use crate::facts::{Digest, KeyUsage, Limit, Obstacle, Omission, Rewriting, extension};

impl Client {
    /// Every switch as a label and what it is set to, in the order people ask.
    pub fn switches(&self) -> Vec<(&'static str, String)> {
        let names = &self.names;
        let hedged = |aspect, text: String| if self.surmises(aspect) { text + " (inferred)" } else { text };
        let common_name = hedged(Aspect::CommonName, common_name(self));
        let mut list = vec![("dNSNames", scan(names.scan).to_owned()), ("common name", common_name)];
        if !matches!(names.scan, DnsScan::Unchecked) {
            list.push(("wildcards", hedged(Aspect::Wildcards, wildcard(self))));
            list.push(("addresses", hedged(Aspect::Addresses, address(names.address).to_owned())));
            let older = if names.idna == Idna::Of2003 { ", by IDNA 2003" } else { "" };
            list.push(("as typed", format!("{}{older}", reference(names.reference))));
            list.push(("final dot", format!("{}; {}", trailing(names.trailing_dot), presented(names.presented_dot))));
        }
        list.extend(names.unread.iter().map(|form| ("names", format!("read only from a SAN {}", san_form(*form)))));
        list.extend(demands(self).map(|demand| ("demands", hedged(Aspect::Demands, demand))));
        let first = first_way(&self.demands.issuers);
        list.extend(first.map(|what| ("demands", hedged(Aspect::Detours, what.to_owned()))));
        let hedge = if self.surmises_finer_points() { " (inferred)" } else { "" };
        let limits = limits(&self.demands.issuers);
        list.extend(limits.map(|(label, what)| (label, what + hedge)));
        let written = as_written(&self.demands.issuers).map(str::to_owned);
        list.extend(written.map(|what| ("demands", what + hedge)));
        let overlooked = overlooks(&self.demands.issuers);
        list.extend(overlooked.map(|what| ("overlooks", hedged(Aspect::Demands, what))));
        list.extend(root(&self.demands.issuers).map(|what| ("trusted root", hedged(Aspect::Demands, what))));
        let unrooted = unrooted(&self.demands.issuers);
        list.extend(unrooted.map(|what| ("trusted root", hedged(Aspect::Unrooted, what.to_owned()))));
        list.extend(versions(&self.versions).map(|text| ("versions", text)));
        list.push(("reaction", hedged(Aspect::Reaction, reaction(self.reaction).to_owned())));
        list
    }
}

/// None when they are not known.
fn versions(versions: &Versions) -> Option<String> {
    if *versions == Versions::UNKNOWN {
        return None;
    }
    let always = Versions { ever: versions.always, ..*versions };
    let somewhere = if always == *versions {
        String::new()
    } else {
        format!("; on some systems, or with some cipher suites, {versions}")
    };
    let unnamed = if versions.knows_names() && !versions.names_server { "; without the server's name" } else { "" };
    Some(format!("{always}{somewhere}{}{unnamed}", versions.mark.hedge()))
}

const fn scan(scan: DnsScan) -> &'static str {
    match scan {
        DnsScan::All => "any of them may match",
        DnsScan::First => "only the first is read",
        DnsScan::Nothing => "none is read",
        DnsScan::Unchecked => "no name is compared",
    }
}

fn common_name(client: &Client) -> String {
    let when = match client.names.common_name {
        CommonName::Never => return "never read".to_owned(),
        CommonName::Only => "all that is read",
        CommonName::Also => "read beside the SAN",
        CommonName::IfNoDns | CommonName::IfNoReadableDns => "read when the SAN has no dNSName",
        CommonName::IfNoDnsOrAddress => "read when the SAN has neither dNSName nor iPAddress",
        CommonName::IfNoDnsSrvUri => "read when the SAN has no dNSName, SRVName or URI",
        CommonName::IfNoDnsAddressUriSrv => "read when the SAN has no dNSName, iPAddress, URI or SRVName",
        CommonName::IfNoSan => "read when there is no SAN",
        CommonName::IfNoReadableSan => "read when there is no SAN that can be read",
    };
    let pick = match client.names.pick {
        CommonNamePick::Last => "the last one",
        CommonNamePick::OnlyOne => "if it is the only one",
        CommonNamePick::Any => "any of them",
        CommonNamePick::First => "the first one",
    };
    format!("{when}, {pick}")
}

fn wildcard(client: &Client) -> String {
    let place = match client.names.wildcard {
        Wildcard::Never => return "none".to_owned(),
        Wildcard::WholeLabel
        | Wildcard::WholeLabelUnchecked
        | Wildcard::WholeLabelOpenSsl
        | Wildcard::WholeLabelIfValid => "a star as the whole first label",
        Wildcard::InFirstLabel => "a star at either end of the first label",
        Wildcard::AnywhereInFirstLabel => "a star anywhere in the first label",
        Wildcard::FirstLabelOrNone => "a star anywhere in the first label; it may stand for no label at all",
        Wildcard::LeadingStar => "a star as the first character",
        Wildcard::InAnyLabel => "stars anywhere",
    };
    match client.names.labels_after_star {
        0 | 1 => place.to_owned(),
        labels => format!("{place}, {labels} labels or more after it"),
    }
}

const fn address(address: AddressMatch) -> &'static str {
    match address {
        AddressMatch::Octets => "compared with iPAddress entries",
        AddressMatch::OctetsMapped => "compared with iPAddress entries, IPv4 and the same mapped into IPv6 being one",
        AddressMatch::OctetsOrCommonName => "compared with iPAddress entries and the common name",
        AddressMatch::OctetsOrText => "compared with iPAddress entries and the text of names",
        AddressMatch::Text => "compared with the text of names",
        AddressMatch::Never => "never match",
    }
}

const fn reference(reference: Reference) -> &'static str {
    match reference {
        Reference::WellFormed => "only a well-formed name is compared, in A-labels",
        Reference::SniHostName => "a name that STD3 allows is compared, in A-labels",
        Reference::Mapped => "U-labels become A-labels, anything else is compared as it is",
        Reference::MappedLoosely => "U-labels become A-labels beside any others, anything else is compared as it is",
        Reference::Typed => "compared as it is, without IDNA",
        Reference::PeerAddress => "not compared: the server's IP address is",
    }
}

const fn trailing(dot: TrailingDot) -> &'static str {
    match dot {
        TrailingDot::Dropped => "one that was typed is dropped",
        TrailingDot::Kept => "one that was typed has to be in the certificate",
        TrailingDot::Either => "one that was typed may be in the certificate",
        TrailingDot::Refused => "with one that was typed nothing matches",
    }
}

const fn presented(dot: PresentedDot) -> &'static str {
    match dot {
        PresentedDot::Dropped => "one in the certificate is dropped",
        PresentedDot::Kept => "one in the certificate counts",
    }
}

fn demands(client: &Client) -> impl Iterator<Item = String> {
    let demands = &client.demands;
    let bits = (demands.rsa_bits > 0).then(|| {
        let roots = if demands.root_keys { ", of roots too" } else { "" };
        format!("RSA keys of {} bits or more{roots}", demands.rsa_bits)
    });
    let keys = (!demands.refused_keys.is_empty())
        .then(|| format!("no {} key", either(demands.refused_keys.iter().map(|family| key_family(*family)))));
    let over = |digests: &[Digest]| (!digests.is_empty()).then(|| either(digests.iter().map(|digest| digest.name())));
    let digests = over(demands.refused_digests).map(|listed| format!("no signature over {listed}"));
    let unknown = over(demands.unknown_digests).map(|listed| format!("no signature over {listed}, for it knows none"));
    let purposes = match demands.server_auth {
        ServerAuth::Ignored => None,
        ServerAuth::IfPresent(others) => {
            let taken = std::iter::once("serverAuth").chain(others.iter().map(|other| substitute(*other)));
            Some(format!("{}, where purposes are listed", either(taken)))
        }
        ServerAuth::RequiredFrom(from) => Some(format!("serverAuth in what was issued from {}", from.date())),
    };
    let usage = (demands.key_usage != KeyUsage::default())
        .then(|| format!("{}, where there is a key usage", either(demands.key_usage.names())));
    let forms = demands.refused_forms.iter().map(|refused| match refused {
        Form::UnknownCritical => {
            let understood: Vec<&str> = demands.understood.iter().map(|oid| extension::extension_name(oid)).collect();
            format!("{} (beside the usual ones it knows {})", form(*refused), understood.join(", "))
        }
        _ => form(*refused).to_owned(),
    });
    let wanted = demands.wanted.iter().map(|omission| wanted(*omission).to_owned());
    let names = demands.refused_names.iter().map(|refused| format!("a SAN {}", san_form(*refused)));
    let encodings = (!demands.refused_encodings.is_empty())
        .then(|| format!("nothing encoded as {}", either(demands.refused_encodings.iter().map(|flaw| flaw.words()))));
    let issuers = demands.issuers.refused_keys;
    let issuers = (!issuers.is_empty())
        .then(|| format!("no {} key in a CA", either(issuers.iter().map(|family| key_family(*family)))));
    let staple = demands.wants_staple.then(|| "an OCSP answer stapled, where the certificate says so".to_owned());
    let chain = demands.sent_chain_only.then(|| "the whole chain from the server".to_owned());
    let authorities = purposes_of_authorities(&demands.issuers);
    let lives = demands.lives.iter().map(|limit| {
        let roots = match limit.roots {
            Roots::All => "any root",
            Roots::Preinstalled => "preinstalled roots",
        };
        format!("at most {} days from {roots}, issued from {}", limit.days, limit.issued_from.date())
    });
    [bits, keys, digests, unknown, purposes, usage]
        .into_iter()
        .flatten()
        .chain(forms)
        .chain(wanted)
        .chain(names)
        .chain(encodings)
        .chain(issuers)
        .chain(staple)
        .chain(authorities)
        .chain(chain)
        .chain(lives)
}

/// What is wanted of CAs, where that is not as usual.
fn purposes_of_authorities(demands: &IssuerDemands) -> Option<String> {
    let (usual, overlooks) = (IssuerDemands::USUAL.purposes, demands.overlooked.contains(&Obstacle::Purpose));
    let taken = std::iter::once("serverAuth").chain(demands.purposes.iter().map(|other| substitute(*other)));
    (demands.purposes != usual && !overlooks).then(|| format!("{} in a CA, where purposes are listed", either(taken)))
}

/// What it looks at in a trusted root; little is known of those that do as usual.
fn root(demands: &IssuerDemands) -> Option<String> {
    let mut parts: Vec<&str> = demands.roots.iter().map(|obstacle| part(*obstacle)).collect();
    parts.dedup();
    (demands.roots != IssuerDemands::USUAL.roots).then(|| format!("{} are looked at", parts.join(", ")))
}

/// What it wants where one CA has several certificates.
fn first_way(demands: &IssuerDemands) -> Option<&'static str> {
    match demands.detours {
        [] => None,
        obstacles if obstacles.contains(&Obstacle::AfterLapsed) => {
            Some("a way to the root by the first certificate of each CA")
        }
        obstacles if obstacles.contains(&Obstacle::AfterNamesake) => {
            Some("a way to the root by the first valid CA of each name behind what it signed")
        }
        _ => Some("a way to the root by the first valid certificate of each CA"),
    }
}

/// What it does not take in limits of a CA, or does not look at.
fn limits(demands: &IssuerDemands) -> Option<(&'static str, String)> {
    let kinds = |limit: Limit| -> Vec<&str> {
        let of = |obstacle: &Obstacle| match obstacle {
            Obstacle::Limited(limited, how) if *how == limit => Some(limited.words()),
            _ => None,
        };
        demands.limits.iter().filter_map(of).collect()
    };
    let words = |what: &str, limit: Limit| {
        let kinds = kinds(limit);
        (!kinds.is_empty()).then(|| format!("{what} {}", either(kinds.into_iter())))
    };
    if demands.limits.is_empty() {
        return Some(("overlooks", "limits of a CA to subjects, e-mail addresses and URIs".to_owned()));
    }
    let found = words("no CA with limits to", Limit::Permits)
        .or_else(|| words("no CA that excludes", Limit::Excludes))
        .or_else(|| words("no CA with critical limits to", Limit::Critical));
    found.map(|text| ("demands", text))
}

/// How an issuer's name has to be written in both certificates.
fn as_written(demands: &IssuerDemands) -> Option<&'static str> {
    let minds = |rewriting| demands.identifiers.contains(&Obstacle::Rewritten(rewriting));
    match (minds(Rewriting::Case), minds(Rewriting::Spaces), minds(Rewriting::RareType)) {
        (true, _, true) => Some("the name of an issuer octet for octet"),
        (true, _, false) => Some("the name of an issuer in the same letters"),
        (false, true, _) => Some("the name of an issuer with the same spaces, in PrintableString or UTF8String"),
        (false, false, true) => Some("the name of an issuer in no TeletexString, BMPString or UniversalString"),
        (false, false, false) => None,
    }
}

/// Whether what is trusted has to be a root.
fn unrooted(demands: &IssuerDemands) -> Option<&'static str> {
    match demands.unrooted {
        [] => None,
        obstacles if obstacles.contains(&Obstacle::Unrooted) => Some("has to be signed by itself"),
        obstacles if obstacles.contains(&Obstacle::OwnAlone) => Some("has to be a CA's or signed by itself"),
        _ => Some("has to be a CA's or signed by itself, unless it comes alone"),
    }
}

/// Where an obstacle is found.
const fn part(obstacle: Obstacle) -> &'static str {
    match obstacle {
        Obstacle::NotAuthority | Obstacle::Unstated | Obstacle::Bare => "basicConstraints",
        Obstacle::OldVersion => "version",
        Obstacle::NoCertSign => "keyUsage",
        Obstacle::TooDeep => "number of CAs below",
        Obstacle::Purpose => "purposes",
        Obstacle::Critical => "critical extensions",
        Obstacle::NotYetValid | Obstacle::Expired => "life",
        Obstacle::Names => "name constraints",
        Obstacle::InnerAlgorithm => "signature algorithms",
        Obstacle::KeyKind => "key",
        Obstacle::Lacks(_) => "extensions",
        Obstacle::KeyIdentifier | Obstacle::IssuerAndSerial => "identifiers",
        Obstacle::Limited(..) => "name constraints",
        Obstacle::Rewritten(_) => "name",
        Obstacle::Unrooted | Obstacle::OwnUnrooted | Obstacle::OwnAlone => "issuer",
        Obstacle::AfterOther
        | Obstacle::AfterUnfit
        | Obstacle::AfterLapsed
        | Obstacle::AfterNamesake
        | Obstacle::Backwards => "order",
    }
}

/// What it does not hold CAs to.
fn overlooks(demands: &IssuerDemands) -> Option<String> {
    let words = demands.overlooked.iter().map(|obstacle| obstacle.words());
    (!demands.overlooked.is_empty()).then(|| format!("a CA below the root that {}", either(words)))
}

/// `a, b or c`.
fn either<'a>(words: impl Iterator<Item = &'a str>) -> String {
    let words: Vec<&str> = words.collect();
    match words.split_last() {
        Some((last, before)) if !before.is_empty() => format!("{} or {last}", before.join(", ")),
        _ => words.concat(),
    }
}

const fn key_family(family: KeyFamily) -> &'static str {
    match family {
        KeyFamily::P224 => "EC (P-224)",
        KeyFamily::OtherCurve => "EC (curves other than P-224, P-256, P-384 and P-521)",
        KeyFamily::Ed25519 => "Ed25519",
        KeyFamily::Ed448 => "Ed448",
        KeyFamily::Dsa => "DSA",
        KeyFamily::RsaPss => "RSA-PSS",
        KeyFamily::MlDsa => "ML-DSA",
        KeyFamily::Agreement => "agreement",
        KeyFamily::Other => "unknown",
    }
}

const fn substitute(purpose: Substitute) -> &'static str {
    match purpose {
        Substitute::Any => "anyExtendedKeyUsage",
        Substitute::GatedCryptography => "SGC",
        Substitute::NetscapeGated => "Netscape's SGC",
    }
}

const fn form(form: Form) -> &'static str {
    match form {
        Form::Authority => "no certificate of a CA",
        Form::OldVersion => "a certificate of version 3",
        Form::NamelessIssuer => "an issuer with a name",
        Form::NamedAsIssuer => "an issuer with another name than the subject's, or identifiers that tell them apart",
        Form::UnknownCritical => "no critical extension that it does not know",
        Form::OldVersionExtended => "no extensions below version 3",
        Form::RepeatedExtension => "no extension twice",
        Form::RepeatedKnownExtension => "no extension that it reads twice",
        Form::RepeatedUnderstoodExtension => "no extension that it knows twice",
        Form::OtherInnerAlgorithm => "the same signature algorithm inside and beside the signature",
        Form::OtherInnerParameters => "the same parameters of it in both places",
        Form::OtherNetscapeType => "server, where there is a certificate type of Netscape",
        Form::UnmarkedNames => "a subject, or a SAN that is marked critical",
        Form::UnmarkedNamesFromAuthority => "a subject, or a SAN that is marked critical, where a CA signed it",
        Form::SigningKey => "no keyCertSign but in a CA",
    }
}

const fn wanted(omission: Omission) -> &'static str {
    match omission {
        Omission::AuthorityKey => "an authorityKeyIdentifier with a key in what a CA signed",
        Omission::SubjectKey => "a subjectKeyIdentifier in a CA",
        Omission::KeyUsage => "a keyUsage in a CA",
        Omission::Mark => "critical basicConstraints in a CA",
    }
}

const fn san_form(form: SanForm) -> &'static str {
    match form {
        SanForm::Unreadable => "that can be read",
        SanForm::Followed => "with nothing after it",
        SanForm::ForeignEntry => "without entries of no kind, or not written as their kind is",
        SanForm::RareEntry => "without x400Address and ediPartyName",
        SanForm::EmptyEntry => "without empty names, URIs and addresses",
        SanForm::EmptyMail => "without empty mail addresses",
        SanForm::NotAscii => "of ASCII",
        SanForm::OddAddress => "with addresses of 4 or 16 octets",
        SanForm::NoAddress => "with addresses of 4 or 16 octets, or with a mask",
        SanForm::OddUri => "with URIs that can be parsed, with a scheme and without a dot after the host",
        SanForm::OddHost => "with URIs that can be parsed and whose hosts have no empty label",
    }
}

const fn reaction(reaction: Reaction) -> &'static str {
    match reaction {
        Reaction::Asks => "warns: the user may go on",
        Reaction::Stops => "refuses: the connection ends",
        Reaction::GoesOn => "goes on by itself",
    }
}
