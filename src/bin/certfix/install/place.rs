//! The key that an answer is for.

use certfix::Error;
use certfix::facts::{Certificate, Evidence, Moment, Name, Source};
use certfix::judge::{chain, newness};
use certfix::store::{self, Contents, Fault, Slot};

/// Where an answer belongs.
pub(super) struct Place<'a> {
    pub(super) key: &'a Contents,
    pub(super) slot: Slot,
    pub(super) leaf: &'a Certificate,
    /// The file that the leaf came in.
    pub(super) source: Source,
}

/// Finds the key by its public half. Of several certificates for one key the newest is meant. Where only CAs' came, it is the key
/// whose certificate they are above.
pub(super) fn place<'a>(
    all: &'a [Contents],
    named: Option<&Name>,
    answers: &'a [Evidence],
    now: Moment,
) -> Result<Place<'a>, Error> {
    let slots = all.iter().flat_map(|key| {
        let current = key.public().map(|public| (key, Slot::Current, public));
        let next = key.waiting.as_ref().map(|next| (key, Slot::Next, &next.certificate.identity.key));
        let renewal = key.renewal.as_ref().map(|request| (key, Slot::Renewal, &request.identity.key));
        current.into_iter().chain(next).chain(renewal)
    });
    let slots: Vec<_> = slots.collect();
    let certificates = || answers.iter().flat_map(|file| file.certificates.iter().map(|cert| (cert, &file.source)));
    let Some((first, _)) = certificates().next() else {
        let source = answers.first().map(|file| file.source.to_string()).unwrap_or_default();
        return Err(Error::NoAnswer { source });
    };
    let mut places: Vec<Place<'a>> = Vec::new();
    for (leaf, source) in certificates() {
        let own = slots.iter().filter(|(_, _, public)| **public == leaf.identity.key);
        places.extend(own.map(|(key, slot, _)| Place { key, slot: *slot, leaf, source: source.clone() }));
    }
    let wanted = |place: &&Place<'_>| named.is_none_or(|name| place.key.folder.name() == name.as_str());
    let mut keys: Vec<String> = places.iter().filter(wanted).map(|place| place.key.folder.name()).collect();
    keys.dedup();
    if let [_, _, ..] = keys.as_slice() {
        return Err(several(&keys));
    }
    let best = places.iter().filter(wanted).max_by_key(|place| (newness(place.leaf), place.rank()));
    let Some(best) = best.map(|best| (best.leaf.der.clone(), best.slot, best.key.folder.clone())) else {
        let leaf = places.first().map_or(first, |place| place.leaf);
        let foreign = Error::NotForKey {
            certificate: shown(leaf),
            named: named.map(Name::to_string),
            owner: places.first().map(|place| place.key.folder.name()),
        };
        if !places.is_empty() || !certificates().all(|(cert, _)| cert.identity.is_ca()) {
            return Err(foreign);
        }
        let hint = "it is a certificate of a CA: install it together with the server's, in one command";
        let alone = || Error::Conflict { cause: foreign.to_string(), hint };
        return below(all, named, answers, now)?.ok_or_else(alone);
    };
    let is_best = |place: &Place<'_>| (&place.leaf.der, place.slot, &place.key.folder) == (&best.0, best.1, &best.2);
    places.into_iter().find(is_best).ok_or(Error::NoNames)
}

/// The key whose certificate these CAs' are above; of several the one whose chain is not whole yet.
fn below<'a>(
    all: &'a [Contents],
    named: Option<&Name>,
    answers: &'a [Evidence],
    now: Moment,
) -> Result<Option<Place<'a>>, Error> {
    let given: Vec<&Certificate> = answers.iter().flat_map(|file| &file.certificates).collect();
    let (mut parts, mut wholes) = (Vec::new(), Vec::new());
    for key in all.iter().filter(|key| named.is_none_or(|name| key.folder.name() == name.as_str())) {
        let Some(leaf) = key.newest() else { continue };
        let slot = if key.waiting.is_some() { Slot::Next } else { Slot::Current };
        let source = Source::File(key.folder.slot(slot).join(store::CERTIFICATE));
        let place = Place { key, slot, leaf, source };
        let own = place.installed().map_or(&[][..], |(_, own)| own);
        let pool: Vec<&Certificate> = given.iter().copied().chain(own).collect();
        let chain = chain(leaf, &pool, None, now).certificates;
        let is_above = chain.iter().any(|cert| given.contains(cert));
        match is_above && chain.iter().any(|cert| !own.contains(cert)) {
            true => parts.push(place),
            false if is_above => wholes.push(place),
            false => {}
        }
    }
    if let [_, _, ..] = parts.as_slice() {
        return Err(several(&parts.iter().map(|place| place.key.folder.name()).collect::<Vec<_>>()));
    }
    Ok(parts.into_iter().chain(wholes).next())
}

fn several(keys: &[String]) -> Error {
    let cause = format!("there are certificates for several keys: {}", keys.join(", "));
    Error::Conflict { cause, hint: "name the key you mean before the files" }
}

pub(super) fn shown(cert: &Certificate) -> String {
    match cert.identity.subject.is_empty() {
        true => cert.identity.names.to_string(),
        false => cert.identity.subject.to_string(),
    }
}

impl Place<'_> {
    /// What is there already belongs where it is, though the key may be the same; anything else is an answer to what was
    /// asked last.
    fn rank(&self) -> (bool, u8) {
        let place = match self.slot {
            Slot::Current => 0,
            Slot::Next => 1,
            Slot::Renewal => 2,
        };
        (self.installed().is_some_and(|(cert, _)| cert.der == self.leaf.der), place)
    }

    /// Certificate and chain that are in this place.
    pub(super) fn installed(&self) -> Option<(&Certificate, &[Certificate])> {
        match self.slot {
            Slot::Current => self.key.certificate.as_ref().map(|cert| (cert, &*self.key.chain)),
            Slot::Next => self.key.waiting.as_ref().map(|next| (&next.certificate, &*next.chain)),
            Slot::Renewal => None,
        }
    }

    /// The certificate in use, or that of the next commit, where it is newer than this one or lasts longer, and which of both. What
    /// was asked for anew takes its place in any case, and so does a CA's certificate that of a self-signed one.
    pub(super) fn better(&self) -> Option<(&Certificate, &'static str)> {
        let used = self.key.newest().filter(|used| !used.is_self_signed())?;
        let is_there = self.installed().is_some_and(|(cert, _)| cert.der == self.leaf.der);
        if is_there || self.slot == Slot::Renewal || self.key.faults.contains(&Fault::ForeignCertificate) {
            return None;
        }
        match () {
            () if newness(used) > newness(self.leaf) => Some((used, "was issued later")),
            () if used.not_after > self.leaf.not_after => Some((used, "lasts longer")),
            () => None,
        }
    }
}
