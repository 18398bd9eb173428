//! Facts made by hand, for tests of rules and clients.

use super::*;

/// A name known to be well formed.
pub(crate) fn name(text: &str) -> Name {
    Name::parse(text).unwrap()
}

/// A target as typed.
pub(crate) fn target(text: &str) -> Target {
    Target::typed(text.as_bytes())
}

/// A moment from its date.
pub(crate) fn day(text: &str) -> Moment {
    Moment::parse(text).unwrap()
}

/// A general name: an address when it parses as one, `mailto:x` an rfc822Name, `uri:x`, `srv:_x`, else a dNSName.
pub(crate) fn general_name(text: &str) -> GeneralName {
    if let Ok(address) = text.parse() {
        return GeneralName::Address(address);
    }
    match text.split_once(':') {
        Some(("mailto", rest)) => GeneralName::Email(Text::from(rest)),
        Some(("uri", rest)) => GeneralName::Uri(Text::from(rest)),
        Some(("srv", rest)) => GeneralName::Srv(Text::from(rest)),
        _ => GeneralName::Dns(Text::from(text)),
    }
}

/// A subject with these common names and nothing else.
pub(crate) fn subject(common_names: &[&str]) -> DistinguishedName {
    let attribute = |value: &&str| {
        vec![Attribute { kind: AttributeKind::CommonName, value: Text::from(*value), string: StringKind::Utf8 }]
    };
    DistinguishedName {
        rdns: common_names.iter().map(attribute).collect(),
        der: common_names.join("/").into_bytes().into(),
    }
}

/// An identity of today with these names (no extension when empty) and the first dNSName as its common name.
pub(crate) fn identity<const N: usize>(names: [&str; N]) -> Identity {
    let entries: Vec<GeneralName> = names.iter().map(|text| general_name(text)).collect();
    let first = names.first().map(|name| vec![*name]).unwrap_or_default();
    Identity {
        subject: subject(&first),
        names: Names {
            extension: if N == 0 { SanExtension::Absent } else { SanExtension::Present },
            entries,
            is_followed: false,
        },
        key: PublicKey { spki: Box::from(*b"key"), kind: KeyKind::Ec(Curve::P256) },
        key_usage: Some(KeyUsage::DIGITAL_SIGNATURE),
        purposes: Some(vec![Purpose::ServerAuth]),
        basic_constraints: Some(BasicConstraints { ca: false, path_length: None }),
    }
}

/// A good certificate of a private CA with these names, valid 2026-08-01 for 90 days.
pub(crate) fn leaf<const N: usize>(names: [&str; N]) -> Certificate {
    Certificate {
        der: Box::from(*b"leaf"),
        identity: identity(names),
        version: 3,
        serial: Serial(Box::from([0x4a; 16])),
        issuer: subject(&["Test CA"]),
        not_before: day("2026-08-01"),
        not_after: day("2026-08-01").plus_days(90).plus_seconds(-1),
        is_of_namesake: false,
        signature: SignatureAlgorithm {
            oid: "1.2.840.113549.1.1.11".into(),
            name: "sha256WithRSAEncryption",
            digest: Digest::Sha256,
            is_usual: true,
        },
        inner_signature: None,
        authority_key_id: Some(Box::from(*b"key of Test CA")),
        authority_certificate: None,
        subject_key_id: None,
        policies: Vec::new(),
        has_timestamps: false,
        must_staple: false,
        has_critical_constraints: false,
        netscape_type: None,
        critical: Vec::new(),
        extensions: vec!["2.5.29.17".into()],
        repeated: Vec::new(),
        flaws: Vec::new(),
    }
}

/// A certificate of this name by this issuer, told by both from others.
pub(crate) fn issued(name: &str, issuer: &str) -> Certificate {
    let mut cert = leaf([]);
    cert.identity.subject = subject(&[name]);
    cert.issuer = subject(&[issuer]);
    cert.der = format!("{name} by {issuer}").into_bytes().into();
    cert
}

/// A request for what this certificate says.
pub(crate) fn request(cert: Certificate) -> Request {
    Request {
        der: Box::default(),
        identity: cert.identity,
        signature: cert.signature,
        attributes: Vec::new(),
        extensions: Vec::new(),
        flaws: Vec::new(),
    }
}

/// A file that holds these certificates.
pub(crate) fn evidence(certificates: Vec<Certificate>) -> Evidence {
    Evidence { certificates, ..Evidence::new(Source::Stdin) }
}

/// An endpoint on 192.0.2.5 that was asked once, by name, and answered this.
fn endpoint(scheme: &'static str, answer: Result<Answer, Trouble>) -> Endpoint {
    let opening = if scheme.ends_with('s') { Opening::Implicit } else { Opening::StartTls };
    let hello = Hello { sni: Sni::Target(name("mail.contoso.com")), keys: KeysOffered::Any, newest: TlsVersion::Tls13 };
    Endpoint {
        service: Service { scheme, protocol: scheme, opening, host: target("mail.contoso.com"), port: 993 },
        address: "192.0.2.5:993".parse().unwrap(),
        greeting: None,
        injected: None,
        looks: vec![Look { hello, answer }],
    }
}

/// An endpoint that presents this chain with TLS 1.3.
pub(crate) fn answers(scheme: &'static str, chain: usize) -> Endpoint {
    answers_with(scheme, chain, TlsVersion::Tls13)
}

/// An endpoint that presents this chain.
pub(crate) fn answers_with(scheme: &'static str, chain: usize, version: TlsVersion) -> Endpoint {
    endpoint(scheme, Ok(Answer { version, chain, possession: Possession::Proved }))
}

/// An endpoint that presents nothing.
pub(crate) fn fails(scheme: &'static str, step: Step, cause: Cause) -> Endpoint {
    endpoint(scheme, Err(Trouble { step, cause }))
}

/// These endpoints, and two chains: a certificate for `server0.contoso.com`, another for `server1.contoso.com`.
pub(crate) fn survey<const N: usize>(endpoints: [Endpoint; N]) -> Survey {
    let chain = |host: &str| {
        let mut cert = leaf([host]);
        cert.der = host.as_bytes().into();
        Evidence { certificates: vec![cert], ..Evidence::new(Source::Live("mail.contoso.com".into())) }
    };
    Survey {
        named: "mail.contoso.com".to_owned(),
        host: target("mail.contoso.com"),
        lookups: Vec::new(),
        guesses: Vec::new(),
        ports: Ports::Named,
        endpoints: endpoints.into(),
        chains: vec![chain("server0.contoso.com"), chain("server1.contoso.com")],
    }
}
