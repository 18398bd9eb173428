//! The switches of a model in words, for `certfix clients NAME` and `docs/clients.md`.

use super::{
    AddressMatch, Aspect, Client, CommonName, CommonNamePick, DnsScan, OldDigests, PresentedDot, Reaction, Reference,
    Roots, ServerAuth, TrailingDot, Wildcard,
};

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
            list.push(("as typed", reference(names.reference).to_owned()));
            list.push(("final dot", format!("{}; {}", trailing(names.trailing_dot), presented(names.presented_dot))));
        }
        list.extend(demands(self).map(|demand| ("demands", demand)));
        list.push(("reaction", reaction(self.reaction).to_owned()));
        list
    }
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
        CommonName::IfNoDns => "read when the SAN has no dNSName",
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
        Wildcard::WholeLabel | Wildcard::WholeLabelUnchecked | Wildcard::WholeLabelOpenSsl => {
            "a star as the whole first label"
        }
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
        AddressMatch::OctetsOrCommonName => "compared with iPAddress entries and the common name",
        AddressMatch::OctetsOrText => "compared with iPAddress entries and the text of names",
        AddressMatch::Text => "compared with the text of names",
        AddressMatch::Never => "never match",
    }
}

const fn reference(reference: Reference) -> &'static str {
    match reference {
        Reference::WellFormed => "only a well-formed name is compared, in A-labels",
        Reference::WithoutUnderscore => "only a well-formed name without an underscore is compared, in A-labels",
        Reference::Mapped => "U-labels become A-labels, anything else is compared as it is",
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
    let bits = (demands.rsa_bits > 0).then(|| format!("RSA keys of {} bits or more", demands.rsa_bits));
    let digest = (demands.old_digests == OldDigests::Refused).then(|| "no SHA-1 or older signature".to_owned());
    let usage = match demands.server_auth {
        ServerAuth::Ignored => None,
        ServerAuth::IfPresent => Some("serverAuth, where purposes are listed".to_owned()),
        ServerAuth::RequiredFrom(from) => Some(format!("serverAuth in what was issued from {}", from.date())),
    };
    let lives = demands.lives.iter().map(|limit| {
        let roots = match limit.roots {
            Roots::All => "any root",
            Roots::Preinstalled => "preinstalled roots",
        };
        format!("at most {} days from {roots}, issued from {}", limit.days, limit.issued_from.date())
    });
    [bits, digest, usage].into_iter().flatten().chain(lives)
}

const fn reaction(reaction: Reaction) -> &'static str {
    match reaction {
        Reaction::Asks => "warns: the user may go on",
        Reaction::Stops => "refuses: the connection ends",
        Reaction::GoesOn => "goes on by itself",
    }
}
