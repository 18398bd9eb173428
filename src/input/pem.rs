//! PEM (RFC 7468) with text around it, and base64 without any frame. Clean blocks are read straight from the text; only
//! when something is not as it should be does `repair` look at it line by line.

use zeroize::Zeroizing;

use super::{Fault, Finds, Format, Layer, base64, foreign, legacy_pem_key, object_format};
use super::{claim, repair};

/// Any number of blocks.
pub(super) const FORMAT: Format = Format { name: "PEM", layer: Layer::Text, fits, read };

/// An object in base64 and nothing around it, as web forms hand it out.
pub(super) const BARE_BASE64: Format =
    Format { name: "base64 without BEGIN and END", layer: Layer::Text, fits: fits_bare, read: read_bare };

/// One block.
pub(super) struct Block {
    /// The label as it should be.
    pub(super) label: String,
    /// The line that BEGIN stands on, from 1.
    pub(super) line: usize,
    /// The value of the DEK-Info header.
    pub(super) dek_info: Option<String>,
    /// What the base64 says, or why it says nothing.
    pub(super) content: Result<Zeroizing<Vec<u8>>, String>,
    /// Whether the base64, as far as it can be read, is a DER object or its beginning.
    pub(super) resembles_der: bool,
}

fn fits(text: &[u8]) -> bool {
    memchr::memmem::find(text, b"BEGIN").is_some() || repair::looks_like_pem(text)
}

fn read(text: &[u8], finds: &mut Finds<'_>) -> Result<(), Fault> {
    let blocks = clean_blocks(text).unwrap_or_else(|| {
        let (blocks, notes) = repair::blocks(text);
        notes.into_iter().for_each(|note| finds.repaired(note));
        blocks
    });
    if blocks.is_empty() {
        return Err(Fault::Unreadable(foreign::cause(text)));
    }
    // A text about certificates may show a part of one.
    let is_quoted = blocks[0].line > 1;
    for (index, block) in blocks.into_iter().enumerate() {
        let place = format_args!("block {} ({}, line {})", index + 1, block.label, block.line).to_string();
        let outcome = match block.content {
            Err(cause) => Err(Fault::Unreadable(cause)),
            Ok(content) => read_block(&block.label, block.dek_info.as_deref(), &content, &place, finds),
        };
        match outcome {
            Err(Fault::Unreadable(cause)) => {
                let cause = format!("{place}: {cause}");
                if claim::is_made_by_label(&block.label)
                    && (block.resembles_der && !is_quoted || claim::is_ours_by_name(&finds.evidence.source))
                {
                    finds.evidence.damaged.get_or_insert_with(|| cause.clone());
                }
                finds.ignore(cause);
            }
            other => other?,
        }
    }
    Ok(())
}

fn read_block(
    label: &str,
    dek_info: Option<&str>,
    content: &[u8],
    place: &str,
    finds: &mut Finds<'_>,
) -> Result<(), Fault> {
    match (label, dek_info) {
        // OpenSSL writes the curve in front of the key, which names it again.
        ("EC PARAMETERS", _) => return Ok(()),
        ("X509 CRL", _) => finds.ignore(format!("{place} holds a revocation list")),
        ("PUBLIC KEY" | "RSA PUBLIC KEY", _) => finds.ignore(format!("{place} holds a public key")),
        (OPENSSH, _) => finds.ignore(format!(
            "{place} is of OpenSSH's own format; 'ssh-keygen -p -m PEM -f COPY' turns a copy of an RSA or ECDSA key into PEM"
        )),
        (_, Some(dek_info)) => return legacy_pem_key::read(dek_info, content, finds),
        (label, None) if READABLE.contains(&label) => return finds.read_objects(content),
        (_, None) => match object_format(content) {
            Some(format) if !PASSED_OVER.contains(&label) => {
                finds.read_objects(content)?;
                finds.repaired(format!("{place}: read as the {} that it holds", format.name));
            }
            _ => finds.ignore(format!("{place} is passed over")),
        },
    }
    Ok(())
}

/// Labels whose content is read (RFC 7468, and what OpenSSL writes).
pub(super) const READABLE: &[&str] = &[
    "CERTIFICATE",
    "X509 CERTIFICATE",
    "X.509 CERTIFICATE",
    "TRUSTED CERTIFICATE",
    "CERTIFICATE REQUEST",
    "NEW CERTIFICATE REQUEST",
    "PKCS7",
    "CERTIFICATE CHAIN",
    "CMS",
    "PKCS12",
    "PRIVATE KEY",
    "ENCRYPTED PRIVATE KEY",
    "RSA PRIVATE KEY",
    "EC PRIVATE KEY",
    "DSA PRIVATE KEY",
];

/// Labels that are known and passed over.
pub(super) const PASSED_OVER: &[&str] = &[
    "X509 CRL",
    "PUBLIC KEY",
    "RSA PUBLIC KEY",
    "EC PARAMETERS",
    "DH PARAMETERS",
    "DSA PARAMETERS",
    "ATTRIBUTE CERTIFICATE",
    OPENSSH,
];

const OPENSSH: &str = "OPENSSH PRIVATE KEY";

/// The blocks, when every one is written as RFC 7468 has it; otherwise `None`.
fn clean_blocks(text: &[u8]) -> Option<Vec<Block>> {
    let mut blocks = Vec::new();
    let mut at = 0;
    let mut line = 1;
    while let Some(found) = memchr::memmem::find(&text[at..], b"BEGIN") {
        let begin = at + found;
        let start = begin.checked_sub(5)?;
        let dashes = &text[start..begin] == b"-----" && (start == 0 || matches!(text[start - 1], b'\n' | b'\r'));
        let rest = text[begin..].strip_prefix(b"BEGIN ")?;
        let (label, body) = split_at(rest, b"-----")?;
        let (body, end) = split_at(body, b"-----")?;
        let (body, after) = (body, end.strip_prefix(b"END ")?.strip_prefix(label)?.strip_prefix(b"-----")?);
        let ends = after.first().is_none_or(|byte| matches!(byte, b'\r' | b'\n'));
        let framed = body.first().is_some_and(|byte| matches!(byte, b'\r' | b'\n'))
            && body.last().is_some_and(|byte| matches!(byte, b'\r' | b'\n'));
        if !(dashes && ends && framed) {
            return None;
        }
        let label = std::str::from_utf8(label).ok().filter(|label| is_known(label))?;
        let (dek_info, base64) = headers(body)?;
        if has_blank_line(base64) {
            return None;
        }
        line += memchr::memchr_iter(b'\n', &text[at..begin]).count();
        let content = base64::strict(base64)?;
        let resembles_der = claim::is_made_by_content(&content);
        blocks.push(Block { label: label.to_owned(), line, dek_info, content: Ok(content), resembles_der });
        let next = text.len() - after.len();
        line += memchr::memchr_iter(b'\n', &text[begin..next]).count();
        at = next;
    }
    let tail = memchr::memmem::find(&text[at..], b"----").is_none();
    (!blocks.is_empty() && tail).then_some(blocks)
}

pub(super) fn is_known(label: &str) -> bool {
    READABLE.contains(&label) || PASSED_OVER.contains(&label)
}

fn split_at<'a>(text: &'a [u8], mark: &[u8]) -> Option<(&'a [u8], &'a [u8])> {
    let at = memchr::memmem::find(text, mark)?;
    Some((&text[..at], &text[at + mark.len()..]))
}

/// True for an empty line anywhere in the base64.
fn has_blank_line(base64: &[u8]) -> bool {
    [&b"\n\n"[..], b"\n\r\n", b"\r\r"].iter().any(|blank| memchr::memmem::find(base64, blank).is_some())
}

/// The DEK-Info header, and what follows the headers (RFC 1421 §4.4).
fn headers(body: &[u8]) -> Option<(Option<String>, &[u8])> {
    if memchr::memchr(b':', body).is_none() {
        return Some((None, body));
    }
    let text = std::str::from_utf8(body).ok()?;
    let blank = ["\r\n\r\n", "\n\n", "\r\r"];
    let (at, length) = blank.iter().filter_map(|blank| Some((text.find(blank)?, blank.len()))).min()?;
    let value = text[..at].lines().find_map(|line| line.strip_prefix("DEK-Info:"));
    Some((value.map(|value| value.trim().to_owned()), &body[at + length..]))
}

fn fits_bare(text: &[u8]) -> bool {
    bare(text).is_some_and(|der| object_format(&der).is_some())
}

fn read_bare(text: &[u8], finds: &mut Finds<'_>) -> Result<(), Fault> {
    finds.read_objects(&bare(text).unwrap_or_default())
}

fn bare(text: &[u8]) -> Option<Zeroizing<Vec<u8>>> {
    // Every DER object begins with 0x30, and that with an M.
    let text = text.trim_ascii();
    if text.first() != Some(&b'M') {
        return None;
    }
    let mut packed = Zeroizing::new(Vec::with_capacity(text.len()));
    packed.extend(text.iter().filter(|byte| !byte.is_ascii_whitespace()));
    base64::strict(&packed)
}
