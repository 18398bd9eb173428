//! What sets the clients apart when they compare names, one habit per test.

use super::{ALL, Client, compare};
use crate::facts::fixture::{general_name, identity, subject, target};
use crate::facts::{GeneralName, Identity, Names, SanExtension, Text};

fn matches(client: &str, of: &Identity, host: &str) -> bool {
    compare(&Client::find(client).unwrap().names, of, &target(host)).matches
}

/// These entries and these common names.
fn named<const N: usize>(names: [&str; N], common_names: &[&str]) -> Identity {
    let entries: Vec<_> = names.iter().map(|text| general_name(text)).collect();
    let extension = if N == 0 { SanExtension::Absent } else { SanExtension::Present };
    Identity {
        subject: subject(common_names),
        names: Names { extension, entries, is_followed: false },
        ..identity(names)
    }
}

/// Each of these clients answers `expected`, and no other case is meant.
fn all(clients: &[&str], of: &Identity, host: &str, expected: bool) {
    for client in clients {
        assert_eq!(matches(client, of, host), expected, "{client}: {host} in {}", of.names);
    }
}

#[test]
fn only_outlook_2007_and_windows_xp_mind_the_order() {
    let of = named(["server.contoso.local", "remote.contoso.com"], &["remote.contoso.com"]);
    // Exchange 5.5 before SP4 compares addresses: no name satisfies it.
    let by_name = || ALL.iter().filter(|client| client.id != "exchange55-ims");
    for client in by_name() {
        let minds = matches!(client.id, "outlook2007" | "xp-rpc-https");
        assert_eq!(matches(client.id, &of, "remote.contoso.com"), !minds, "{}", client.id);
    }
    let host = target("remote.contoso.com");
    let seen = compare(&Client::find("outlook2007").unwrap().names, &of, &host);
    assert_eq!(seen.compared.to_string(), "first dNSName server.contoso.local");
    let swapped = named(["remote.contoso.com", "server.contoso.local"], &["remote.contoso.com"]);
    assert!(by_name().all(|client| matches(client.id, &swapped, "remote.contoso.com")));
}

#[test]
fn outlook_2007_skips_entries_of_other_kinds() {
    let of = named(["192.0.2.5", "mailto:a@contoso.com", "remote.contoso.com"], &[]);
    assert!(matches("outlook2007", &of, "remote.contoso.com"));
}

#[test]
fn clients_differ_on_when_the_common_name_counts() {
    let host = "mail.contoso.com";
    let alone = named([], &[host]);
    all(&["openssl", "jsse", "gnutls", "curl", "mbedtls", "outlook2007", "exchange55-clients"], &alone, host, true);
    all(&["go", "rustls", "thunderbird", "apple-mail", "android", "chrome", "openssl41"], &alone, host, false);
    let beside_address = named(["192.0.2.5"], &[host]);
    all(&["openssl", "jsse", "rfc6125"], &beside_address, host, true);
    all(&["curl", "gnutls", "mbedtls"], &beside_address, host, false);
    let beside_mail = named(["mailto:a@contoso.com"], &[host]);
    all(&["openssl", "curl", "jsse"], &beside_mail, host, true);
    all(&["mbedtls"], &beside_mail, host, false);
    for beside in ["srv:_imaps.contoso.com", "uri:imap://contoso.com/"] {
        all(&["openssl", "curl", "jsse"], &named([beside], &[host]), host, true);
        all(&["gnutls", "rfc6125"], &named([beside], &[host]), host, false);
    }
}

#[test]
fn a_san_that_cannot_be_read_hides_the_common_name() {
    let host = "mail.contoso.com";
    let names = Names { extension: SanExtension::Unreadable, ..Names::default() };
    let unreadable = Identity { names, ..named([], &[host]) };
    all(&["openssl", "python", "gnutls", "curl", "libtls", "rfc6125", "rfc2818"], &unreadable, host, false);
    // Nobody documents what Outlook 2007 does; the model is inferred there.
    all(&["outlook2007"], &unreadable, host, true);
}

#[test]
fn clients_differ_on_wildcards() {
    let of = |name| named([name], &[]);
    all(&["openssl", "jsse"], &of("w*.contoso.com"), "www.contoso.com", true);
    all(
        &["go", "rustls", "thunderbird", "gnutls", "android", "rfc9525"],
        &of("w*.contoso.com"),
        "www.contoso.com",
        false,
    );
    all(&["openssl", "jsse", "gnutls"], &of("*w.contoso.com"), "www.contoso.com", true);
    all(&["go", "android", "mbedtls"], &of("*.com"), "contoso.com", true);
    all(&["openssl", "rustls", "thunderbird", "gnutls", "curl"], &of("*.com"), "contoso.com", false);
    all(&["jsse"], &of("www.*.com"), "www.contoso.com", true);
    all(&["angus-mail", "openssl"], &of("www.*.com"), "www.contoso.com", false);
    all(&["android4"], &of("*.contoso.com"), "contoso.com", true);
    all(&["outlook-anywhere", "exchange55-clients"], &named([], &["*.contoso.com"]), "a.contoso.com", false);
    all(&["outlook-anywhere"], &named([], &["*.contoso.com"]), "*.contoso.com", true);
}

#[test]
fn clients_differ_on_dots_at_the_end() {
    let of = named(["mail.contoso.com"], &[]);
    all(&["openssl", "gnutls"], &of, "mail.contoso.com.", false);
    // Java's HostnameChecker refuses it, but is first asked about the name that is sent as SNI, which has no dot.
    all(&["go", "rustls", "thunderbird", "android", "curl", "jsse", "rfc9525"], &of, "mail.contoso.com.", true);
    let dotted = named(["mail.contoso.com."], &[]);
    all(&["rustls", "thunderbird", "go", "openssl", "rfc9525"], &dotted, "mail.contoso.com", false);
    all(&["android", "curl"], &dotted, "mail.contoso.com", true);
}

#[test]
fn clients_differ_on_addresses() {
    let modern = ["openssl", "gnutls", "go", "rustls", "thunderbird", "android", "jsse", "curl", "rfc9525"];
    all(&modern, &named(["192.0.2.5"], &[]), "192.0.2.5", true);
    all(&modern, &named(["2001:db8::1"], &[]), "[2001:DB8:0::1]", true);
    let as_text = Identity {
        names: Names {
            entries: vec![GeneralName::Dns(Text::from("192.0.2.5"))],
            extension: SanExtension::Present,
            is_followed: false,
        },
        ..named([], &["192.0.2.5"])
    };
    all(&modern, &as_text, "192.0.2.5", false);
    all(&["exchange55-ims", "exchange55-clients"], &as_text, "192.0.2.5", true);
    all(&["exchange55-ims", "exchange55-clients"], &named([], &["mail.contoso.com"]), "192.0.2.5", false);
}

#[test]
fn compares_u_labels_as_a_labels_where_the_client_does() {
    let of = named(["xn--bcher-kva.example"], &[]);
    all(&["rfc9525", "thunderbird", "gnutls", "curl", "schannel", "outlook2007"], &of, "bücher.example", true);
    all(&["openssl", "android", "go"], &of, "bücher.example", false);
    all(&["rfc9525", "openssl", "gnutls"], &named(["bücher.example"], &[]), "xn--bcher-kva.example", false);
    // Java compares U-labels, and a star may stand for a part of one.
    for common_name in ["bücher.example", "xn--bcher-kva.example", "b*er.example"] {
        for typed in ["bücher.example", "xn--bcher-kva.example"] {
            assert!(matches("jsse", &named([], &[common_name]), typed), "{typed} and {common_name}");
        }
    }
}

#[test]
fn java_compares_no_host_with_an_underscore() {
    let of = named(["my_host.contoso.com", "*.contoso.com"], &[]);
    all(&["jsse", "angus-mail"], &of, "my_host.contoso.com", false);
    all(&["rfc9525", "rustls", "go", "openssl"], &of, "my_host.contoso.com", true);
}

#[test]
fn a_malformed_host_fits_nothing_that_is_well_formed() {
    let of = named(["mail.contoso.com", "192.0.2.5"], &["mail.contoso.com"]);
    let hosts =
        ["", ".", "..", " mail.contoso.com", "mail.contoso.com ", "mail..contoso.com", "x", "192.0.2", "192.0.2.05"];
    for client in ALL.iter().filter(|client| client.id != "java-mail" && client.id != "postfix-may") {
        for host in hosts {
            let seen = compare(&client.names, &of, &target(host));
            assert!(!seen.matches, "{}: {host:?}", client.id);
        }
    }
    all(&["openssl"], &of, ".contoso.com", true);
    all(&["rfc9525", "go", "rustls", "curl"], &of, ".contoso.com", false);
}

#[test]
fn says_that_nothing_was_compared() {
    let of = named(["a.example"], &[]);
    let seen = |client: &str, host: &str| {
        compare(&Client::find(client).unwrap().names, &of, &target(host)).compared.to_string()
    };
    assert_eq!(seen("java-mail", "b.example"), "nothing: it compares no names");
    assert_eq!(seen("rfc9525", "a b"), "nothing: no host name to it");
    assert_eq!(seen("cn-only", "b.example"), "nothing: no name it reads");
}

#[test]
fn exchange_55_before_sp4_finds_no_address_in_a_name() {
    let seen = |common_name: &str| {
        let of = named(["mail.contoso.com"], &[common_name]);
        let client = Client::find("exchange55-ims").unwrap();
        let seen = compare(&client.names, &of, &target("mail.contoso.com"));
        (seen.compared.to_string(), seen.matches)
    };
    assert_eq!(seen("mail.contoso.com"), ("common name mail.contoso.com".to_owned(), false));
    assert_eq!(seen("192.0.2.5"), ("the server's address, not known here".to_owned(), true));
}

#[test]
fn cuts_what_is_longer_than_any_name() {
    let long = "a".repeat(10_000);
    let of = named([], &[long.as_str()]);
    let shown = compare(&Client::find("cn-only").unwrap().names, &of, &target("b.example")).compared.to_string();
    assert!(shown.ends_with("aaa...") && shown.len() < 300, "{}", shown.len());
}
