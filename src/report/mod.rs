//! What was found, written for people or for programs: one output format per folder.

pub mod json;
pub mod reference;
pub mod text;

/// `remote.contoso.com`, with the U-labels behind an internationalised name: `xn--bcher-kva.de (bücher.de)`.
pub(crate) fn with_unicode(entry: &crate::facts::GeneralName) -> String {
    match entry.name().and_then(|name| name.unicode()) {
        Some(unicode) => format!("{entry} ({unicode})"),
        None => entry.to_string(),
    }
}

/// How far to believe a statement; nothing is added to what is certain.
pub(crate) fn hedge(mark: crate::facts::Mark) -> String {
    use crate::facts::Mark;
    match mark {
        Mark::Measured | Mark::Documented => String::new(),
        other => format!(" ({})", other.word()),
    }
}

/// `imaps://mail.contoso.com:993, smtp://mail.contoso.com:25`; with the address where a service was seen on several.
pub(crate) fn places(survey: &crate::facts::Survey, endpoints: impl Iterator<Item = usize>) -> String {
    let names = endpoints.filter_map(|index| survey.endpoints.get(index)).map(|endpoint| {
        let twin = |other: &&crate::facts::Endpoint| other.service == endpoint.service;
        match survey.endpoints.iter().filter(twin).count() {
            0 | 1 => endpoint.service.to_string(),
            _ => format!("{} at {}", endpoint.service, endpoint.address.ip()),
        }
    });
    names.collect::<Vec<String>>().join(", ")
}
