//! Which IP addresses no public CA may certify.

use std::net::{IpAddr, Ipv4Addr, Ipv6Addr};

/// Why no public CA may certify an address: the entry of the IANA special-purpose address registry.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Reservation {
    /// What the block is for, e.g. `private use`.
    pub purpose: &'static str,
    /// The document that reserves it.
    pub source: &'static str,
}

/// The registry entry that `address` falls under, if it is reserved: BR 1.6.1 "Reserved IP Address" counts every entry of
/// the two registries of RFC 6890, globally reachable or not, also those that have ended. Multicast belongs to nobody
/// either.
pub fn reservation(address: IpAddr) -> Option<Reservation> {
    match address {
        IpAddr::V4(address) => find(RESERVED_V4, |block| {
            let mask = u32::MAX.checked_shl(32 - block.prefix).unwrap_or(0);
            u32::from(address) & mask == u32::from(block.first)
        }),
        IpAddr::V6(address) => match address.to_ipv4_mapped() {
            Some(mapped) => reservation(IpAddr::V4(mapped)).or(Some(MAPPED)),
            None => find(RESERVED_V6, |block| {
                let mask = u128::MAX.checked_shl(128 - block.prefix).unwrap_or(0);
                u128::from(address) & mask == u128::from(block.first)
            }),
        },
    }
}

const MAPPED: Reservation = Reservation { purpose: "IPv4-mapped address", source: "RFC 4291" };

struct Block<A> {
    first: A,
    prefix: u32,
    entry: Reservation,
}

fn find<A>(blocks: &[Block<A>], holds: impl Fn(&Block<A>) -> bool) -> Option<Reservation> {
    blocks.iter().find(|block| holds(block)).map(|block| block.entry)
}

const fn v4(a: u8, b: u8, c: u8, prefix: u32, purpose: &'static str, source: &'static str) -> Block<Ipv4Addr> {
    Block { first: Ipv4Addr::new(a, b, c, 0), prefix, entry: Reservation { purpose, source } }
}

const fn v6(first: [u16; 3], prefix: u32, purpose: &'static str, source: &'static str) -> Block<Ipv6Addr> {
    let [a, b, c] = first;
    Block { first: Ipv6Addr::new(a, b, c, 0, 0, 0, 0, 0), prefix, entry: Reservation { purpose, source } }
}

const RESERVED_V4: &[Block<Ipv4Addr>] = &[
    v4(0, 0, 0, 8, "this network", "RFC 791"),
    v4(10, 0, 0, 8, "private use", "RFC 1918"),
    v4(100, 64, 0, 10, "shared address space", "RFC 6598"),
    v4(127, 0, 0, 8, "loopback", "RFC 1122"),
    v4(169, 254, 0, 16, "link local", "RFC 3927"),
    v4(172, 16, 0, 12, "private use", "RFC 1918"),
    v4(192, 0, 0, 24, "IETF protocol assignments", "RFC 6890"),
    v4(192, 0, 2, 24, "documentation", "RFC 5737"),
    v4(192, 31, 196, 24, "AS112", "RFC 7535"),
    v4(192, 52, 193, 24, "automatic multicast tunneling", "RFC 7450"),
    v4(192, 88, 99, 24, "6to4 relay", "RFC 7526"),
    v4(192, 168, 0, 16, "private use", "RFC 1918"),
    v4(192, 175, 48, 24, "AS112", "RFC 7534"),
    v4(198, 18, 0, 15, "benchmarking", "RFC 2544"),
    v4(198, 51, 100, 24, "documentation", "RFC 5737"),
    v4(203, 0, 113, 24, "documentation", "RFC 5737"),
    v4(224, 0, 0, 4, "multicast", "RFC 5771"),
    v4(240, 0, 0, 4, "reserved", "RFC 1112"),
];

const RESERVED_V6: &[Block<Ipv6Addr>] = &[
    Block {
        first: Ipv6Addr::UNSPECIFIED,
        prefix: 128,
        entry: Reservation { purpose: "unspecified", source: "RFC 4291" },
    },
    Block { first: Ipv6Addr::LOCALHOST, prefix: 128, entry: Reservation { purpose: "loopback", source: "RFC 4291" } },
    v6([0x64, 0xff9b, 0], 96, "translation", "RFC 6052"),
    v6([0x64, 0xff9b, 1], 48, "local-use translation", "RFC 8215"),
    v6([0x100, 0, 0], 64, "discard only", "RFC 6666"),
    Block {
        first: Ipv6Addr::new(0x100, 0, 0, 1, 0, 0, 0, 0),
        prefix: 64,
        entry: Reservation { purpose: "dummy prefix", source: "RFC 9780" },
    },
    // The first that holds is the one named: parts stand before their whole.
    v6([0x2001, 0, 0], 32, "Teredo", "RFC 4380"),
    v6([0x2001, 0x2, 0], 48, "benchmarking", "RFC 5180"),
    v6([0x2001, 0x3, 0], 32, "automatic multicast tunneling", "RFC 7450"),
    v6([0x2001, 0x4, 0x112], 48, "AS112", "RFC 7535"),
    v6([0x2001, 0x10, 0], 28, "ORCHID", "RFC 4843"),
    v6([0x2001, 0x20, 0], 28, "ORCHID", "RFC 7343"),
    v6([0x2001, 0, 0], 23, "IETF protocol assignments", "RFC 2928"),
    v6([0x2001, 0xdb8, 0], 32, "documentation", "RFC 3849"),
    v6([0x2002, 0, 0], 16, "6to4", "RFC 3056"),
    v6([0x2620, 0x4f, 0x8000], 48, "AS112", "RFC 7534"),
    v6([0x3fff, 0, 0], 20, "documentation", "RFC 9637"),
    v6([0x5f00, 0, 0], 16, "segment routing", "RFC 9602"),
    v6([0xfc00, 0, 0], 7, "unique local", "RFC 4193"),
    v6([0xfe80, 0, 0], 10, "link local", "RFC 4291"),
    v6([0xff00, 0, 0], 8, "multicast", "RFC 4291"),
];

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn tells_reserved_from_public_addresses() {
        for (address, purpose) in [
            ("10.1.2.3", Some("private use")),
            ("172.31.255.255", Some("private use")),
            ("172.32.0.1", None),
            ("100.127.0.1", Some("shared address space")),
            ("192.0.2.5", Some("documentation")),
            ("8.8.8.8", None),
            ("::1", Some("loopback")),
            ("fd12::1", Some("unique local")),
            ("2a00:1450::1", None),
            ("::ffff:10.0.0.1", Some("private use")),
            ("192.0.0.9", Some("IETF protocol assignments")),
            ("192.31.196.1", Some("AS112")),
            ("192.52.193.1", Some("automatic multicast tunneling")),
            ("192.88.99.1", Some("6to4 relay")),
            ("192.175.48.42", Some("AS112")),
            ("192.88.98.255", None),
            ("100::1", Some("discard only")),
            ("100:0:0:1::1", Some("dummy prefix")),
            ("64:ff9b::8.8.8.8", Some("translation")),
            ("64:ff9b::1:808:808", None),
            ("2001:0:53aa:64c::1", Some("Teredo")),
            ("2001:2::1", Some("benchmarking")),
            ("2001:3::1", Some("automatic multicast tunneling")),
            ("2001:4:112::1", Some("AS112")),
            ("2001:2f::1", Some("ORCHID")),
            ("2001:1::1", Some("IETF protocol assignments")),
            ("2001:1ff::1", Some("IETF protocol assignments")),
            ("2001:200::1", None),
            ("2002:808:808::1", Some("6to4")),
            ("2620:4f:8000::1", Some("AS112")),
            ("2620:4f:8001::1", None),
        ] {
            let found = reservation(address.parse().unwrap()).map(|entry| entry.purpose);
            assert_eq!(found, purpose, "{address}");
        }
    }
}
