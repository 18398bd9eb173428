//! The name that a certificate is for.

use certfix::Error;
use certfix::facts::{Evidence, Name, NameFault, Target, Text};
use certfix::judge::{Inference, infer_target};

use crate::args::TargetFrom;
use crate::{ask, live, sources, terminal};

/// The name to put first: given, or beyond doubt, or asked for.
pub(crate) fn target(from: &TargetFrom, old: Option<&Evidence>) -> Result<Name, Error> {
    if let Some(typed) = from.typed()? {
        return certifiable(typed.text());
    }
    let Some(evidence) = old else { return Err(Error::NoNames) };
    if let Some(host) = live::public_host(&evidence.source) {
        return Ok(host);
    }
    let subject = sources::the_one(evidence)?;
    match infer_target(&subject) {
        Inference::Certain(target) => certifiable(target.text()),
        Inference::Candidates(candidates) => match choose(&candidates)? {
            Some(chosen) => certifiable(&Text::from(&*chosen)),
            None => Err(Error::NoTarget { source: evidence.source.to_string(), candidates }),
        },
    }
}

/// Asks which of the candidates it is; None when nobody is there to say.
fn choose(candidates: &[String]) -> Result<Option<String>, Error> {
    if candidates.is_empty() || !terminal::can_ask() {
        return Ok(None);
    }
    let shown: Vec<String> = candidates.iter().map(|name| Text::from(&**name).to_string()).collect();
    let chosen = ask::one_of("Which name do people type into their mail client?", &shown, 0)?;
    Ok(chosen.and_then(|chosen| candidates.get(chosen).cloned()))
}

/// A name that may be put first: a host name, not a wildcard, not an address. Whether a CA signs it is for the plan to say.
pub(crate) fn certifiable(typed: &Text) -> Result<Name, Error> {
    let bad = |fault: NameFault| Error::BadName { name: typed.to_string(), fault: fault.to_string() };
    if let Some(address) = Target::typed(typed.as_bytes()).address() {
        return Err(Error::AddressAsTarget { address: address.to_string() });
    }
    let name = Name::parse(typed.as_str().ok_or_else(|| bad(NameFault::NotUtf8))?).map_err(bad)?;
    if name.is_wildcard() {
        return Err(Error::WildcardAsTarget { name: typed.to_string() });
    }
    Ok(name)
}
