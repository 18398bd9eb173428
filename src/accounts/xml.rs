//! XML as a tree of bounded size and depth. Document types are passed over and no entity is expanded but the five that
//! XML has of its own (XML 1.0 §4.6), so that a small file cannot become a large tree.

use std::borrow::Cow;

use quick_xml::escape::resolve_xml_entity;
use quick_xml::events::{BytesStart, Event};
use quick_xml::{Reader, XmlVersion};

use super::Fault;
use crate::input::characters;

/// Account files nest ten deep.
const DEEPEST: usize = 64;

/// Elements of one file.
const MOST: usize = 100_000;

/// Attributes of one element.
const MOST_ATTRIBUTES: usize = 32;

/// One element.
#[derive(Debug, Default)]
pub(super) struct Element {
    /// Without the prefix of its namespace.
    pub(super) name: String,
    attributes: Vec<(String, String)>,
    text: String,
    pub(super) children: Vec<Self>,
}

impl Element {
    /// Its own text, trimmed.
    pub(super) fn text(&self) -> &str {
        self.text.trim()
    }

    /// True when it has this name. Exchange writes some of them in two ways.
    pub(super) fn is(&self, name: &str) -> bool {
        self.name.eq_ignore_ascii_case(name)
    }

    /// The first child of this name.
    pub(super) fn child(&self, name: &str) -> Option<&Self> {
        self.children.iter().find(|child| child.is(name))
    }

    /// The text of the first child of this name; empty when there is none.
    pub(super) fn value(&self, name: &str) -> &str {
        self.child(name).map(Self::text).unwrap_or_default()
    }

    /// An attribute; empty when there is none.
    pub(super) fn attribute(&self, name: &str) -> &str {
        let found = self.attributes.iter().find(|(key, _)| key.eq_ignore_ascii_case(name));
        found.map(|(_, value)| value.trim()).unwrap_or_default()
    }
}

/// The name of the outermost element, without its prefix.
pub(super) fn root(bytes: &[u8]) -> Option<String> {
    let text = characters(bytes);
    if !text.trim_start().starts_with('<') {
        return None;
    }
    let mut reader = Reader::from_str(text.trim_start());
    loop {
        match reader.read_event() {
            Ok(Event::Start(start) | Event::Empty(start)) => return Some(start.local_name().as_ref().to_owned()),
            Ok(Event::Eof) | Err(_) => return None,
            Ok(_) => {}
        }
    }
}

/// Reads the outermost element with everything in it.
pub(super) fn parse(bytes: &[u8]) -> Result<Element, Fault> {
    let text = characters(bytes);
    let mut reader = Reader::from_str(text.trim_start());
    // Elements that are open, the outermost first.
    let mut open: Vec<Element> = Vec::new();
    let mut count = 0;
    loop {
        let event = reader.read_event().map_err(|cause| Fault(format!("its XML is damaged: {cause}")))?;
        let closed = match event {
            Event::Start(start) => {
                open.push(element(&start));
                count += 1;
                None
            }
            Event::Empty(start) => {
                count += 1;
                Some(element(&start))
            }
            Event::End(_) => open.pop(),
            Event::Eof => return Err("its XML breaks off".into()),
            other => {
                if let (Some(inner), Some(piece)) = (open.last_mut(), piece(&other)) {
                    inner.text.push_str(&piece);
                }
                None
            }
        };
        if open.len() > DEEPEST {
            return Err(Fault(format!("its XML is nested deeper than {DEEPEST}")));
        }
        if count > MOST {
            return Err(Fault(format!("its XML has more than {MOST} elements")));
        }
        match (closed, open.last_mut()) {
            (Some(closed), Some(outer)) => outer.children.push(closed),
            (Some(closed), None) => return Ok(closed),
            (None, _) => {}
        }
    }
}

fn element(start: &BytesStart<'_>) -> Element {
    let mut attributes = start.attributes();
    let attributes = attributes.with_checks(false).flatten().take(MOST_ATTRIBUTES).filter_map(|attribute| {
        let value = attribute.normalized_value(XmlVersion::Implicit1_0).ok()?;
        Some((attribute.key.local_name().as_ref().to_owned(), value.into_owned()))
    });
    let attributes = attributes.collect();
    Element { name: start.local_name().as_ref().to_owned(), attributes, ..Element::default() }
}

/// What an event adds to the text around it. An entity that is not XML's own stays as it is written.
fn piece<'a>(event: &'a Event<'_>) -> Option<Cow<'a, str>> {
    match event {
        Event::Text(text) => Some(Cow::Borrowed(text)),
        Event::CData(text) => Some(Cow::Borrowed(text)),
        Event::GeneralRef(reference) => Some(match reference.resolve_char_ref() {
            Ok(Some(character)) => Cow::Owned(character.to_string()),
            _ => match resolve_xml_entity(reference) {
                Some(own) => Cow::Borrowed(own),
                None => Cow::Owned(format!("&{};", &**reference)),
            },
        }),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn fault(text: &str) -> String {
        parse(text.as_bytes()).unwrap_err().0
    }

    #[test]
    fn reads_elements_attributes_and_text_in_any_encoding() {
        let document =
            "<?xml version='1.0'?><!-- x --><a:r><b t=' &lt;x '>k&#246;ln &amp; <![CDATA[<c>]]></b><B/></a:r>";
        let utf16: Vec<u8> = document.encode_utf16().flat_map(u16::to_be_bytes).collect();
        let marked = [b"\xef\xbb\xbf", document.as_bytes()].concat();
        for bytes in [document.as_bytes(), &utf16, &marked] {
            let root = parse(bytes).unwrap();
            assert_eq!((&*root.name, root.children.len()), ("r", 2));
            assert_eq!((root.value("b"), root.child("b").unwrap().attribute("t")), ("köln & <c>", "<x"));
        }
        assert_eq!(parse(b"<a>b\xfccher</a>").unwrap().text(), "bücher");
    }

    #[test]
    fn expands_no_entity_but_xmls_own() {
        let bomb = "<!DOCTYPE a [<!ENTITY b 'lol'><!ENTITY c '&b;&b;&b;'>]><a x='&c;'>&c;</a>";
        assert_eq!(parse(bomb.as_bytes()).unwrap().text(), "&c;");
    }

    #[test]
    fn ends_where_there_is_too_much() {
        assert_eq!(fault(&"<a>".repeat(10_000)), "its XML is nested deeper than 64");
        assert_eq!(fault(&format!("<a>{}</a>", "<b/>".repeat(100_001))), "its XML has more than 100000 elements");
        assert_eq!(fault("<a><b>"), "its XML breaks off");
        assert!(fault("<a></b>").starts_with("its XML is damaged: "));
    }

    #[test]
    fn names_the_outermost_element() {
        assert_eq!(root(b" \n<!DOCTYPE plist><plist version='1.0'>").as_deref(), Some("plist"));
        for other in [&b""[..], b"plist", b"<", b"<!-- plist"] {
            assert_eq!(root(other), None);
        }
    }
}
