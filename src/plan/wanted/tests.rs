//! What DNS may say of a domain, and the names that follow.

use super::*;

const HERE: &str = "192.0.2.10";
const THERE: &str = "203.0.113.9";

fn name(text: &str) -> Name {
    Name::parse(text).unwrap()
}

fn lookup(text: &str, answer: Resolved) -> Lookup {
    Lookup { name: name(text), aliases: Vec::new(), answer }
}

fn at(text: &str, address: &str) -> Lookup {
    lookup(text, Resolved::Addresses(vec![address.parse().unwrap()]))
}

/// contoso.com with these names, and no record.
fn found(lookups: Vec<Lookup>) -> Discovery {
    Discovery {
        domain: name("contoso.com"),
        target: name("remote.contoso.com"),
        mail_servers: Vec::new(),
        services: Vec::new(),
        lookups,
        wildcard: None,
        failures: Vec::new(),
    }
}

fn mx(preference: u16, host: &str) -> MailServer {
    MailServer { preference, host: Some(Target::typed(host.as_bytes())) }
}

fn srv(label: &'static str, host: Option<&str>) -> ServiceRecord {
    let host = host.map(|host| Target::typed(host.as_bytes()));
    ServiceRecord { label, host, port: 993, priority: 0, weight: 0 }
}

fn names(wanted: &Wanted) -> Vec<&str> {
    wanted.names.iter().map(|known| known.name.as_str()).collect()
}

fn left_out<'a>(wanted: &'a Wanted, text: &str) -> &'a Unwanted {
    &wanted.left_out.iter().find(|known| known.name.to_string() == text).unwrap().reason
}

#[test]
fn the_name_that_people_type_comes_first() {
    let mut found =
        found(vec![at("remote.contoso.com", HERE), at("mail.contoso.com", HERE), at("mx.contoso.com", THERE)]);
    found.mail_servers = vec![mx(10, "mx.contoso.com"), mx(20, "mail.contoso.com")];
    let wanted = wanted(&found, Chosen::ByHabit);
    assert_eq!(names(&wanted), ["remote.contoso.com", "mx.contoso.com", "mail.contoso.com"]);
    assert_eq!(wanted.names[2].uses, [Use::MailServer { preference: 20 }, Use::Guess("mail")]);
    let command = "certfix csr --fqdn remote.contoso.com --san mx.contoso.com,mail.contoso.com";
    assert_eq!(wanted.command(), command);
}

#[test]
fn takes_a_name_that_dns_has_when_the_usual_one_is_missing() {
    let lookups = || vec![lookup("remote.contoso.com", Resolved::Unknown), at("imap.contoso.com", HERE)];
    let mut with_service = found([lookups(), vec![at("post.contoso.com", HERE)]].concat());
    with_service.services = vec![srv("_pop3._tcp", None), srv("_imaps._tcp", Some("post.contoso.com"))];
    let mut with_autodiscover = found([lookups(), vec![at("ad.contoso.com", HERE)]].concat());
    with_autodiscover.services = vec![srv("_autodiscover._tcp", Some("ad.contoso.com"))];
    let mut at_provider = found([lookups(), vec![at("mx.provider.net", HERE)]].concat());
    at_provider.mail_servers = vec![mx(10, "mx.provider.net")];
    for (found, first) in [
        (with_service, "post.contoso.com"),
        (with_autodiscover, "imap.contoso.com"),
        (at_provider, "imap.contoso.com"),
        (found([lookups(), vec![at("mail.contoso.com", HERE)]].concat()), "mail.contoso.com"),
    ] {
        let wanted = wanted(&found, Chosen::ByHabit);
        assert_eq!(wanted.target().as_str(), first);
        assert_eq!(wanted.choice, Choice::Found { instead_of: name("remote.contoso.com") });
    }
}

#[test]
fn a_name_that_a_person_chose_stays_first() {
    let found = found(vec![lookup("remote.contoso.com", Resolved::Unknown), at("mail.contoso.com", HERE)]);
    let wanted = wanted(&found, Chosen::ByPerson);
    assert_eq!(names(&wanted), ["remote.contoso.com", "mail.contoso.com"]);
    assert!(wanted.notes.contains(&"remote.contoso.com: DNS does not know it".to_owned()), "{:?}", wanted.notes);
}

#[test]
fn proposes_the_usual_name_when_dns_has_none() {
    let found = found(vec![lookup("remote.contoso.com", Resolved::NoAddress)]);
    let wanted = wanted(&found, Chosen::ByHabit);
    assert_eq!(names(&wanted), ["remote.contoso.com"]);
    assert_eq!(wanted.choice, Choice::NotInDns(Resolved::NoAddress));
}

#[test]
fn leaves_out_what_the_certificate_does_not_need() {
    let mut found = found(vec![
        at("remote.contoso.com", HERE),
        at("imap.contoso.com", THERE),
        lookup("smtp.contoso.com", Resolved::Unknown),
        lookup("pop.contoso.com", Resolved::Failed("timed out".to_owned())),
        at("mx.provider.net", THERE),
        at("server.contoso.local", HERE),
        at("in_side.contoso.com", HERE),
        lookup("gone.contoso.com", Resolved::Unknown),
    ]);
    let hosts =
        ["mx.provider.net", "server.contoso.local", "in_side.contoso.com", "192.0.2.10", "a b", "gone.contoso.com"];
    found.mail_servers = hosts.map(|host| mx(10, host)).to_vec();
    let wanted = wanted(&found, Chosen::ByHabit);
    assert_eq!(names(&wanted), ["remote.contoso.com"]);
    for (text, kind) in [
        ("mx.provider.net", "not-yours"),
        ("server.contoso.local", "internal"),
        ("in_side.contoso.com", "malformed"),
        ("192.0.2.10", "address"),
        ("a b", "malformed"),
        ("gone.contoso.com", "unknown"),
        ("imap.contoso.com", "elsewhere"),
        ("smtp.contoso.com", "unknown"),
        ("pop.contoso.com", "not-checked"),
    ] {
        assert_eq!(left_out(&wanted, text).kind(), kind, "{text}");
    }
}

#[test]
fn a_name_that_leads_to_none_is_told_from_one_that_is_not_there() {
    let to =
        |answer| Lookup { aliases: vec![Target::typed(b"gone.cloudapp.net")], ..lookup("imap.contoso.com", answer) };
    for (lookup, said) in [
        (to(Resolved::Unknown), "leads by CNAME to gone.cloudapp.net, which DNS does not know"),
        (to(Resolved::NoAddress), "leads by CNAME to gone.cloudapp.net, which has no address"),
        (to(Resolved::Failed("timed out".to_owned())), "timed out"),
        (lookup("imap.contoso.com", Resolved::Unknown), "DNS does not know it"),
    ] {
        assert!(Unwanted::NotThere(lookup.clone()).to_string().contains(said), "{lookup:?}");
    }
}

#[test]
fn an_announced_name_is_needed_wherever_it_leads() {
    let mut found =
        found(vec![at("remote.contoso.com", HERE), lookup("mx.contoso.com", Resolved::Failed("SERVFAIL".to_owned()))]);
    found.mail_servers = vec![mx(10, "mx.contoso.com")];
    assert_eq!(names(&wanted(&found, Chosen::ByHabit)), ["remote.contoso.com", "mx.contoso.com"]);
}

#[test]
fn a_wildcard_makes_no_name_needed() {
    let mut found =
        found(vec![at("remote.contoso.com", HERE), at("mail.contoso.com", HERE), at("imap.contoso.com", THERE)]);
    found.wildcard = Some(at("certfix.contoso.com", HERE));
    let wanted = wanted(&found, Chosen::ByHabit);
    assert_eq!(wanted.target().as_str(), "imap.contoso.com");
    assert_eq!(left_out(&wanted, "mail.contoso.com"), &Unwanted::Wildcard);
}

#[test]
fn where_a_cname_leads_is_not_needed() {
    let mut remote = at("remote.contoso.com", HERE);
    remote.aliases = vec![Target::typed(b"host.provider.net"), Target::typed(b"mail.contoso.com")];
    let wanted = wanted(&found(vec![remote, at("mail.contoso.com", HERE)]), Chosen::ByHabit);
    assert_eq!(names(&wanted), ["remote.contoso.com", "mail.contoso.com"]);
    assert_eq!(left_out(&wanted, "host.provider.net"), &Unwanted::Alias);
}

#[test]
fn an_internal_domain_is_for_a_private_ca() {
    let mut found = found(vec![at("remote.contoso.local", HERE), at("mail.contoso.local", HERE)]);
    (found.domain, found.target) = (name("contoso.local"), name("remote.contoso.local"));
    let command = wanted(&found, Chosen::ByHabit).command();
    assert_eq!(command, "certfix csr --fqdn remote.contoso.local --san mail.contoso.local --ca private");
}

#[test]
fn a_subdomain_belongs_to_who_registered_the_domain() {
    for (other, yours) in [
        ("mail.contoso.com", true),
        ("sub.contoso.com", true),
        ("contoso.com", true),
        ("notcontoso.com", false),
        ("contoso.co.uk", false),
    ] {
        assert_eq!(is_yours(&name(other), &name("sub.contoso.com")), yours, "{other}");
    }
}
