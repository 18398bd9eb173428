//! Which name people connect to, as far as the certificate itself tells.

use super::Report;
use crate::facts::{Item, Name, Subject, Target, Text};

/// What a certificate or request tells about the name people connect to.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Inference {
    /// It is beyond doubt.
    Certain(Target),
    /// One of these, the likeliest first; internal ones when nothing in it is a public host name.
    Candidates(Vec<String>),
}

impl Inference {
    /// The target, when it is beyond doubt.
    pub fn certain(self) -> Option<Target> {
        match self {
            Self::Certain(target) => Some(target),
            Self::Candidates(_) => None,
        }
    }

    /// The names that it could be, when it is not beyond doubt; the likeliest first.
    pub fn candidates(self) -> Vec<String> {
        match self {
            Self::Certain(_) => Vec::new(),
            Self::Candidates(names) => names,
        }
    }
}

impl Report<'_> {
    /// The names that people may type, where none was given and the certificate leaves it open.
    pub fn candidates(&self) -> Vec<String> {
        match self.target {
            Some(_) => Vec::new(),
            None => infer_target(self.subject).candidates(),
        }
    }
}

/// Infers the target. Beyond doubt is: a public common name that is listed too, the only public name listed, or a
/// public common name where no name is listed at all. One that programs look for by themselves is not, where another is
/// listed, nor that of a web site beside a mail host's: some CAs take the first name asked for as the common name.
pub fn infer_target(subject: &Subject<'_>) -> Inference {
    infer(subject.item)
}

/// The name to put first where another is made like this one. Whoever made a request put it first; of a certificate, whose
/// names a CA may have sorted, it is the target, where that is beyond doubt. None where no DNS name is in it.
pub fn first_name(item: Item<'_>) -> Option<Name> {
    let identity = item.identity();
    let target = item.certificate().and_then(|_| infer(item).certain()?.name().cloned());
    let mut texts = identity.names.dns().chain(identity.subject.common_names().rev());
    target.or_else(|| texts.find_map(dns_name))
}

fn infer(item: Item<'_>) -> Inference {
    let identity = item.identity();
    let mut listed: Vec<Name> = Vec::new();
    extend(&mut listed, identity.names.dns(), host);
    // The last is the most specific.
    let last = identity.subject.common_names().next_back();
    let common_name = last.and_then(host);
    // Clients differ in which of several they take.
    let one = last.is_some_and(|last| {
        identity.subject.common_names().all(|name| name.as_bytes().eq_ignore_ascii_case(last.as_bytes()))
    });
    // Whoever has a wildcard made means the hosts under it, none of which is listed.
    let is_for_all = last.is_some_and(|last| last.as_bytes().starts_with(b"*."));
    match (common_name, listed.as_slice()) {
        (Some(name), names)
            if one
                && (names.contains(&name) || identity.names.entries.is_empty())
                && !names.iter().any(|other| is_likelier(other, &name)) =>
        {
            certain(&name)
        }
        (_, [only]) if !is_for_all => certain(only),
        _ => {
            extend(&mut listed, identity.subject.common_names(), host);
            if listed.is_empty() {
                let texts = identity.names.dns().chain(identity.subject.common_names());
                extend(&mut listed, texts, internal_host);
            }
            listed.sort_by_key(|name| (!is_mail_host(name), is_looked_for(name)));
            Inference::Candidates(listed.iter().map(Name::to_string).collect())
        }
    }
}

/// Each host once.
fn extend<'a>(listed: &mut Vec<Name>, texts: impl Iterator<Item = &'a Text>, host: fn(&Text) -> Option<Name>) {
    for name in texts.filter_map(host) {
        if !listed.contains(&name) {
            listed.push(name);
        }
    }
}

fn certain(name: &Name) -> Inference {
    Inference::Certain(Target::from(name))
}

/// The text as a DNS name, of a wildcard too; an address is none.
fn dns_name(text: &Text) -> Option<Name> {
    let is_address = Target::typed(text.as_bytes()).address().is_some();
    Name::parse(text.as_str()?).ok().filter(|_| !is_address)
}

/// The text as a host name that clients on the Internet can look up.
fn host(text: &Text) -> Option<Name> {
    let name = Name::parse(text.as_str()?).ok()?;
    (!name.is_wildcard() && !name.is_internal() && !name.is_public_suffix()).then_some(name)
}

/// The text as a host name that clients inside alone can look up.
fn internal_host(text: &Text) -> Option<Name> {
    let name = Name::parse(text.as_str()?).ok()?;
    (!name.is_wildcard() && !name.is_single_label() && name.is_internal()).then_some(name)
}

/// True when people rather connect to `other` than to the common name `name`.
fn is_likelier(other: &Name, name: &Name) -> bool {
    let is_site = || name.labels().next() == Some("www") || other.as_str().ends_with(&format!(".{name}"));
    is_looked_for(name) && !is_looked_for(other) || is_mail_host(other) && !is_mail_host(name) && is_site()
}

/// Names that mail programs and servers look for by themselves, and nobody types (Autodiscover, autoconfig, RFC 8461 §3.3).
fn is_looked_for(name: &Name) -> bool {
    matches!(name.labels().next(), Some("autodiscover" | "autoconfig" | "mta-sts"))
}

/// The prefixes that SBS and most administrators choose.
fn is_mail_host(name: &Name) -> bool {
    matches!(name.labels().next(), Some("remote" | "mail"))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::facts::Certificate;
    use crate::facts::fixture::{evidence, leaf, request, subject, target};

    fn inferred<const N: usize>(common_name: &str, names: [&str; N]) -> Inference {
        let mut cert = leaf(names);
        cert.identity.subject = subject(&[common_name]);
        infer_target(&evidence(vec![cert]).subjects()[0])
    }

    #[test]
    fn is_certain_of_a_listed_common_name_the_only_name_or_a_lone_common_name() {
        let mail = Inference::Certain(target("mail.contoso.com"));
        assert_eq!(inferred("Mail.contoso.com", ["server.contoso.local", "mail.contoso.com", "contoso.com"]), mail);
        assert_eq!(inferred("server", ["server.contoso.local", "mail.contoso.com", "*.contoso.com"]), mail);
        assert_eq!(inferred("mail.contoso.com", []), mail);
        let all = inferred("*.contoso.com", ["*.contoso.com", "contoso.com"]);
        assert_eq!(all, Inference::Candidates(vec!["contoso.com".to_owned()]));
    }

    #[test]
    fn is_not_certain_of_a_common_name_that_nobody_types_in_a_mail_program() {
        let candidates = |names: &[&str]| Inference::Candidates(names.iter().map(|name| (*name).to_owned()).collect());
        let [mail, auto] = ["mail.contoso.com", "autodiscover.contoso.com"];
        assert_eq!(inferred(auto, [auto, mail, "remote.contoso.com"]), candidates(&[mail, "remote.contoso.com", auto]));
        assert_eq!(inferred(auto, [auto, "owa.contoso.com"]), candidates(&["owa.contoso.com", auto]));
        assert_eq!(inferred("www.contoso.com", [mail, "www.contoso.com"]), candidates(&[mail, "www.contoso.com"]));
        assert_eq!(inferred("contoso.com", ["contoso.com", mail]), candidates(&[mail, "contoso.com"]));
        for (name, names) in [
            (mail, [mail, auto]),
            ("www.contoso.com", ["contoso.com", "www.contoso.com"]),
            ("owa.contoso.com", ["owa.contoso.com", mail]),
            (auto, [auto, auto]),
        ] {
            assert_eq!(inferred(name, names), Inference::Certain(target(name)), "{name}");
        }
    }

    #[test]
    fn puts_first_what_a_request_has_first_and_what_a_certificate_is_for() {
        let mut cert = leaf(["autodiscover.contoso.com", "mail.contoso.com"]);
        cert.identity.subject = subject(&["mail.contoso.com"]);
        let first = |cert: &Certificate, asked: bool| {
            let request = request(cert.clone());
            let item = if asked { Item::Request(&request) } else { Item::Certificate(cert) };
            first_name(item).map(|name| name.to_string()).unwrap_or_default()
        };
        assert_eq!([true, false].map(|asked| first(&cert, asked)), ["autodiscover.contoso.com", "mail.contoso.com"]);
        for (common_name, names, expected) in [
            ("server", ["server.contoso.local", "exchange.contoso.local"], "server.contoso.local"),
            ("*.contoso.com", ["*.contoso.com", "contoso.com"], "*.contoso.com"),
            ("Contoso Ltd", ["10.0.0.5", "Mail.contoso.com"], "mail.contoso.com"),
        ] {
            let mut cert = leaf(names);
            cert.identity.subject = subject(&[common_name]);
            assert_eq!([true, false].map(|asked| first(&cert, asked)), [expected; 2], "{common_name}");
        }
        let mut cert = leaf([]);
        for (common_name, expected) in [("server.contoso.local", "server.contoso.local"), ("10.0.0.5", ""), ("a b", "")]
        {
            cert.identity.subject = subject(&[common_name]);
            assert_eq!([true, false].map(|asked| first(&cert, asked)), [expected; 2], "{common_name}");
        }
    }

    #[test]
    fn is_not_certain_of_one_common_name_of_several() {
        let mut cert = leaf(["mail.contoso.com", "autodiscover.contoso.com"]);
        cert.identity.subject = subject(&["mail.contoso.com", "autodiscover.contoso.com"]);
        let both = ["mail.contoso.com", "autodiscover.contoso.com"].map(str::to_owned).to_vec();
        let inferred = |cert: &Certificate| infer_target(&evidence(vec![cert.clone()]).subjects()[0]);
        assert_eq!(inferred(&cert), Inference::Candidates(both));
        cert.identity.subject = subject(&["mail.contoso.com", "Mail.contoso.com"]);
        assert_eq!(inferred(&cert), Inference::Certain(target("mail.contoso.com")));
    }

    #[test]
    fn lists_public_names_mail_hosts_first() {
        let names = ["autodiscover.contoso.com", "remote.contoso.com", "server.contoso.local", "*.contoso.com"];
        let found = ["remote.contoso.com", "autodiscover.contoso.com"].map(str::to_owned).to_vec();
        assert_eq!(inferred("server", names), Inference::Candidates(found));
    }

    #[test]
    fn lists_internal_names_where_nothing_is_public() {
        let found = ["mail.contoso.local", "server.contoso.local"].map(str::to_owned).to_vec();
        let names = ["server.contoso.local", "mail.contoso.local", "*.contoso.local", "10.0.0.1"];
        assert_eq!(inferred("server.contoso.local", names), Inference::Candidates(found));
        assert_eq!(inferred("Contoso Ltd", []), Inference::Candidates(Vec::new()));
    }
}
