//! Certificates for `localhost` in which nothing is odd but how one element is encoded.

mod spoilt_extensions;

use std::fs;

use aws_lc_rs::rand::SystemRandom;
use aws_lc_rs::signature::{ECDSA_P256_SHA256_ASN1_SIGNING, EcdsaKeyPair};

use super::openssl::Workshop;
use spoilt_extensions::{CONSTRAINTS, EXTENSIONS, KEY_USAGE, PURPOSES};

/// What is encoded in an odd way.
#[derive(Clone, Debug)]
pub(crate) enum Spoilt {
    Nothing,
    /// A relative name of the subject, before the common name.
    Subject(Vec<u8>),
    /// The same of the issuer, which is trusted.
    Issuer(Vec<u8>),
    /// The octets of the serial number.
    Serial(Vec<u8>),
    /// Both times, of this kind.
    Life(u8, &'static str, &'static str),
    /// The length of one element of the signed part, counted as they begin, takes an octet more than it needs.
    Length(usize),
    /// The tag of a field of the signed part, or of one within it.
    Tag(&'static [usize], u8),
    /// The value of an extension, after the octets of its identifier.
    Extension(&'static [u8], &'static [u8]),
}

/// Values of an organization: tag and octets.
const VALUES: &[(u8, &[u8])] = &[
    // UTF8String
    (12, "Contosö".as_bytes()),
    (12, "😀".as_bytes()),
    (12, b"a\0b"),
    (12, b""),
    (12, b"Contos\xf6"),
    (12, b"a\xc0\xaf"),
    (12, b"a\xed\xa0\x80"),
    (12, b"a\xf4\x90\x80\x80"),
    (12, b"Contos\xc3"),
    // BMPString
    (30, b"\0a\0b"),
    (30, b"\xff\xfe\0a"),
    (30, b"\0a\0"),
    (30, b"\xd8\0\0a"),
    (30, b"\xdc\0\0a"),
    (30, b"\xd8\x3d\xde\0"),
    // UniversalString
    (28, b"\0\0\0a"),
    (28, b"\0\0\0a\0"),
    (28, b"\0\0\xd8\0"),
    (28, b"\0\x11\0\0"),
    // PrintableString
    (19, b"Contoso"),
    (19, b"A&B"),
    (19, b"*A"),
    (19, b"A_B"),
    (19, b"A@B"),
    (19, b"A\xf6B"),
    (19, b"A\0B"),
    // IA5String, TeletexString
    (22, b"A_B"),
    (22, b"A\xf6"),
    (20, b"A\xf6"),
    // NumericString, VisibleString, GeneralString
    (18, b"123"),
    (26, b"abc"),
    (27, b"abc"),
    // What is no string.
    (2, b"\x05"),
    (5, b""),
    (1, b"\xff"),
    (4, b"abc"),
    (3, b"\0abc"),
    (6, b"\x55\x04\x03"),
    (0x30, b"\x0c\x01a"),
    (0x2c, b"\x0c\x01a"),
    (0x80, b"abc"),
    // A tag of two octets, and nothing in it.
    (0x7f, b"\0"),
];

const SERIALS: &[&[u8]] =
    &[b"", b"\0\0\0\x05", b"\0\x05", b"\0", b"\x80", b"\xff\x80", b"\xff", &[0x7f; 21], &[0x7f; 300]];

const LIVES: &[(u8, &str, &str)] = &[
    (24, "20250101000000Z", "20600101000000Z"),
    (24, "20250101000000Z", "20490101000000Z"),
    (24, "20250101000000.5Z", "20600101000000.123Z"),
    (24, "202501010000Z", "206001010000Z"),
    (24, "00010101000000Z", "99991231235959Z"),
    (24, "19700101000000Z", "99991231235959Z"),
    (23, "250101000000+0200", "490101000000-0500"),
    (23, "2501010000Z", "4901010000Z"),
    (23, "691231235959Z", "490101000000Z"),
    (23, "700101000000Z", "490101000000Z"),
];

/// Fields of the signed part, and tags that they must not have.
pub(crate) const WRONG_TAGS: &[(&[usize], &[u8])] = &[
    (&[], &[0xb0, 0x31]),
    // Version, serial number, algorithm.
    (&[0], &[0xa4]),
    (&[0, 0], &[0x82]),
    (&[1], &[0x82, 0x0a]),
    (&[2], &[0xb0, 0x31]),
    (&[2, 0], &[0x86]),
    // Issuer, life, subject.
    (&[3], &[0xb0, 0x31]),
    (&[4], &[0xb0, 0x31]),
    (&[4, 0], &[0x97, 0x13]),
    (&[4, 1], &[0x97]),
    (&[5], &[0xb0, 0x31]),
    // Key.
    (&[6], &[0xb0, 0x31]),
    (&[6, 0], &[0xb0]),
    (&[6, 0, 0], &[0x86]),
    (&[6, 0, 1], &[0x86]),
    (&[6, 1], &[0x83, 0x04]),
    // Extensions.
    (&[7], &[0xa4]),
    (&[7, 0], &[0xb0, 0x31]),
    (&[7, 0, 0], &[0xb0, 0x31]),
    (&[7, 0, 0, 0], &[0x86]),
    (&[7, 0, 0, 1], &[0x84, 0x0c]),
];

/// ecdsa-with-SHA256
const ALGORITHM: &[u8] = &[6, 8, 0x2a, 0x86, 0x48, 0xce, 0x3d, 4, 3, 2];

/// All that is tried.
pub(crate) fn cases() -> Vec<Spoilt> {
    let names = [
        element(0x31, b""),
        // No set, nothing in order, something after the value, no value.
        element(0x30, &organization(12, b"a")[2..]),
        element(0x31, &[&organization(19, b"b")[2..], &organization(19, b"a")[2..]].concat()),
        element(0x31, &element(0x30, b"\x06\x03\x55\x04\x0a\x0c\x01a\x0c\x01b")),
        element(0x31, &element(0x30, b"\x06\x03\x55\x04\x0a")),
    ];
    let values = || VALUES.iter().map(|(tag, value)| organization(*tag, value)).chain(names.clone());
    let serials = SERIALS.iter().map(|octets| Spoilt::Serial(octets.to_vec()));
    let lives = LIVES.iter().map(|(tag, first, last)| Spoilt::Life(*tag, first, last));
    let good = std::iter::once(Spoilt::Nothing);
    let extensions = EXTENSIONS.iter().map(|(kind, value)| Spoilt::Extension(kind, value));
    let lengths = (0..LENGTHS).map(Spoilt::Length);
    let tags = [Spoilt::Tag(&[5, 0], 0xb1), Spoilt::Tag(&[5, 0, 0], 0xb0), Spoilt::Tag(&[5, 0, 0], 0x31)];
    let others = extensions.chain(lengths).chain(tags);
    good.chain(others)
        .chain(values().map(Spoilt::Subject))
        .chain(values().map(Spoilt::Issuer))
        .chain(serials)
        .chain(lives)
        .collect()
}

/// A relative name: an organization with this value.
pub(crate) fn organization(tag: u8, value: &[u8]) -> Vec<u8> {
    attribute(10, tag, value)
}

fn attribute(kind: u8, tag: u8, value: &[u8]) -> Vec<u8> {
    element(0x31, &element(0x30, &[vec![6, 3, 0x55, 4, kind], element(tag, value)].concat()))
}

fn element(tag: u8, content: &[u8]) -> Vec<u8> {
    let length = u16::try_from(content.len()).unwrap().to_be_bytes();
    let header = match length {
        [0, short @ 0..0x80] => vec![tag, short],
        [0, long] => vec![tag, 0x81, long],
        [high, low] => vec![tag, 0x82, high, low],
    };
    [&header, content].concat()
}

/// Makes them.
pub(crate) struct Maker {
    signer: EcdsaKeyPair,
    root_key: Vec<u8>,
    leaf_key: Vec<u8>,
}

impl Maker {
    /// Makes the keys; that of the server is `leaf.der`.
    pub(crate) fn new(workshop: &Workshop) -> Self {
        for key in ["root", "leaf"] {
            workshop
                .run(&format!("genpkey -algorithm EC -pkeyopt ec_paramgen_curve:P-256 -outform DER -out {key}.der"));
            workshop.run(&format!("pkcs8 -topk8 -nocrypt -inform DER -in {key}.der -outform DER -out {key}.p8"));
        }
        let public = |key: &str| workshop.run(&format!("pkey -inform DER -in {key}.p8 -pubout -outform DER"));
        let secret = fs::read(workshop.file("root.p8")).unwrap();
        Self {
            signer: EcdsaKeyPair::from_pkcs8(&ECDSA_P256_SHA256_ASN1_SIGNING, &secret).unwrap(),
            root_key: public("root"),
            leaf_key: public("leaf"),
        }
    }

    /// A certificate, and the root above it.
    pub(crate) fn make(&self, spoilt: &Spoilt) -> [Vec<u8>; 2] {
        let (mut subject, mut issuer, mut serial) = (Vec::new(), Vec::new(), vec![0x11; 16]);
        let usual = [element(0x17, b"250101000000Z"), element(0x17, b"490101000000Z")].concat();
        let mut life = usual.clone();
        match spoilt {
            Spoilt::Nothing | Spoilt::Length(_) | Spoilt::Tag(..) | Spoilt::Extension(..) => {}
            Spoilt::Subject(rdn) => subject.clone_from(rdn),
            Spoilt::Issuer(rdn) => issuer.clone_from(rdn),
            Spoilt::Serial(octets) => serial.clone_from(octets),
            Spoilt::Life(tag, first, last) => {
                life = [element(*tag, first.as_bytes()), element(*tag, last.as_bytes())].concat();
            }
        }
        let (root, leaf) =
            (element(0x30, &[issuer, attribute(3, 12, b"Root")].concat()), attribute(3, 12, b"localhost"));
        let leaf = element(0x30, &[subject, leaf].concat());
        let critical = [1, 1, 0xff];
        let signs = [
            extension(CONSTRAINTS, &critical, &element(0x30, &critical)),
            extension(KEY_USAGE, &critical, &[3, 2, 1, 6]),
        ];
        let mut serves = vec![extension(&[0x55, 0x1d, 17], &[], &element(0x30, &element(0x82, b"localhost")))];
        match spoilt {
            Spoilt::Extension(kind, value) => serves.push(extension(kind, &[], value)),
            _ => serves.push(extension(PURPOSES, &[], &element(0x30, &[6, 8, 0x2b, 6, 1, 5, 5, 7, 3, 1]))),
        }
        let mut body = body(&serial, &root, &life, &leaf, &self.leaf_key, &serves);
        if let Spoilt::Length(place) = spoilt {
            body = lengthened(&body, &mut Some(*place));
        }
        if let Spoilt::Tag(path, tag) = spoilt {
            let place = header(&body, path);
            body[place] = *tag;
        }
        [self.signed(body), self.signed(self::body(&[1], &root, &usual, &root, &self.root_key, &signs))]
    }

    /// A request for `mail.contoso.com` with this relative name in its subject.
    pub(crate) fn request(&self, rdn: &[u8]) -> Vec<u8> {
        let subject = element(0x30, &[rdn, &attribute(3, 12, b"mail.contoso.com")].concat());
        self.signed(element(0x30, &[&[2, 1, 0], &*subject, &self.root_key, &[0xa0, 0]].concat()))
    }

    fn signed(&self, body: Vec<u8>) -> Vec<u8> {
        let signature = self.signer.sign(&SystemRandom::new(), &body).unwrap();
        element(0x30, &[body, element(0x30, ALGORITHM), element(3, &[&[0], signature.as_ref()].concat())].concat())
    }
}

/// What is signed of a certificate.
fn body(serial: &[u8], issuer: &[u8], life: &[u8], subject: &[u8], key: &[u8], extensions: &[Vec<u8>]) -> Vec<u8> {
    let algorithm = element(0x30, ALGORITHM);
    let version = element(0xa0, &[2, 1, 2]);
    let (serial, life) = (element(2, serial), element(0x30, life));
    let extensions = element(0xa3, &element(0x30, &extensions.concat()));
    let fields: [&[u8]; 8] = [&version, &serial, &algorithm, issuer, &life, subject, key, &extensions];
    element(0x30, &fields.concat())
}

/// As many elements as the signed part of a certificate has here, those in the values of extensions too.
const LENGTHS: usize = 43;

/// Where the element begins to which `path` leads, counted on each level.
fn header(der: &[u8], path: &[usize]) -> usize {
    let mut at = 0;
    for count in path {
        let content = |at: usize| at + 2 + usize::from(der[at + 1].saturating_sub(0x80));
        let length = |at: usize| match der[at + 1] {
            0x81 => usize::from(der[at + 2]),
            0x82 => usize::from(u16::from_be_bytes([der[at + 2], der[at + 3]])),
            short => usize::from(short),
        };
        at = content(at);
        (0..*count).for_each(|_| at = content(at) + length(at));
    }
    at
}

/// The same elements, but for one, to which it is counted down, whose length takes an octet more.
fn lengthened(der: &[u8], place: &mut Option<usize>) -> Vec<u8> {
    let mut out = Vec::new();
    let mut rest = der;
    while let [tag, length, after @ ..] = rest {
        let (length, after) = match (*length, after) {
            (0x81, [length, after @ ..]) => (usize::from(*length), after),
            (0x82, [high, low, after @ ..]) => (usize::from(u16::from_be_bytes([*high, *low])), after),
            (length, after) => (usize::from(length), after),
        };
        let is_it = *place == Some(0);
        *place = place.and_then(|place| place.checked_sub(1));
        let (content, next) = after.split_at(length);
        // Constructed, or the value of an extension.
        let has_elements = tag & 0x20 != 0 || *tag == 4;
        let content = if has_elements { lengthened(content, place) } else { content.to_vec() };
        let whole = element(*tag, &content);
        match whole[1] {
            _ if !is_it => out.extend(whole),
            0..=0x7f => out.extend([&[*tag, 0x81], &whole[1..]].concat()),
            octets => out.extend([&[*tag, octets + 1, 0], &whole[2..]].concat()),
        }
        rest = next;
    }
    out
}

fn extension(kind: &[u8], critical: &[u8], value: &[u8]) -> Vec<u8> {
    element(0x30, &[&element(6, kind), critical, &element(4, value)].concat())
}
