//! Apple's property lists, in XML and binary, as values of bounded size and depth. A profile is read by names alone, so
//! dates, data and the like are passed over.

use super::Fault;
use super::binary_plist;
use super::xml::{self, Element};

/// A value of a property list.
#[derive(Debug, PartialEq)]
pub(super) enum Value {
    Dictionary(Vec<(String, Self)>),
    Array(Vec<Self>),
    Text(String),
    Number(u64),
    Boolean(bool),
    /// Anything else.
    Other,
}

impl Value {
    /// The value of a key.
    pub(super) fn at(&self, key: &str) -> Option<&Self> {
        let Self::Dictionary(entries) = self else { return None };
        entries.iter().find(|(name, _)| name == key).map(|(_, value)| value)
    }

    /// The text at a key; empty when there is none.
    pub(super) fn text_at(&self, key: &str) -> &str {
        match self.at(key) {
            Some(Self::Text(text)) => text.trim(),
            _ => "",
        }
    }

    /// The number at a key, also when it is written as text, in digits.
    pub(super) fn number_at(&self, key: &str) -> String {
        match self.at(key) {
            Some(Self::Number(number)) => number.to_string(),
            Some(Self::Text(text)) => text.clone(),
            _ => String::new(),
        }
    }

    /// Whether a key is true, also when it is written as a number.
    pub(super) fn is_true(&self, key: &str) -> Option<bool> {
        match self.at(key)? {
            Self::Boolean(value) => Some(*value),
            Self::Number(number) => Some(*number != 0),
            _ => None,
        }
    }
}

/// True when these bytes begin like a property list.
pub(super) fn fits(bytes: &[u8]) -> bool {
    binary_plist::fits(bytes) || xml::root(bytes).is_some_and(|root| root.eq_ignore_ascii_case("plist"))
}

/// Reads the outermost value.
pub(super) fn parse(bytes: &[u8]) -> Result<Value, Fault> {
    if binary_plist::fits(bytes) {
        return binary_plist::parse(bytes);
    }
    let root = xml::parse(bytes)?;
    root.children.first().map(value).ok_or_else(|| "its property list is empty".into())
}

fn value(element: &Element) -> Value {
    match &*element.name {
        "dict" => Value::Dictionary(entries(&element.children)),
        "array" => Value::Array(element.children.iter().map(value).collect()),
        "string" => Value::Text(element.text().to_owned()),
        "integer" => element.text().parse().map_or(Value::Other, Value::Number),
        "real" => element.text().trim().parse().ok().and_then(whole).map_or(Value::Other, Value::Number),
        "true" => Value::Boolean(true),
        "false" => Value::Boolean(false),
        _ => Value::Other,
    }
}

/// A real number that is a whole one, as programs write ports that know no other numbers.
pub(super) fn whole(real: f64) -> Option<u64> {
    (real.fract() == 0.0 && (0.0..=f64::from(u32::MAX)).contains(&real)).then_some(real as u64)
}

/// Keys, each with the value that follows it.
fn entries(children: &[Element]) -> Vec<(String, Value)> {
    let pairs = children.windows(2).filter(|pair| pair[0].name == "key" && pair[1].name != "key");
    pairs.map(|pair| (pair[0].text().to_owned(), value(&pair[1]))).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn reads_the_values_that_profiles_are_made_of() {
        let text = "<plist><dict><key>a</key><string> x </string><key>lost</key><key>b</key><integer>993</integer>\
                    <key>c</key><true/><key>d</key><array><false/><data>AA==</data></array></dict></plist>";
        let plist = parse(text.as_bytes()).unwrap();
        assert_eq!((plist.text_at("a"), &*plist.number_at("b"), plist.is_true("c")), ("x", "993", Some(true)));
        assert_eq!(plist.at("d"), Some(&Value::Array(vec![Value::Boolean(false), Value::Other])));
        assert_eq!((plist.at("lost"), plist.is_true("a")), (None, None));
    }

    #[test]
    fn takes_whole_numbers_that_are_written_as_real_ones() {
        for (real, expected) in [
            ("993", Value::Number(993)),
            ("993.0", Value::Number(993)),
            ("9.93e2", Value::Number(993)),
            ("993.5", Value::Other),
            ("-1", Value::Other),
            ("1e300", Value::Other),
            ("NaN", Value::Other),
            ("", Value::Other),
        ] {
            let text = format!("<plist><real>{real}</real></plist>");
            assert_eq!(parse(text.as_bytes()).unwrap(), expected, "{real}");
        }
    }

    #[test]
    fn reads_no_deeper_than_it_can_end() {
        let deep = format!("<plist>{}", "<array>".repeat(10_000));
        assert_eq!(parse(deep.as_bytes()).unwrap_err().0, "its XML is nested deeper than 64");
    }
}
