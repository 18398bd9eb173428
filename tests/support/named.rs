//! The names of a certificate that nobody has to sign.

use certfix::clients::{ALL, Fault, Message, compare, words};
use certfix::facts::{
    Attribute, AttributeKind, BasicConstraints, Curve, DistinguishedName, GeneralName, Identity, KeyKind, Names,
    PublicKey, SanExtension, StringKind, Target, Text,
};

/// A server certificate's identity with these DNS names in its SAN, which is absent where there are none.
pub(crate) fn identity(names: &[Vec<u8>], common_name: Option<&[u8]>) -> Identity {
    let attribute = |value: &[u8]| {
        vec![Attribute { kind: AttributeKind::CommonName, value: Text::new(value), string: StringKind::Utf8 }]
    };
    Identity {
        subject: DistinguishedName { rdns: common_name.map(attribute).into_iter().collect(), der: Box::default() },
        names: Names {
            entries: names.iter().map(|name| GeneralName::Dns(Text::new(name.as_slice()))).collect(),
            extension: if names.is_empty() { SanExtension::Absent } else { SanExtension::Present },
            is_followed: false,
        },
        key: PublicKey { spki: Box::default(), kind: KeyKind::Ec(Curve::P256) },
        key_usage: None,
        purposes: None,
        basic_constraints: Some(BasicConstraints { ca: false, path_length: None }),
    }
}

/// What every client model compares and says can be printed: nothing in it acts on a terminal.
pub(crate) fn ask_all(target: &Target, identity: &Identity) {
    for client in ALL {
        let shown = compare(&client.names, identity, target).compared.to_string();
        assert!(!shown.chars().any(char::is_control), "{}: {shown:?}", client.id);
        for fault in Fault::ALL {
            let said = words(client, *fault, target, identity, None);
            let said = said.as_ref().map(Message::text).unwrap_or_default();
            assert!(!said.chars().any(char::is_control), "{}: {said:?}", client.id);
        }
    }
}
