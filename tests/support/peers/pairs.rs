//! Certificates and hosts made up at random, the same each time, so that they nearly fit each other.

#![allow(dead_code, reason = "no test needs all of it")]

use certfix::facts::Target;

/// `count` pairs of a host as typed and a certificate in DER, all issued by [`ISSUER`], with signatures that `sign` makes
/// (ECDSA with SHA-256). Pairs with the same certificate follow each other.
pub(crate) fn pairs(count: usize, sign: impl Fn(&[u8]) -> Vec<u8>) -> Vec<(Target, Vec<u8>)> {
    let mut random = Random(0x9e37_79b9_7f4a_7c15);
    let mut pairs = Vec::with_capacity(count);
    while pairs.len() < count {
        let names: Vec<Vec<u8>> = (0..1 + random.below(3)).map(|_| random.presented()).collect();
        let cert = certificate(&mut random, &names, &sign);
        for _ in 0..3 {
            let like = random.pick(&names).clone();
            let host = random.host(&like);
            pairs.push((Target::typed(&host), cert.clone()));
        }
    }
    pairs.truncate(count);
    pairs
}

/// The common name of who signs, and all that there is of it.
pub(crate) const ISSUER: &str = "differential test";

/// xorshift64*: no test depends on luck.
struct Random(u64);

const NAMES: &[&str] = &[
    "contoso.com",
    "www.contoso.com",
    "mail.contoso.com",
    "a.b.contoso.com",
    "wiw.contoso.com",
    "server.contoso.local",
    "server",
    "com",
    "contoso.co.uk",
    "xn--bcher-kva.example",
    "www.xn--bcher-kva.example",
    "bücher.example",
    "xn--bcher-kva.contoso.com",
    "_sip.contoso.com",
    "my_host.contoso.com",
    "a-b.contoso.com",
    "-a.contoso.com",
    "a-.contoso.com",
    "1.2.3.4",
    "192.0.2.5",
    "2001:db8::1",
    "127.1",
    "0x7f.1",
    "10",
    "a.1",
    "faß.example",
    "*.contoso.com",
    "*.com",
    "*",
    "*.",
    "*.*.contoso.com",
    "www.*.com",
    "*.b.contoso.com",
    "w*.contoso.com",
    "*w.contoso.com",
    "w*w.contoso.com",
    "**.contoso.com",
    "wi*iw.contoso.com",
    "x*.contoso.com",
    "xn--*.contoso.com",
    "*kva.contoso.com",
    "*.xn--bcher-kva.example",
    "*.my_host.contoso.com",
    "a-*.contoso.com",
    "*-b.contoso.com",
    "*.contoso",
    "*contoso.com",
    "*.co.uk",
    "*..com",
    "*.-a.com",
    "*.a-.com",
    "*.2.0.192",
    "*.0.2.5",
    "*.2.3.4",
    ".contoso.com",
    ".",
    "..",
    "",
    " ",
    "www.contoso.com ",
    " www.contoso.com",
    "www..contoso.com",
    "münchen.contoso.com",
];

const LABELS: &[&str] =
    &["www", "wiw", "w", "ww", "a", "x", "xn--bcher-kva", "XN--a", "a-b", "_sip", "*", "", "1", "bücher"];

impl Random {
    fn next(&mut self) -> u64 {
        self.0 ^= self.0 >> 12;
        self.0 ^= self.0 << 25;
        self.0 ^= self.0 >> 27;
        self.0.wrapping_mul(0x2545_f491_4f6c_dd1d)
    }

    fn below(&mut self, limit: usize) -> usize {
        (self.next() >> 33) as usize % limit
    }

    /// True once in `times`.
    fn once_in(&mut self, times: usize) -> bool {
        self.below(times) == 0
    }

    fn pick<'a, T>(&mut self, from: &'a [T]) -> &'a T {
        let index = self.below(from.len());
        &from[index]
    }

    fn label(&mut self) -> String {
        (*self.pick(LABELS)).to_owned()
    }

    /// A name as some certificate might hold it.
    fn presented(&mut self) -> Vec<u8> {
        let mut name = (*self.pick(NAMES)).as_bytes().to_vec();
        if self.once_in(6) {
            name = self.odd(&name);
        }
        if self.once_in(40) {
            name.extend(b"\0.evil.example");
        }
        if self.once_in(60) {
            name.insert(0, 0xff);
        }
        if self.once_in(60) {
            let labels = 1 + self.below(6);
            name = [vec![b'a'; 60].as_slice(), b"."].concat().repeat(labels);
            name.extend(b"contoso.com");
        }
        name
    }

    /// A host that people might type for a certificate with this name.
    fn host(&mut self, presented: &[u8]) -> Vec<u8> {
        let mut host: Vec<u8> = presented.iter().copied().filter(|byte| *byte != 0).collect();
        if self.once_in(8) {
            host = (*self.pick(NAMES)).as_bytes().to_vec();
        }
        while !self.once_in(12) {
            let Some(at) = host.iter().position(|byte| *byte == b'*') else { break };
            let label = self.label();
            host.splice(at..=at, label.bytes());
        }
        match self.below(14) {
            0 => host = self.odd(&host),
            1 => host = [self.label().as_bytes(), b".", &host].concat(),
            2 => host = host.splitn(2, |byte| *byte == b'.').nth(1).unwrap_or_default().to_vec(),
            3 => host = [b".", host.as_slice()].concat(),
            4 if host == b"192.0.2.5" => host = b"::ffff:192.0.2.5".to_vec(),
            4 if host == b"2001:db8::1" => host = b"2001:DB8:0::1".to_vec(),
            5 => host = [b"[", host.as_slice(), b"]"].concat(),
            6 => {
                host = self
                    .pick(&["192.0.2.5", "192.0.517", "0300.0.2.5", "3221225989", "192.0.2.5 x"])
                    .as_bytes()
                    .to_vec()
            }
            _ => {}
        }
        host
    }

    /// The name in other letters, or with a dot more.
    fn odd(&mut self, name: &[u8]) -> Vec<u8> {
        match self.below(3) {
            0 => name.to_ascii_uppercase(),
            1 => [name, b"."].concat(),
            _ => {
                let upper = |byte: &u8| if self.once_in(2) { byte.to_ascii_uppercase() } else { *byte };
                name.iter().map(upper).collect()
            }
        }
    }
}

fn certificate(random: &mut Random, names: &[Vec<u8>], sign: impl Fn(&[u8]) -> Vec<u8>) -> Vec<u8> {
    let mut extensions = Vec::new();
    match random.below(16) {
        0..=2 => {}
        3 => extensions.extend(extension(&[0x55, 0x1d, 17], &tlv(0x30, &[]))),
        4 => extensions.extend(extension(&[0x55, 0x1d, 17], b"")),
        _ => {
            let mut entries = Vec::new();
            for name in names {
                if !random.once_in(4) {
                    entries.extend(tlv(0x82, name));
                }
                if random.once_in(4) {
                    entries.extend(other_entry(random));
                }
            }
            extensions.extend(extension(&[0x55, 0x1d, 17], &tlv(0x30, &entries)));
        }
    }
    let purposes: &[u8] = match random.below(8) {
        0 => &[0x30, 10, 6, 8, 0x2b, 6, 1, 5, 5, 7, 3, 2],
        1 => &[0x30, 6, 6, 4, 0x55, 0x1d, 37, 0],
        2 | 3 => &[],
        _ => &[0x30, 10, 6, 8, 0x2b, 6, 1, 5, 5, 7, 3, 1],
    };
    if !purposes.is_empty() {
        extensions.extend(extension(&[0x55, 0x1d, 37], purposes));
    }
    let extensions = if extensions.is_empty() { Vec::new() } else { tlv(0xa3, &tlv(0x30, &extensions)) };
    let common_names = random.below(8).saturating_sub(4);
    let subject: Vec<u8> = (0..common_names).flat_map(|_| common_name(random, names)).collect();
    let issuer = tlv(0x30, &tlv(0x31, &attribute(12, ISSUER.as_bytes())));
    let algorithm = tlv(0x30, &tlv(6, &[0x2a, 0x86, 0x48, 0xce, 0x3d, 4, 3, 2]));
    let life = tlv(0x30, &[tlv(0x17, b"240101000000Z"), tlv(0x17, b"490101000000Z")].concat());
    let tbs = [
        tlv(0xa0, &tlv(2, &[2])),
        tlv(2, &[1, 2, 3]),
        algorithm.clone(),
        issuer,
        life,
        tlv(0x30, &subject),
        SPKI.to_vec(),
        extensions,
    ];
    let tbs = tlv(0x30, &tbs.concat());
    let signature = tlv(3, &[&[0], sign(&tbs).as_slice()].concat());
    tlv(0x30, &[tbs, algorithm, signature].concat())
}

fn other_entry(random: &mut Random) -> Vec<u8> {
    match random.below(10) {
        0 | 1 => tlv(0x87, &[192, 0, 2, 5]),
        2 => tlv(0x87, &[0x20, 1, 0x0d, 0xb8, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 1]),
        3 => tlv(0x87, &[1, 2, 3, 4]),
        4 => tlv(0x81, b"admin@contoso.com"),
        5 => tlv(0x86, b"https://www.contoso.com/"),
        6 => {
            let srv = [0x2b, 6, 1, 5, 5, 7, 8, 7];
            tlv(0xa0, &[tlv(6, &srv), tlv(0xa0, &tlv(0x16, b"_imaps.contoso.com"))].concat())
        }
        7 => {
            let upn = [0x2b, 6, 1, 4, 1, 0x82, 0x37, 20, 2, 3];
            tlv(0xa0, &[tlv(6, &upn), tlv(0xa0, &tlv(12, b"admin@contoso.com"))].concat())
        }
        8 => tlv(0xa4, &tlv(0x30, &tlv(0x31, &attribute(12, b"www.contoso.com")))),
        _ => tlv(0x88, &[0x2a, 3, 4]),
    }
}

fn common_name(random: &mut Random, names: &[Vec<u8>]) -> Vec<u8> {
    let name = if random.once_in(4) { random.presented() } else { random.pick(names).clone() };
    let tag = if name.is_ascii() { *random.pick(&[12, 12, 19, 22, 20]) } else { 12 };
    let value = if random.once_in(8) && name.is_ascii() {
        let wide: Vec<u8> = name.iter().flat_map(|byte| [0, *byte]).collect();
        attribute(30, &wide)
    } else {
        attribute(tag, &name)
    };
    tlv(0x31, &value)
}

fn attribute(tag: u8, value: &[u8]) -> Vec<u8> {
    tlv(0x30, &[tlv(6, &[0x55, 4, 3]), tlv(tag, value)].concat())
}

fn extension(oid: &[u8], value: &[u8]) -> Vec<u8> {
    tlv(0x30, &[tlv(6, oid), tlv(4, value)].concat())
}

fn tlv(tag: u8, value: &[u8]) -> Vec<u8> {
    let mut out = vec![tag];
    match value.len() {
        size @ 0..=127 => out.push(size as u8),
        size => out.extend([0x82, (size >> 8) as u8, size as u8]),
    }
    if (128..256).contains(&value.len()) {
        out.splice(1.., [0x81, value.len() as u8]);
    }
    out.extend(value);
    out
}

/// P-256 with its generator as public key.
const SPKI: &[u8] = &[
    0x30, 0x59, 0x30, 0x13, 0x06, 0x07, 0x2a, 0x86, 0x48, 0xce, 0x3d, 0x02, 0x01, 0x06, 0x08, 0x2a, 0x86, 0x48, 0xce,
    0x3d, 0x03, 0x01, 0x07, 0x03, 0x42, 0x00, 0x04, 0x6b, 0x17, 0xd1, 0xf2, 0xe1, 0x2c, 0x42, 0x47, 0xf8, 0xbc, 0xe6,
    0xe5, 0x63, 0xa4, 0x40, 0xf2, 0x77, 0x03, 0x7d, 0x81, 0x2d, 0xeb, 0x33, 0xa0, 0xf4, 0xa1, 0x39, 0x45, 0xd8, 0x98,
    0xc2, 0x96, 0x4f, 0xe3, 0x42, 0xe2, 0xfe, 0x1a, 0x7f, 0x9b, 0x8e, 0xe7, 0xeb, 0x4a, 0x7c, 0x0f, 0x9e, 0x16, 0x2b,
    0xce, 0x33, 0x57, 0x6b, 0x31, 0x5e, 0xce, 0xcb, 0xb6, 0x40, 0x68, 0x37, 0xbf, 0x51, 0xf5,
];

/// The private key to it, which is 1 (SEC 1 ECPrivateKey).
pub(crate) fn private_key() -> Vec<u8> {
    let one = [&[0; 31], &[1][..]].concat();
    let curve = tlv(6, &[0x2a, 0x86, 0x48, 0xce, 0x3d, 3, 1, 7]);
    let public = &SPKI[SPKI.len() - 68..];
    tlv(0x30, &[tlv(2, &[1]), tlv(4, &one), tlv(0xa0, &curve), tlv(0xa1, public)].concat())
}
