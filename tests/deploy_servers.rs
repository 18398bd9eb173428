//! Real servers with a certificate for another name: `check` shows the fault on the wire, `fix` makes a request, a CA signs it,
//! `bind` and `commit` give it to the server, `check` is content, and clients that refused before connect.
#![cfg(target_os = "linux")]
#![expect(clippy::unwrap_used, reason = "a helper that cannot go on fails its test")]

#[path = "support/authority.rs"]
#[expect(dead_code, reason = "other tests use more of it")]
mod authority;
#[path = "support/key_store.rs"]
#[expect(dead_code, reason = "other tests use more of it")]
mod key_store;
#[path = "support/port.rs"]
mod port;
#[path = "support/servers/mod.rs"]
#[expect(dead_code, reason = "other tests use more of it")]
mod servers;

use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::thread::{self, sleep};
use std::time::Duration;

use authority::{Authority, Credentials, Key, Leaf};
use key_store::{KeyStore, NAME, said, snapshot};
use port::{Port, eventually};
use servers::dovecot::Dovecot;
use servers::exim::Exim;
use servers::haproxy::HaProxy;
use servers::inn::Inn;
use servers::nginx::Nginx;
use servers::openldap::OpenLdap;
use servers::postfix::Postfix;
use servers::stunnel::Stunnel;

/// What Small Business Server made by itself: an internal name first, the public one nowhere.
fn internal() -> Credentials {
    Authority::new().issue(&Leaf { key: Key::Rsa2048, ..Leaf::new(&["sbs.contoso.local", "sbs"]) })
}

/// From the fault to the proof. `values` are the template's; `files` are those of the server.
fn cure(service: &str, ports: &[Port], values: &BTreeMap<&str, String>, reload: Option<String>, files: &[PathBuf]) {
    let store = KeyStore::with(&internal());
    fs::remove_dir_all(store.root()).unwrap();
    fs::create_dir(store.root()).unwrap();
    let authority = TestAuthority::new(&store);
    let connect = ["--connect", "127.0.0.1"];
    for port in ports {
        let output = store.command(&["check", &port.source(), connect[0], connect[1]]).output().unwrap();
        assert_eq!(output.status.code(), Some(1), "{}", said(&output));
        assert!(said(&output).contains("name-mismatch"), "{}", said(&output));
        port.is_refused(&authority.root);
    }
    store.run(&[
        "fix",
        &ports[0].source(),
        connect[0],
        connect[1],
        "--fqdn",
        NAME,
        "--ca",
        "private",
        "--key",
        "p-256",
    ]);
    authority.sign(&store, "");

    let before: Vec<_> = files.iter().map(|file| snapshot(file)).collect();
    let mut bind = ["bind", NAME, "--to", service].map(str::to_owned).to_vec();
    for (name, value) in values {
        bind.extend(["--set".to_owned(), format!("{name}={value}")]);
    }
    if let Some(reload) = reload {
        bind.extend(["--reload".to_owned(), reload]);
    }
    store.run(&words(&bind));
    let committed = store.run(&["commit"]);
    for port in ports {
        assert!(committed.contains(&format!("{}://127.0.0.1:{} presents it", port.scheme, port.number)), "{committed}");
        let root = authority.root.to_str().unwrap();
        let check = ["check", &port.source(), connect[0], connect[1], "--ca", "private", "--ca-file", root];
        eventually(&format!("check refuses {}", port.source()), || {
            let checked = store.command(&check).output().unwrap();
            checked.status.success() && !said(&checked).contains("refused[")
        });
        port.accepts(&authority.root);
    }
    renew(&store, &authority, ports, &bind);
    store.run(&["undo"]);
    assert_eq!(files.iter().map(|file| snapshot(file)).collect::<Vec<_>>(), before);
    for port in ports {
        port.is_refused(&authority.root);
    }

    store.run(&words(&unwilling(&bind)));
    assert!(store.refuse(&["commit"]).contains("everything was put back"));
    assert_eq!(files.iter().map(|file| snapshot(file)).collect::<Vec<_>>(), before);
}

/// A renewal: it waits while a commit fails, comes with the next one, and goes with the undo. Certfix looks itself whether
/// services present what they did before, and fails where they do not.
fn renew(store: &KeyStore, authority: &TestAuthority, ports: &[Port], bind: &[String]) {
    let presented = |port: &Port| port.presented();
    let first: Vec<String> = ports.iter().map(presented).collect();
    store.run(&["csr", "--renew", NAME, "--ca", "private"]);
    authority.sign(store, "renewal");
    store.run(&words(&unwilling(bind)));
    assert!(store.refuse(&["commit"]).contains("everything was put back"));
    let present = |wanted: &[String]| {
        let all = || ports.iter().map(presented).eq(wanted.iter().cloned());
        eventually("it presents another certificate", all);
    };
    present(&first);
    store.run(&words(bind));
    assert!(store.run(&["commit"]).contains("in the place of"));
    eventually("the old one is still there", || ports.iter().map(presented).zip(&first).all(|(now, old)| now != *old));
    ports.iter().for_each(|port| port.accepts(&authority.root));
    store.run(&["undo"]);
    present(&first);
}

/// The same binding of a service that does not like its files, whatever it is.
fn unwilling(bind: &[String]) -> Vec<String> {
    [bind, &["--check", "echo no >&2; exit 1"].map(str::to_owned)].concat()
}

fn words(owned: &[String]) -> Vec<&str> {
    owned.iter().map(String::as_str).collect()
}

/// A CA made with openssl, as administrators have them.
struct TestAuthority {
    folder: PathBuf,
    root: PathBuf,
}

impl TestAuthority {
    fn new(store: &KeyStore) -> Self {
        let folder = store.beside("ca");
        fs::create_dir(&folder).unwrap();
        let new = Self { root: folder.join("root.pem"), folder };
        new.openssl(
            "req -x509 -newkey ec -pkeyopt ec_paramgen_curve:P-256 -nodes -subj /CN=Contoso -days 300 -keyout ca.key -out root.pem \
             -addext keyUsage=critical,keyCertSign,cRLSign",
        );
        new
    }

    /// Answers the request in this folder of the key.
    fn sign(&self, store: &KeyStore, folder: &str) {
        let request = store.root().join(NAME).join(folder).join("request.csr");
        self.openssl(&format!(
            "x509 -req -in {} -CA root.pem -CAkey ca.key -days 200 -copy_extensions copy -out cert.pem",
            request.display()
        ));
        let (answer, root) = (self.folder.join("cert.pem"), self.root.to_str().unwrap());
        let installed = store.command(&["install", NAME, answer.to_str().unwrap(), root]).output().unwrap();
        // The name is one that no public CA signs; the root that came along is none.
        assert_eq!(installed.status.code(), Some(0), "{}", said(&installed));
        assert!(said(&installed).contains(&format!("cert.pem: nothing wrong for {NAME}")), "{}", said(&installed));
        assert!(said(&installed).contains("No findings."), "{}", said(&installed));
    }

    fn openssl(&self, arguments: &str) {
        let output = Command::new("openssl").args(arguments.split(' ')).current_dir(&self.folder).output().unwrap();
        assert!(output.status.success(), "openssl {arguments}: {}", said(&output));
    }
}

/// Restarts a server for certfix, which asks by a file: the test has started the server and has to end it.
struct Restarts {
    over: Arc<AtomicBool>,
    thread: Option<thread::JoinHandle<()>>,
    command: String,
}

impl Restarts {
    fn of(folder: &Path, mut restart: impl FnMut() + Send + 'static) -> Self {
        let asked = folder.join("restart");
        let command = format!("touch {0}; while [ -e {0} ]; do sleep 0.02; done", asked.display());
        let over = Arc::new(AtomicBool::new(false));
        let ended = Arc::clone(&over);
        let thread = thread::spawn(move || {
            while !ended.load(Ordering::Relaxed) {
                if asked.exists() {
                    restart();
                    fs::remove_file(&asked).unwrap();
                }
                sleep(Duration::from_millis(10));
            }
        });
        Self { over, thread: Some(thread), command }
    }
}

impl Drop for Restarts {
    fn drop(&mut self) {
        self.over.store(true, Ordering::Relaxed);
        if let Some(thread) = self.thread.take() {
            let _ = thread.join();
        }
    }
}

fn values<const COUNT: usize>(pairs: [(&'static str, String); COUNT]) -> BTreeMap<&'static str, String> {
    pairs.into_iter().collect()
}

fn path(path: &Path) -> String {
    path.to_str().unwrap().to_owned()
}

#[test]
fn dovecot_is_cured() {
    let dovecot = Dovecot::start(&internal());
    let drop_in = dovecot.config.with_file_name("99-certfix.conf");
    let mut text = fs::read_to_string(&dovecot.config).unwrap();
    text.push_str(&format!("!include_try {}\n", drop_in.display()));
    fs::write(&dovecot.config, text).unwrap();
    let ports = [
        Port::new("imap", dovecot.imap),
        Port::new("imaps", dovecot.imaps),
        Port::new("pop3", dovecot.pop3),
        Port::new("pop3s", dovecot.pop3s),
        Port::new("sieve", dovecot.sieve),
    ];
    let mut values = values([("config", path(&dovecot.config)), ("drop_in", path(&drop_in))]);
    values.extend(ports.iter().map(|port| (port.scheme, port.number.to_string())));
    cure("dovecot", &ports, &values, None, &[dovecot.config.clone(), drop_in]);
}

#[test]
fn postfix_is_cured() {
    let postfix = Postfix::start(&internal());
    let ports = [
        Port::new("smtp", postfix.smtp),
        Port::new("submission", postfix.submission),
        Port::new("submissions", postfix.smtps),
    ];
    let mut values = values([("folder", path(&postfix.config))]);
    values.extend(ports.iter().map(|port| (port.scheme, port.number.to_string())));
    cure("postfix", &ports, &values, None, &[postfix.config.join("main.cf")]);
}

#[test]
fn nginx_is_cured() {
    let nginx = Nginx::start(&internal(), "other.contoso.test", &internal());
    let ports = [Port::new("https", nginx.https)];
    let values = values([
        ("config", path(&nginx.config)),
        ("site", path(&nginx.config)),
        ("server_name", "_".to_owned()),
        ("https", nginx.https.to_string()),
    ]);
    cure("nginx", &ports, &values, None, std::slice::from_ref(&nginx.config));
}

#[test]
fn openldap_is_cured() {
    let mut openldap = OpenLdap::start(&internal());
    let config = openldap.config.clone();
    let file = config.with_file_name("certfix.pem");
    let ports = [Port::new("ldap", openldap.ldap), Port::new("ldaps", openldap.ldaps)];
    let root = || "root".to_owned();
    let mut values = values([("config", path(&config)), ("file", path(&file)), ("owner", root()), ("group", root())]);
    values.extend(ports.iter().map(|port| (port.scheme, port.number.to_string())));
    let restarts = Restarts::of(config.parent().unwrap(), move || openldap.reload());
    cure("openldap", &ports, &values, Some(restarts.command.clone()), &[config, file]);
}

#[test]
fn inn_is_cured() {
    let mut inn = Inn::start(&internal());
    let config = inn.config.clone();
    let file = config.with_file_name("certfix.pem");
    let ports = [Port::new("nntp", inn.nntp), Port::new("nntps", inn.nntps)];
    let root = || "root".to_owned();
    let mut values = values([("config", path(&config)), ("file", path(&file)), ("owner", root()), ("group", root())]);
    values.extend(ports.iter().map(|port| (port.scheme, port.number.to_string())));
    values.insert("innconfval", Inn::wrapped("innconfval", config.parent().unwrap()));
    let restarts = Restarts::of(config.parent().unwrap(), move || inn.reload());
    cure("inn", &ports, &values, Some(restarts.command.clone()), &[config, file]);
}

#[test]
fn haproxy_is_cured() {
    let haproxy = HaProxy::start(&internal());
    let ports = [Port::new("https", haproxy.https)];
    let values = values([
        ("config", path(&haproxy.config)),
        ("file", path(&haproxy.file)),
        ("https", haproxy.https.to_string()),
    ]);
    cure("haproxy", &ports, &values, Some(haproxy.reload_command()), &[haproxy.config.clone(), haproxy.file.clone()]);
}

#[test]
fn stunnel_is_cured() {
    let stunnel = Stunnel::start(&internal());
    let ports = [Port::new("tls", stunnel.port)];
    let values = values([("file", path(&stunnel.file)), ("port", stunnel.port.to_string())]);
    cure("stunnel", &ports, &values, Some(stunnel.reload_command()), std::slice::from_ref(&stunnel.file));
}

#[test]
fn exim_is_cured() {
    let exim = Exim::start(&internal());
    let ports = [
        Port::new("smtp", exim.smtp),
        Port::new("submission", exim.submission),
        Port::new("submissions", exim.submissions),
    ];
    let mut values = values([
        ("program", servers::exim::PROGRAM.to_owned()),
        ("config", path(&exim.config)),
        ("certificate_file", path(&exim.files.certificate)),
        ("key_file", path(&exim.files.key)),
    ]);
    values.extend(ports.iter().map(|port| (port.scheme, port.number.to_string())));
    cure("exim", &ports, &values, None, &[exim.files.certificate.clone(), exim.files.key.clone()]);
}

#[test]
fn checkers_of_services_refuse_what_they_cannot_use() {
    // What each checker is asked to look at is broken, and it is the template's own.
    let haproxy = HaProxy::start(&internal());
    fs::write(&haproxy.config, "nonsense\n").unwrap();
    let exim = Exim::start(&internal());
    fs::write(&exim.config, "nonsense\n").unwrap();
    let config = |path: &Path| format!("config={}", path.display());
    for (service, set) in [
        ("haproxy", vec![config(&haproxy.config), format!("file={}", haproxy.file.display())]),
        (
            "exim",
            vec![
                config(&exim.config),
                format!("program={}", servers::exim::PROGRAM),
                format!("certificate_file={}", exim.files.certificate.display()),
                format!("key_file={}", exim.files.key.display()),
            ],
        ),
    ] {
        let store = KeyStore::with(&internal());
        let mut bind = vec!["bind", NAME, "--to", service, "--reload", "true"];
        set.iter().for_each(|value| bind.extend(["--set", value]));
        store.run(&bind);
        let said = store.refuse(&["commit"]);
        assert!(said.contains("nonsense") && said.contains("everything was put back"), "{said}");
    }
}
