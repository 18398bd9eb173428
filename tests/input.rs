//! What the `openssl` command writes is read: keys of every kind and encryption, PKCS#12, PKCS#7, encodings of text.

#![allow(clippy::unwrap_used, reason = "a test that cannot go on has failed")]

mod support;

use std::fs;

use certfix::Error;
use certfix::facts::{Evidence, KeyEntry};
use certfix::input::{Password, read_file};
use support::openssl::Workshop;
use support::processor;

fn password(text: &str) -> Option<Password> {
    Some(Password::new(text.to_owned()))
}

fn read(workshop: &Workshop, file: &str, given: Option<&str>) -> Result<Evidence, Error> {
    read_file(&workshop.file(file), given.and_then(password).as_ref())
}

/// `key.pem` (PKCS#8) and `cert.pem` for it.
fn made(kind: &str) -> Workshop {
    let workshop = Workshop::new();
    workshop.run(&format!("genpkey {kind} -out key.pem"));
    workshop.run("req -new -x509 -key key.pem -subj /CN=mail.contoso.com -out cert.pem");
    workshop
}

const EC: &str = "-algorithm EC -pkeyopt ec_paramgen_curve:P-256";
const KINDS: &[&str] = &[
    "-algorithm RSA -pkeyopt rsa_keygen_bits:1024",
    "-algorithm RSA -pkeyopt rsa_keygen_bits:2048",
    EC,
    "-algorithm EC -pkeyopt ec_paramgen_curve:P-384",
    "-algorithm EC -pkeyopt ec_paramgen_curve:P-521",
    "-algorithm ED25519",
];

/// Asserts that `file` holds one key that can be used, and that it belongs to `cert.pem`.
fn assert_fits(workshop: &Workshop, file: &str, given: Option<&str>) {
    let certificate = read(workshop, "cert.pem", None).unwrap().certificates.remove(0);
    let evidence = read(workshop, file, given).unwrap_or_else(|error| panic!("{file}: {error}"));
    let keys: Vec<_> = evidence.open_keys().collect();
    assert_eq!(keys.len(), 1, "{file}");
    assert_eq!(keys[0].public, certificate.identity.key, "{file}");
}

#[test]
fn keys_in_the_clear_belong_to_their_certificates() {
    for kind in KINDS {
        let workshop = made(kind);
        assert_fits(&workshop, "key.pem", None);
        workshop.run("pkey -in key.pem -outform DER -out key.der");
        assert_fits(&workshop, "key.der", None);
        if !kind.contains("ED25519") {
            workshop.run("pkey -in key.pem -traditional -out traditional.pem");
            assert_fits(&workshop, "traditional.pem", None);
        }
    }
}

#[test]
fn a_key_behind_ec_parameters_is_read() {
    let workshop = Workshop::new();
    workshop.run("ecparam -name prime256v1 -genkey -out key.pem");
    workshop.run("req -new -x509 -key key.pem -subj /CN=mail.contoso.com -out cert.pem");
    assert_fits(&workshop, "key.pem", None);
}

#[test]
fn a_key_derivation_that_cannot_be_is_no_panic() {
    let workshop = made(EC);
    workshop.run("pkcs8 -topk8 -scrypt -scrypt_N 64 -in key.pem -outform DER -out locked.der -passout pass:s3cret");
    assert_fits(&workshop, "locked.der", Some("s3cret"));
    let der = std::fs::read(workshop.file("locked.der")).unwrap();
    let cost = der.windows(3).position(|octets| octets == [2, 1, 64]).unwrap() + 2;
    // RFC 7914 §2: a power of two, larger than 1.
    for wrong in [0, 1, 3, 65] {
        let mut der = der.clone();
        der[cost] = wrong;
        std::fs::write(workshop.file("wrong.der"), der).unwrap();
        assert!(read(&workshop, "wrong.der", Some("s3cret")).is_err(), "{wrong}");
    }
}

#[test]
fn encrypted_keys_open_with_their_password_only() {
    let workshop = made("-algorithm RSA -pkeyopt rsa_keygen_bits:1024");
    for (index, scheme) in [
        "pkcs8 -topk8 -v2 aes-256-cbc",
        "pkcs8 -topk8 -v2 aes-128-cbc -v2prf hmacWithSHA512",
        "pkcs8 -topk8 -v2 aes-192-cbc -v2prf hmacWithSHA1",
        "pkcs8 -topk8 -v2 des3",
        "pkcs8 -topk8 -scrypt",
        "pkcs8 -topk8 -v1 PBE-SHA1-3DES",
        "pkcs8 -topk8 -v1 PBE-SHA1-2DES",
        "pkcs8 -topk8 -v1 PBE-SHA1-RC2-40 -provider legacy -provider default",
        "pkcs8 -topk8 -v1 PBE-MD5-DES -provider legacy -provider default",
        "pkey -traditional -des3",
        "pkey -traditional -aes128",
        "pkey -traditional -aes192",
        "pkey -traditional -aes256",
        "pkey -traditional -des-cbc -provider legacy -provider default",
    ]
    .into_iter()
    .enumerate()
    {
        let file = format!("locked{index}.pem");
        workshop.run(&format!("{scheme} -in key.pem -out {file} -passout pass:s3cret"));
        assert_fits(&workshop, &file, Some("s3cret"));
        let locked = read(&workshop, &file, None).unwrap();
        assert!(matches!(locked.keys[..], [KeyEntry::Locked]), "{scheme}");
        assert!(matches!(read(&workshop, &file, Some("wrong")), Err(Error::WrongPassword { .. })), "{scheme}");
    }
}

#[test]
fn a_certificate_beside_a_locked_key_is_read() {
    let workshop = made(EC);
    let locked = workshop.run("pkey -in key.pem -aes256 -passout pass:s3cret");
    let certificate = fs::read(workshop.file("cert.pem")).unwrap();
    fs::write(workshop.file("both.pem"), [locked, certificate].concat()).unwrap();
    let evidence = read(&workshop, "both.pem", None).unwrap();
    assert_eq!((evidence.certificates.len(), evidence.keys.len()), (1, 1));
    assert_fits(&workshop, "both.pem", Some("s3cret"));
}

#[test]
fn pkcs12_opens_with_its_password_only() {
    let workshop = made(EC);
    for (index, scheme) in [
        "",
        " -legacy",
        " -keypbe PBE-SHA1-3DES -certpbe PBE-SHA1-3DES -macalg sha1",
        " -certpbe AES-128-CBC -keypbe AES-128-CBC -macalg sha512",
        " -nomac",
        " -certpbe NONE",
    ]
    .into_iter()
    .enumerate()
    {
        for given in ["s3cret", "", "pässwört"] {
            let file = format!("{index}{}.pfx", given.len());
            let made = format!("pkcs12 -export -inkey key.pem -in cert.pem -out {file} -passout pass:{given}{scheme}");
            workshop.run(&made);
            assert_fits(&workshop, &file, Some(given));
            if given.is_empty() {
                assert_fits(&workshop, &file, None);
                continue;
            }
            assert!(matches!(read(&workshop, &file, Some("wrong")), Err(Error::WrongPassword { .. })), "{made}");
            match read(&workshop, &file, None) {
                Err(Error::NeedsPassword { .. }) => assert!(!scheme.contains("NONE"), "{made}"),
                Ok(evidence) => assert!(matches!(evidence.keys[..], [KeyEntry::Locked]), "{made}"),
                Err(error) => panic!("{made}: {error}"),
            }
        }
    }
}

/// It derives a key for each part anew, with 600,000 rounds.
#[test]
fn pkcs12_of_gnutls_is_read_whole() {
    let workshop = made(EC);
    let arguments = "--to-p12 --load-certificate cert.pem --load-privkey key.pem --p12-name x --password s3cret";
    for cipher in ["3des-pkcs12", "aes-256", "aes-128"] {
        let mut command = std::process::Command::new("certtool");
        command.args(arguments.split(' ')).args(["--pkcs-cipher", cipher, "--outder", "--outfile", "gnutls.p12"]);
        let output = command.current_dir(workshop.folder()).output().unwrap();
        assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
        assert_fits(&workshop, "gnutls.p12", Some("s3cret"));
    }
}

#[test]
fn pkcs7_and_trusted_certificates_are_read() {
    let workshop = made(EC);
    workshop.run("crl2pkcs7 -nocrl -certfile cert.pem -out chain.p7b");
    workshop.run("crl2pkcs7 -nocrl -certfile cert.pem -outform DER -out chain.der");
    workshop.run("x509 -in cert.pem -trustout -addtrust serverAuth -out trusted.pem");
    workshop.run("x509 -in cert.pem -outform DER -out cert.der");
    let text = fs::read_to_string(workshop.file("chain.p7b")).unwrap().replace("PKCS7", "CERTIFICATE");
    fs::write(workshop.file("labelled.cer"), text).unwrap();
    let text = fs::read_to_string(workshop.file("cert.pem")).unwrap();
    fs::write(workshop.file("reverse.p7b"), text.replace("CERTIFICATE", "PKCS7")).unwrap();
    let bare: String = text.lines().filter(|line| !line.starts_with('-')).collect();
    fs::write(workshop.file("bare.txt"), bare).unwrap();
    let expected = read(&workshop, "cert.pem", None).unwrap().certificates;
    for file in ["chain.p7b", "chain.der", "trusted.pem", "cert.der", "labelled.cer", "reverse.p7b", "bare.txt"] {
        let evidence = read(&workshop, file, None).unwrap_or_else(|error| panic!("{error}"));
        assert_eq!(evidence.certificates, expected, "{file}");
        assert!(evidence.repairs.is_empty() && evidence.ignored.is_empty(), "{file}");
    }
}

#[test]
fn requests_are_read_under_both_labels() {
    let workshop = made(EC);
    for extra in ["", " -newhdr"] {
        workshop.run(&format!("req -new -key key.pem -subj /CN=mail.contoso.com -out new.csr{extra}"));
        assert_eq!(read(&workshop, "new.csr", None).unwrap().requests.len(), 1);
    }
}

mod damage {
    use certfix::facts::Source;
    use proptest::prelude::*;

    use super::*;

    const CLEAN: &str = include_str!("fixtures/sbs2008.cer");

    fn der(bytes: &[u8]) -> Box<[u8]> {
        certfix::input::read(bytes, Source::Stdin, None).unwrap().certificates.remove(0).der
    }

    /// Damage to the lines of a block, one after the other.
    fn damaged(choices: &[(u8, usize)], text: &str) -> String {
        let start = text.find("-----BEGIN").unwrap();
        let mut lines: Vec<String> = text[start..].lines().map(str::to_owned).collect();
        for &(kind, place) in choices {
            let last = lines.len() - 1;
            let line = 1 + place % (last.max(2) - 1);
            match kind {
                0 => lines[line].insert_str(0, "  "),
                1 => lines[line].push_str(" \t"),
                2 => lines.insert(line, String::new()),
                3 => lines[0] = format!("{}BEGIN CERTIFICATE-----", "-".repeat(3 + place % 6)),
                4 => lines[last] = format!("-----END CERTIFICATE{}", "-".repeat(3 + place % 6)),
                5 => lines[0] = "-----BEGIN CERTICATE-----".to_owned(),
                6 => lines.iter_mut().for_each(|line| line.insert_str(0, "> ")),
                7 => {
                    let end = lines.remove(last);
                    lines[last - 1].push_str(&end);
                    lines.push(String::new());
                    return lines.join("\n");
                }
                other => panic!("no damage {other}"),
            }
        }
        lines.join("\n") + "\n"
    }

    proptest! {
        #![proptest_config(ProptestConfig {
            failure_persistence: None,
            rng_seed: proptest::test_runner::RngSeed::Fixed(20_260_901),
            ..ProptestConfig::default()
        })]

        #[test]
        fn damaged_text_reads_as_what_it_was(
            choices in prop::collection::vec((0u8..6, any::<usize>()), 1..4),
            last in prop::option::of((6u8..8, any::<usize>())),
            ends in prop::sample::select(vec!["\n", "\r\n", "\r"]),
        ) {
            let choices: Vec<_> = choices.into_iter().chain(last).collect();
            let damaged = damaged(&choices, CLEAN);
            let text = damaged.replace('\n', ends);
            let evidence = certfix::input::read(text.as_bytes(), Source::Stdin, None).unwrap();
            prop_assert_eq!(&evidence.certificates[0].der, &der(CLEAN.as_bytes()));
            // Damage may have been undone by later damage.
            let harmless = CLEAN.ends_with(&damaged);
            prop_assert!(harmless || !evidence.repairs.is_empty(), "{}", text);
        }

        #[test]
        fn utf16_reads_as_what_it_was(big in any::<bool>(), mark in any::<bool>(), head in "[ -,.-~ä€]{0,40}\n") {
            let text = head + CLEAN;
            let order = if big { u16::to_be_bytes } else { u16::to_le_bytes };
            let units = mark.then_some(0xfeff).into_iter().chain(text.encode_utf16());
            let bytes: Vec<u8> = units.flat_map(order).collect();
            prop_assert_eq!(der(&bytes), der(CLEAN.as_bytes()));
        }

        #[test]
        fn no_bytes_make_it_panic(bytes in prop::collection::vec(any::<u8>(), 0..400), text in ".{0,200}") {
            let _ = certfix::input::read(&bytes, Source::Stdin, None);
            let _ = certfix::input::read(format!("-----BEGIN {text}").as_bytes(), Source::Stdin, None);
        }
    }

    #[test]
    fn hostile_sizes_are_read_in_bounded_time() {
        let size = 4 << 20;
        for piece in [
            "-",
            "-----BEGIN A-----\n",
            "--BEGIN ",
            "-----BEGIN CERTIFICATE-----\n",
            "A",
            "M",
            "\"",
            "> ",
            "0\u{80}",
            "=3D",
            "\\n--",
            "\n",
        ] {
            let bytes = piece.repeat(size / piece.len());
            // Built without optimisation; a linear reader needs a second, a quadratic one minutes.
            let taken = processor::time(|| drop(certfix::input::read(bytes.as_bytes(), Source::Stdin, None)));
            assert!(taken.as_secs() < 15, "{piece:?} took {taken:?}");
        }
    }

    #[test]
    fn keys_that_ask_for_endless_work_are_refused() {
        let workshop = made(EC);
        // The fewest rounds that take four octets, and then as many as these can say.
        workshop.run("pkcs8 -topk8 -in key.pem -outform DER -out slow.p8 -passout pass:a -iter 8388608");
        let mut der = fs::read(workshop.file("slow.p8")).unwrap();
        let rounds = der.windows(6).position(|octets| octets == [2, 4, 0, 0x80, 0, 0]).unwrap();
        der[rounds + 2..rounds + 6].copy_from_slice(&[0x7f, 0xff, 0xff, 0xff]);
        fs::write(workshop.file("slow.p8"), der).unwrap();
        for password in [Some("a"), None] {
            let taken = processor::time(|| {
                assert!(read(&workshop, "slow.p8", password).map_or(true, |found| found.open_keys().next().is_none()));
            });
            assert!(taken.as_millis() < 1000, "{taken:?}");
        }
    }

    #[test]
    fn a_bad_block_among_good_ones_is_named() {
        let text = format!("{CLEAN}-----BEGIN CERTIFICATE-----\nMAA=\n-----END CERTIFICATE-----\n{CLEAN}");
        let evidence = certfix::input::read(text.as_bytes(), Source::Stdin, None).unwrap();
        assert_eq!(evidence.certificates.len(), 2);
        assert!(evidence.ignored[0].starts_with("block 2 (CERTIFICATE, line "), "{:?}", evidence.ignored);
    }
}
