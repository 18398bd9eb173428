//! A distinguished name as people write it (RFC 4514).

use super::distinguished_name::{EMPTY, SPECIAL};
use super::{Attribute, AttributeKind, DistinguishedName, Text};

impl DistinguishedName {
    /// Reads `O=Contoso Ltd,L=Redmond,C=US`, and what its `Display` writes: attributes in the order written, `\` before a
    /// comma that belongs to a value or before two hexadecimal digits of an octet, `+` between the attributes of one
    /// relative name (RFC 4514 §2.4, in wire order). A value in quotes may hold commas as they are (RFC 2253 §4).
    ///
    /// # Errors
    /// The first part that is no attribute, and why.
    pub fn parse(text: &str) -> Result<Self, SubjectFault> {
        if text.trim() == EMPTY {
            return Ok(Self::default());
        }
        let mut rdns = Vec::new();
        for part in split_unescaped(text, ',') {
            let attributes = split_unescaped(&part, '+');
            let rdn: Result<Vec<_>, SubjectFault> = attributes.iter().map(|text| attribute(text)).collect();
            rdns.push(rdn?);
        }
        Ok(Self { rdns, der: Box::default() })
    }
}

/// What of a subject cannot be written.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SubjectFault {
    /// The part.
    pub part: String,
    /// Why.
    pub cause: &'static str,
}

fn attribute(text: &str) -> Result<Attribute, SubjectFault> {
    let wrong = |cause| SubjectFault { part: text.trim().to_owned(), cause };
    let no_pair = "it is not KEY=value; a comma inside a value is written \\,";
    let (key, value) = text.split_once('=').ok_or_else(|| wrong(no_pair))?;
    let unknown =
        "there is no such attribute; one without a short name is written as its number, such as 2.5.4.97=value";
    let kind = AttributeKind::from_key(key.trim()).ok_or_else(|| wrong(unknown))?;
    let value = Text::new(unescape(value).map_err(wrong)?);
    if value.is_empty() {
        return Err(wrong("it has no value"));
    }
    Ok(Attribute { string: kind.string(), kind, value })
}

fn split_unescaped(text: &str, separator: char) -> Vec<String> {
    let mut parts = vec![String::new()];
    let (mut escaped, mut quoted) = (false, false);
    for character in text.chars() {
        if character == separator && !escaped && !quoted {
            parts.push(String::new());
            continue;
        }
        if let Some(part) = parts.last_mut() {
            if character == '"' && !escaped {
                quoted = !quoted && part.trim_ascii_end().ends_with('=');
            }
            part.push(character);
        }
        escaped = character == '\\' && !escaped;
    }
    if parts.iter().all(|part| part.trim().is_empty()) {
        parts.clear();
    }
    parts
}

/// The octets of a value, without the spaces around it that are not escaped, or of what stands in quotes; or why it is none.
fn unescape(value: &str) -> Result<Vec<u8>, &'static str> {
    let value = value.trim_ascii_start();
    let quoted = value.strip_prefix('"').and_then(|rest| rest.trim_ascii_end().strip_suffix('"'));
    if value.starts_with('#') {
        return Err("a value is written as text, and a # in front of one as \\#");
    }
    let mut octets = Vec::with_capacity(value.len());
    let mut kept = 0;
    let mut characters = quoted.unwrap_or(value).chars();
    while let Some(character) = characters.next() {
        match character {
            '\\' => {}
            '"' => return Err("a quote inside a value is written \\\""),
            plain => {
                octets.extend(plain.encode_utf8(&mut [0; 4]).bytes());
                kept = if plain.is_ascii_whitespace() && quoted.is_none() { kept } else { octets.len() };
                continue;
            }
        }
        let pair = characters.as_str().get(..2).filter(|pair| pair.bytes().all(|digit| digit.is_ascii_hexdigit()));
        if let Some(octet) = pair.and_then(|pair| u8::from_str_radix(pair, 16).ok()) {
            octets.push(octet);
            characters.nth(1);
        } else {
            let escaped = characters.next().filter(|next| SPECIAL.contains(next) || matches!(next, ' ' | '#' | '='));
            let escaped = escaped.ok_or("a backslash inside a value is written \\\\")?;
            octets.extend(escaped.encode_utf8(&mut [0; 4]).bytes());
        }
        kept = octets.len();
    }
    octets.truncate(kept);
    Ok(octets)
}

#[cfg(test)]
mod tests {
    use super::super::StringKind;
    use super::*;

    #[test]
    fn names_the_part_it_cannot_read() {
        for (text, part, cause) in [
            ("O=Contoso,Redmond", "Redmond", "is not KEY=value"),
            ("O=Contoso, Ltd", "Ltd", r"written \,"),
            ("XY=1", "XY=1", "no such attribute"),
            ("O=a,L= ", "L=", "no value"),
            ("1.2.3.4=#0C03666F6F", "1.2.3.4=#0C03666F6F", r"\#"),
            (r#"O=the "good" ones"#, r#"O=the "good" ones"#, r#"\""#),
            (r#"O="Contoso, Ltd"#, r#"O="Contoso, Ltd"#, r#"\""#),
            (r"O=a\", r"O=a\", r"written \\"),
            (r"O=a\0", r"O=a\0", r"written \\"),
        ] {
            let fault = DistinguishedName::parse(text).unwrap_err();
            assert!(fault.part == part && fault.cause.contains(cause), "{text}: {fault:?}");
        }
        assert!(DistinguishedName::parse("").unwrap().is_empty());
    }

    #[test]
    fn reads_quotes_and_numbers() {
        for (text, shown) in [
            (r#"O="Contoso, Ltd",C=US"#, r"O=Contoso\, Ltd, C=US"),
            (r#"O = " a + \"b\" " + L=c"#, r#"O=\ a \+ \"b\"\  + L=c"#),
            ("UID=a", "0.9.2342.19200300.100.1.1=a"),
        ] {
            assert_eq!(DistinguishedName::parse(text).unwrap().to_string(), shown);
        }
        let country = DistinguishedName::parse("1.3.6.1.4.1.311.60.2.1.3=DE").unwrap();
        assert_eq!(country.attributes().next().unwrap().string, StringKind::Printable);
    }
}
