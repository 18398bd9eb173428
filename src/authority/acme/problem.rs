//! Problem documents (RFC 8555 §6.7) become errors.

use serde::Deserialize;

use crate::Error;
use crate::error::{Ordering, Problem};

pub(super) const BAD_NONCE: &str = "badNonce";
/// Names that are told of one by one.
const MOST_NAMES: usize = 20;
/// Characters of one of the authority's sentences.
const LONGEST: usize = 500;

#[derive(Deserialize)]
struct Document {
    r#type: Option<String>,
    detail: Option<String>,
    instance: Option<String>,
    #[serde(default)]
    subproblems: Vec<Part>,
}

#[derive(Deserialize)]
struct Part {
    r#type: Option<String>,
    detail: Option<String>,
    identifier: Option<Identifier>,
}

#[derive(Deserialize)]
struct Identifier {
    value: String,
}

/// The problem in the body of an answer; None when there is none.
pub(super) fn read(authority: &str, body: &[u8]) -> Option<Problem> {
    let found: Document = serde_json::from_slice(body).ok()?;
    if found.r#type.is_none() && found.detail.is_none() {
        return None;
    }
    let names = found.subproblems.into_iter().take(MOST_NAMES);
    let names = names.map(|part| {
        let name = part.identifier.map_or_else(|| "a name".to_owned(), |identifier| identifier.value);
        (shortened(&name), kind(part.r#type.as_deref()), shortened(&part.detail.unwrap_or_default()))
    });
    Some(Problem {
        authority: authority.to_owned(),
        kind: kind(found.r#type.as_deref()),
        detail: shortened(&found.detail.unwrap_or_default()),
        names: names.collect(),
        retry_at: None,
        instance: found.instance.map(|page| shortened(&page)),
    })
}

/// The same from instant-acme: the error of an order or a challenge.
pub(super) fn of(authority: &str, problem: &instant_acme::Problem) -> Problem {
    let names = problem.subproblems.iter().take(MOST_NAMES).map(|part| {
        let name = part.identifier.as_ref().map(|identifier| identifier.authorized(false).to_string());
        let name = name.unwrap_or_else(|| "a name".to_owned());
        (shortened(&name), kind(part.r#type.as_deref()), shortened(part.detail.as_deref().unwrap_or_default()))
    });
    Problem {
        authority: authority.to_owned(),
        kind: kind(problem.r#type.as_deref()),
        detail: shortened(problem.detail.as_deref().unwrap_or_default()),
        names: names.collect(),
        retry_at: None,
        instance: None,
    }
}

/// An error of instant-acme as one of ours: what [`super::http::Http`] said, or what was wrong with an answer.
pub(super) fn error(authority: &str, error: instant_acme::Error) -> Error {
    let not_acme = |cause: String| Ordering::NotAcme { authority: authority.to_owned(), cause }.into();
    match error {
        instant_acme::Error::Api(problem) => Ordering::Refused(Box::new(of(authority, &problem))).into(),
        instant_acme::Error::Other(cause) => match cause.downcast::<Error>() {
            Ok(own) => *own,
            Err(other) => not_acme(other.to_string()),
        },
        instant_acme::Error::Json(cause) => not_acme(format!("an answer is not the JSON it should be: {cause}")),
        other => not_acme(other.to_string()),
    }
}

/// The kind of refusal that an error is.
pub(super) fn kind_of(error: &Error) -> Option<&str> {
    match error {
        Error::Ordering(Ordering::Refused(problem)) => Some(&problem.kind),
        _ => None,
    }
}

fn kind(urn: Option<&str>) -> String {
    let urn = urn.unwrap_or("no type given");
    shortened(urn.strip_prefix("urn:ietf:params:acme:error:").unwrap_or(urn))
}

fn shortened(text: &str) -> String {
    text.chars().take(LONGEST).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_refusal_names_each_name_and_what_to_do() {
        let body =
            br#"{"type": "urn:ietf:params:acme:error:malformed", "detail": "Some were rejected", "subproblems": [
            {"type": "urn:ietf:params:acme:error:rejectedIdentifier", "detail": "Policy",
             "identifier": {"type": "dns", "value": "mail.contoso.com"}}]}"#;
        let problem = read("ca.example", body).unwrap();
        assert_eq!(problem.names[0].0, "mail.contoso.com");
        assert!(problem.hint().starts_with("leave the name out"));
        let error = Error::from(Ordering::Refused(Box::new(problem)));
        assert_eq!(
            error.to_string(),
            "ca.example refused: it did not understand the message: Some were rejected; mail.contoso.com: it will not \
             sign this name: Policy (malformed)"
        );
    }

    #[test]
    fn what_is_no_problem_document_is_none() {
        for body in ["", "<html>", "{}", "[]", "null", "{\"type\": 5}"] {
            assert_eq!(read("ca.example", body.as_bytes()), None, "{body}");
        }
    }

    #[test]
    fn an_authority_cannot_fill_the_screen() {
        let body = format!("{{\"type\": \"{0}\", \"detail\": \"{0}\"}}", "x".repeat(100_000));
        assert!(read("ca.example", body.as_bytes()).unwrap().to_string().len() < 2000);
    }
}
