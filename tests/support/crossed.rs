//! Chains in which CAs have several certificates, one name, identifiers that do not fit or keys of other kinds.

#[path = "limits.rs"]
mod limits;
#[path = "namesakes.rs"]
mod namesakes;

use std::fs;

use super::made::{AUTHORITY, Case, GOOD, Issuer, LEAF, OLD, OWN_KEY, SERVER, SIGNS, USAGE, certify};
use super::openssl::Workshop;

/// What a server sends besides its own certificate, and what is trusted.
const CHAINS: &[(&[&str], &[&str])] = &[
    (&["crossed", "between"], &["root"]),
    (&["between", "crossed"], &["root"]),
    (&["ended", "between"], &["root"]),
    (&["early", "between"], &["root"]),
    (&["between", "ended"], &["root"]),
    (&["unfit", "between"], &["root"]),
    (&["ended-crossed", "between"], &["root"]),
    (&["crossed", "other", "between"], &["root"]),
    (&["crossed"], &["root", "between"]),
    (&["crossed", "between"], &["root", "between"]),
    (&["crossed", "between"], &["between"]),
    (&["crossed", "between"], &["root", "ended-other"]),
    (&["crossed", "between"], &["root", "other"]),
    (&["ended-crossed", "crossed", "between"], &["root"]),
    (&["between", "crossed-root"], &["root"]),
    (&["wrong-between", "between"], &["root"]),
    (&["between", "wrong-between"], &["root"]),
    (&["wrong-unfit", "between"], &["root"]),
    (&["wrong-between", "crossed", "between"], &["root"]),
    (&["between", "crossed-root"], &["other"]),
    (&["crossed-root", "between"], &["other"]),
    (&["crossed-root", "between", "crossed-root"], &["other"]),
    (&["ended-other", "between"], &["root"]),
    // A CA with a new key, which its old one signed.
    (&["renewed", "older"], &["root"]),
    (&["renewed"], &["root", "older"]),
    (&["renewed"], &["root"]),
    (&["between"], &["wrong-root", "root"]),
    (&["between"], &["root", "wrong-root"]),
];

/// How else the name of the good CA is written, and that of its root: what the files are called, `string_mask` and the value.
const REWRITTEN: &[(&str, &str, &str)] = &[
    ("printable", "MASK:0x2", ""),
    ("upper", "utf8only", "upper"),
    ("spaced", "utf8only", " "),
    ("teletex", "MASK:0x4", ""),
    ("ia5", "MASK:0x10", ""),
    ("bmp", "MASK:0x800", ""),
];

const OTHER_KEY: &str = "2.5.29.35=DER:3006800478787878";
const OTHER_SERIAL: &str = "2.5.29.35=DER:3018a113a411300f310d300b06035504030c04526f6f74820105";

/// The same of a CA below a root.
const BELOW_ROOT: &[&[&str]] = &[&[AUTHORITY, SIGNS, OTHER_KEY], &[AUTHORITY, SIGNS, OTHER_SERIAL]];

/// What the authorityKeyIdentifier says: another key, another serial number, another issuer, and the right ones.
const IDENTIFIERS: &[&str] = &[
    OTHER_KEY,
    OTHER_SERIAL,
    "2.5.29.35=DER:3018a113a411300f310d300b06035504030c04526f6f73820105",
    "authorityKeyIdentifier=issuer:always",
    "authorityKeyIdentifier=keyid:always",
    "authorityKeyIdentifier=keyid:always,issuer:always",
];

/// Each of them.
pub(crate) fn cases() -> Vec<Case> {
    let chains = CHAINS.iter().map(|(sent, held)| Case { issuer: Issuer::Crossed(sent, held), ..GOOD });
    let identifiers = IDENTIFIERS.iter().flat_map(|identifier| {
        let between = Issuer::BetweenWith(&[AUTHORITY, SIGNS, "subjectKeyIdentifier=hash"]);
        [Issuer::Root, between].map(|issuer| {
            let extensions = vec![USAGE, SERVER, LEAF, *identifier].leak();
            Case { issuer, extensions, ..GOOD }
        })
    });
    let above = BELOW_ROOT.iter().map(|extensions| Case { issuer: Issuer::BetweenWith(extensions), ..GOOD });
    chains
        .chain(identifiers)
        .chain(above)
        .chain(other_keys())
        .chain(rewritten())
        .chain(limits::cases())
        .chain(namesakes::cases())
        .collect()
}

/// A CA with a key of another kind between the good one and the root, and as the root.
fn other_keys() -> impl Iterator<Item = Case> {
    OTHER_KEYS.iter().flat_map(|(kind, _)| {
        let files = |names: &[&str]| -> &'static [&'static str] {
            let named = names.iter().map(|name| &*format!("{kind}-{name}").leak());
            named.collect::<Vec<_>>().leak()
        };
        let between = Issuer::Crossed(files(&["below", "ca"]), &["root"]);
        [between, Issuer::Crossed(files(&["below"]), files(&["root"]))].map(|issuer| Case { issuer, ..GOOD })
    })
}

fn rewritten() -> impl Iterator<Item = Case> {
    REWRITTEN.iter().flat_map(|(file, ..)| {
        let only = |name: String| -> &'static [&'static str] { vec![&*name.leak()].leak() };
        let (between, root) = (only(format!("{file}-between")), only(format!("{file}-root")));
        [(between, &["root"][..]), (&["between"], root)]
            .map(|(sent, held)| Case { issuer: Issuer::Crossed(sent, held), ..GOOD })
    })
}

/// The certificates that these chains are made of, beside the good root and the good CA.
pub(crate) fn authorities(workshop: &Workshop) {
    crossed(workshop);
    of_other_keys(workshop);
    otherwise_written(workshop);
}

/// More certificates of the good CA and its root, and of others with their names.
fn crossed(workshop: &Workshop) {
    for name in ["other", "wrong"] {
        workshop.run(&format!("genpkey -algorithm RSA -pkeyopt rsa_keygen_bits:2048 -out {name}.key"));
    }
    fs::copy(workshop.file("wrong.key"), workshop.file("older.key")).unwrap();
    let whole: &[&str] = &[AUTHORITY, SIGNS];
    for (file, key, name, signer, days, extensions) in [
        ("other", "other", "Other", "other", (-1, 800), whole),
        ("ended-other", "other", "Other", "other", OLD, whole),
        ("wrong-root", "wrong", "Root", "wrong", (-1, 800), whole),
        ("crossed-root", "root", "Root", "other", (-1, 800), whole),
        ("crossed", "between", "between", "other", (-1, 800), whole),
        ("ended-crossed", "between", "between", "other", OLD, whole),
        ("ended", "between", "between", "root", OLD, whole),
        ("early", "between", "between", "root", (100, 400), whole),
        ("unfit", "between", "between", "root", (-1, 800), &[AUTHORITY, "keyUsage=digitalSignature"]),
        ("wrong-between", "wrong", "between", "root", (-1, 800), whole),
        ("wrong-unfit", "wrong", "between", "root", (-1, 800), &[LEAF]),
        ("older", "wrong", "between", "root", (-1, 800), &[AUTHORITY, SIGNS, OWN_KEY]),
        (
            "renewed",
            "between",
            "between",
            "older",
            (-1, 800),
            &[AUTHORITY, SIGNS, OWN_KEY, "authorityKeyIdentifier=keyid:always"],
        ),
    ] {
        let signer = match key == signer {
            true => format!("-selfsign -keyfile {key}.key"),
            false => format!("-cert {signer}.pem -keyfile {signer}.key"),
        };
        let request = format!("-key {key}.key -subj /CN={name}");
        certify(workshop, &request, "sha256", &signer, days, extensions, &format!("{file}.pem"));
    }
}

/// Keys of CAs beside RSA and the usual curves: their names, and what `openssl genpkey` calls them.
const OTHER_KEYS: &[(&str, &str)] = &[
    ("brainpool", "EC -pkeyopt ec_paramgen_curve:brainpoolP256r1"),
    ("secp256k1", "EC -pkeyopt ec_paramgen_curve:secp256k1"),
    ("p224", "EC -pkeyopt ec_paramgen_curve:P-224"),
    ("ed25519", "ed25519"),
    ("ed448", "ed448"),
    ("pss", "RSA-PSS"),
];

/// A root with each of these keys, a CA with it that the good root signed, and the good CA below both.
fn of_other_keys(workshop: &Workshop) {
    for (kind, algorithm) in OTHER_KEYS {
        workshop.run(&format!("genpkey -algorithm {algorithm} -out {kind}.key"));
        for (file, key, name, digest, signer) in [
            ("root", kind, *kind, "default", format!("-selfsign -keyfile {kind}.key")),
            ("ca", kind, kind, "sha256", "-cert root.pem -keyfile root.key".to_owned()),
            ("below", &"between", "between", "default", format!("-cert {kind}-ca.pem -keyfile {kind}.key")),
        ] {
            let above = if file == "below" { "authorityKeyIdentifier=keyid:always" } else { "" };
            let (request, extensions) =
                (format!("-key {key}.key -subj /CN={name}"), [AUTHORITY, SIGNS, OWN_KEY, above]);
            certify(workshop, &request, digest, &signer, (-1, 800), &extensions, &format!("{kind}-{file}.pem"));
        }
    }
}

/// The good CA and the good root, with their keys, and their names written otherwise.
fn otherwise_written(workshop: &Workshop) {
    for (file, mask, change) in REWRITTEN {
        for (key, name, signer) in [
            ("between", "between", "-cert root.pem -keyfile root.key"),
            ("root", "Root", "-selfsign -keyfile root.key"),
        ] {
            let name = match *change {
                "upper" => name.to_uppercase(),
                before => format!("{before}{name}"),
            };
            let text = format!("[req]\nprompt=no\ndistinguished_name=d\nstring_mask={mask}\n[d]\nCN=\"{name}\"\n");
            fs::write(workshop.file("name.cnf"), text).unwrap();
            let (request, file) = (format!("-key {key}.key -config name.cnf"), format!("{file}-{key}.pem"));
            certify(workshop, &request, "sha256", signer, (-1, 800), &[AUTHORITY, SIGNS], &file);
        }
    }
}
