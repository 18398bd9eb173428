//! What makes the same request on the server itself: configurations and scripts of other tools, names in order.

use minijinja::{Value, context};

use super::template::{self, inside_powershell, powershell, render};
use super::{KeyChoice, armour};
use crate::Error;
use crate::facts::{Attribute, AttributeKind, GeneralName, Purpose, Request, Text};
use crate::plan::Plan;

/// What to write.
#[derive(Clone, Copy, Debug)]
pub enum Emit<'a> {
    /// A configuration for `openssl req -new -config`.
    OpensslCnf,
    /// A policy file for `certreq -new`, ASCII with CRLF.
    CertreqInf,
    /// A script for the Exchange Management Shell (2007 to 2019).
    ExchangePs1,
    /// `NewKeyRq.txt` as Key Manager of IIS 4 writes it, around this request.
    NewKeyRq(&'a Request, Contact<'a>),
}

/// Whom the CA may ask, in the header of `NewKeyRq.txt`. Nothing of it is in the request itself.
#[derive(Clone, Copy, Debug, Default)]
pub struct Contact<'a> {
    /// An e-mail address; without it, the one in the subject.
    pub email: Option<&'a str>,
    /// A telephone number.
    pub phone: Option<&'a str>,
}

/// The text that makes this request, for a key of this kind, elsewhere.
///
/// # Errors
/// [`Error::Conflict`] when the other tool cannot do what is planned, and what.
pub fn emit(plan: &Plan, key: KeyChoice, emit: Emit<'_>) -> Result<String, Error> {
    ensure_plain(plan)?;
    match emit {
        Emit::OpensslCnf => openssl(plan, key),
        Emit::CertreqInf => certreq(plan, key),
        Emit::ExchangePs1 => exchange(plan, key),
        Emit::NewKeyRq(request, contact) => new_key_request(plan, request, contact),
    }
}

fn ensure_plain(plan: &Plan) -> Result<(), Error> {
    let names = plan.general_names().filter_map(text);
    match plan.subject.attributes().map(|attribute| &attribute.value).chain(names).all(is_plain) {
        true => Ok(()),
        false => Err(cannot("write names with control or invisible characters")),
    }
}

fn text(name: &GeneralName) -> Option<&Text> {
    match name {
        GeneralName::Dns(text) | GeneralName::Email(text) | GeneralName::Uri(text) => Some(text),
        GeneralName::Srv(text) | GeneralName::Upn(text) => Some(text),
        _ => None,
    }
}

/// True when it is shown as it is; the tools would get anything else escaped, which is another name.
fn is_plain(text: &Text) -> bool {
    text.as_str() == Some(&text.to_string())
}

fn openssl(plan: &Plan, key: KeyChoice) -> Result<String, Error> {
    let attributes = plan.subject.rdns.iter().flat_map(|rdn| rdn.iter().enumerate());
    let attributes = attributes.map(|(position, attribute)| {
        // In quotes neither `$` nor `#` means anything.
        let value = attribute.value.to_string().replace('\\', "\\\\").replace('"', "\\\"");
        // OpenSSL minds the case of what RFC 4514 writes as STREET.
        let key = if attribute.kind == AttributeKind::Street { "street" } else { attribute.kind.key() };
        context! { key, value => format!("\"{value}\""), joined => position > 0 }
    });
    let names = plan.general_names().map(|name| {
        let (kind, value) = match name {
            GeneralName::Dns(text) => ("DNS", text.to_string()),
            GeneralName::Address(address) => ("IP", address.to_string()),
            GeneralName::Email(text) => ("email", text.to_string()),
            GeneralName::Uri(text) => ("URI", text.to_string()),
            GeneralName::RegisteredId(oid) => ("RID", oid.to_string()),
            GeneralName::Srv(text) => ("otherName", format!("1.3.6.1.5.5.7.8.7;IA5STRING:{text}")),
            GeneralName::Upn(text) => ("otherName", format!("1.3.6.1.4.1.311.20.2.3;UTF8:{text}")),
            other => return Err(cannot(&format!("write a {} into openssl.cnf", other.kind()))),
        };
        let value = value.replace('\\', "\\\\").replace('"', "\\\"");
        Ok(context! { kind, value => format!("\"{value}\"") })
    });
    let new_key = match key {
        KeyChoice::P256 => "-newkey ec -pkeyopt ec_paramgen_curve:P-256".to_owned(),
        KeyChoice::P384 => "-newkey ec -pkeyopt ec_paramgen_curve:P-384".to_owned(),
        KeyChoice::Ed25519 => "-newkey ed25519".to_owned(),
        rsa => format!("-newkey rsa:{}", rsa.rsa_bits().unwrap_or_default()),
    };
    let purposes: Vec<String> = plan.purposes.iter().map(Purpose::to_string).collect();
    render(
        include_str!("../../templates/request/openssl.cnf.j2"),
        context! {
            file => plan.target.file_form(),
            key => new_key,
            attributes => attributes.collect::<Vec<Value>>(),
            names => names.collect::<Result<Vec<Value>, Error>>()?,
            usages => if key.rsa_bits().is_some() { "digitalSignature, keyEncipherment" } else { "digitalSignature" },
            purposes => purposes.join(", "),
        },
    )
}

fn certreq(plan: &Plan, key: KeyChoice) -> Result<String, Error> {
    let names = plan.general_names().map(|name| {
        let kind = match name {
            GeneralName::Dns(_) => "dns",
            GeneralName::Address(_) => "ipaddress",
            GeneralName::Email(_) => "email",
            GeneralName::Uri(_) => "url",
            GeneralName::Upn(_) => "upn",
            GeneralName::RegisteredId(_) => "registeredid",
            other => return Err(cannot(&format!("write a {} into a certreq .inf", other.kind()))),
        };
        let value = name.to_string();
        if value.contains(['&', '"']) {
            return Err(cannot(&format!("write the name {value} into a certreq .inf, where & separates names")));
        }
        Ok(context! { kind, value => value.replace('%', "%%") })
    });
    let new_key = match key {
        KeyChoice::P256 => {
            vec!["KeyAlgorithm = ECDSA_P256".to_owned(), SOFTWARE_PROVIDER.to_owned(), USAGE_EC.to_owned()]
        }
        KeyChoice::P384 => {
            vec!["KeyAlgorithm = ECDSA_P384".to_owned(), SOFTWARE_PROVIDER.to_owned(), USAGE_EC.to_owned()]
        }
        KeyChoice::Ed25519 => return Err(cannot("have certreq make an Ed25519 key")),
        rsa => {
            let bits = rsa.rsa_bits().unwrap_or_default();
            vec![format!("KeyLength = {bits}"), "KeySpec = 1".to_owned(), "KeyUsage = 0xa0".to_owned()]
        }
    };
    let purposes = plan.purposes.iter().map(|purpose| match purpose {
        Purpose::ClientAuth => "1.3.6.1.5.5.7.3.2",
        _ => "1.3.6.1.5.5.7.3.1",
    });
    let text = render(
        include_str!("../../templates/request/certreq.inf.j2"),
        context! {
            file => plan.target.file_form(),
            target => plan.target.as_str(),
            // In an .inf a quote is doubled, and % begins a string variable.
            subject => windows_subject(plan)?.replace('"', "\"\"").replace('%', "%%"),
            key => new_key,
            critical => plan.subject.is_empty(),
            names => names.collect::<Result<Vec<Value>, Error>>()?,
            purposes => purposes.collect::<Vec<_>>(),
        },
    )?;
    ascii(&text, "a certreq .inf")
}

const SOFTWARE_PROVIDER: &str = "ProviderName = \"Microsoft Software Key Storage Provider\"";
const USAGE_EC: &str = "KeyUsage = 0x80";

fn exchange(plan: &Plan, key: KeyChoice) -> Result<String, Error> {
    let Some(bits @ (2048 | 4096)) = key.rsa_bits() else {
        return Err(cannot(&format!("have New-ExchangeCertificate make a {key} key, only rsa-2048 and rsa-4096")));
    };
    if plan.subject.is_empty() {
        return Err(cannot("have New-ExchangeCertificate leave the subject empty"));
    }
    let names = plan.general_names().map(|name| match name {
        GeneralName::Dns(text) => Ok(powershell(&text.to_string())),
        other => Err(cannot(&format!("have New-ExchangeCertificate ask for a {}", other.kind()))),
    });
    let text = render(
        include_str!("../../templates/request/exchange.ps1.j2"),
        context! {
            file => plan.target.file_form(),
            subject => inside_powershell(&windows_subject(plan)?),
            names => names.collect::<Result<Vec<_>, Error>>()?.join(","),
            bits,
            // -FriendlyName takes fewer than 64 characters.
            friendly_name => plan.target.as_str().chars().take(63).collect::<String>(),
        },
    )?;
    ascii(&text, "a script for Windows PowerShell")
}

/// `NewKeyRq.txt` around `request`, which was made for `plan`.
///
/// # Errors
/// [`Error::Conflict`] when a name or the contact holds a character that would break a line.
pub fn new_key_request(plan: &Plan, request: &Request, contact: Contact<'_>) -> Result<String, Error> {
    ensure_plain(plan)?;
    if !contact.email.into_iter().chain(contact.phone).all(|text| is_plain(&Text::from(text))) {
        return Err(cannot("write a contact with control or invisible characters"));
    }
    let value =
        |kind: AttributeKind| plan.subject.values(&kind).next_back().map(ToString::to_string).unwrap_or_default();
    let text = render(
        include_str!("../../templates/request/newkeyrq.txt.j2"),
        context! {
            email => contact.email.map_or_else(|| value(AttributeKind::EmailAddress), str::to_owned),
            phone => contact.phone.unwrap_or_default(),
            common_name => value(AttributeKind::CommonName),
            unit => value(AttributeKind::OrganizationalUnit),
            organization => value(AttributeKind::Organization),
            locality => value(AttributeKind::Locality),
            state => value(AttributeKind::State),
            country => value(AttributeKind::Country),
            request => armour("NEW CERTIFICATE REQUEST", &request.der).trim_end(),
        },
    )?;
    Ok(text.replace('\n', "\r\n"))
}

/// The subject as Windows reads it: values with special characters in quotes, quotes doubled.
fn windows_subject(plan: &Plan) -> Result<String, Error> {
    let attribute = |attribute: &Attribute| {
        let value = attribute.value.to_string();
        let special = value.contains([',', '+', '=', '"', '\n', '<', '>', '#', ';']) || value.trim() != value;
        let value = if special { format!("\"{}\"", value.replace('"', "\"\"")) } else { value };
        // Windows knows E, S, G and T where others write longer names.
        let key = match &attribute.kind {
            AttributeKind::EmailAddress => "E",
            AttributeKind::State => "S",
            AttributeKind::GivenName => "G",
            AttributeKind::Title => "T",
            AttributeKind::PostalCode | AttributeKind::SerialNumber => {
                return format!("OID.{}={value}", attribute.kind.oid());
            }
            AttributeKind::Other(oid) => return format!("OID.{oid}={value}"),
            known => known.key(),
        };
        format!("{key}={value}")
    };
    let relative = |rdn: &Vec<Attribute>| rdn.iter().map(attribute).collect::<Vec<_>>().join("+");
    Ok(plan.subject.rdns.iter().map(relative).collect::<Vec<_>>().join(","))
}

/// The text as Windows reads it.
fn ascii(text: &str, place: &str) -> Result<String, Error> {
    template::windows(text).map_err(|character| cannot(&format!("write '{character}' into {place}, which is ASCII")))
}

fn cannot(what: &str) -> Error {
    let hint = "make the request here: leave --emit and --new-key-rq out";
    Error::Conflict { cause: format!("cannot {what}"), hint }
}
