//! A folder with a CA made by `openssl`, and a store with a key that waits for its certificate.

use std::fs;
use std::os::unix::fs::PermissionsExt;
use std::path::{Path, PathBuf};
use std::process::{Command, Output, Stdio};

use serde_json::Value;

/// The key's name.
pub(crate) const NAME: &str = "remote.contoso.com";

/// What strict programs want of a root, and `openssl req -x509` leaves out.
const SIGNS: &str = "keyUsage=critical,keyCertSign,cRLSign";

/// A folder with a CA of two levels in it, and a store.
pub(crate) struct Desk(tempfile::TempDir);

impl Desk {
    /// A CA, and a pending key for two names.
    pub(crate) fn new() -> Self {
        let desk = Self(tempfile::tempdir().unwrap());
        desk.put("password", "secret\n");
        desk.put("ca.ext", &format!("basicConstraints=critical,CA:TRUE\n{SIGNS}\n"));
        let key = "-newkey ec -pkeyopt ec_paramgen_curve:P-256 -nodes";
        desk.openssl(&format!(
            "req -x509 {key} -keyout root.key -out root.pem -subj /CN=Root -days 3000 -addext {SIGNS}"
        ));
        desk.openssl(&format!("req -new {key} -keyout between.key -out between.csr -subj /CN=Between"));
        desk.openssl("x509 -req -in between.csr -CA root.pem -CAkey root.key -set_serial 2 -days 3000 -extfile ca.ext -out between.pem");
        desk.answer(0, &["csr", "--fqdn", NAME, "--san", "autodiscover.contoso.com", "--key", "p-256"]);
        desk
    }

    /// A file here.
    pub(crate) fn path(&self, name: &str) -> PathBuf {
        self.0.path().join(name)
    }

    pub(crate) fn put(&self, name: &str, contents: &str) {
        fs::write(self.path(name), contents).unwrap();
    }

    pub(crate) fn text(&self, name: &str) -> String {
        fs::read_to_string(self.path(name)).unwrap()
    }

    pub(crate) fn openssl(&self, arguments: &str) {
        let mut command = Command::new("openssl");
        let output = command.args(arguments.split(' ')).current_dir(self.0.path()).output().unwrap();
        assert!(output.status.success(), "openssl {arguments}: {}", String::from_utf8_lossy(&output.stderr));
    }

    /// Signs the request in `folder` as it asks, or with other extensions.
    pub(crate) fn sign(&self, folder: &str, out: &str, extensions: Option<&str>) {
        let how = match extensions {
            Some(text) => {
                self.put("leaf.ext", text);
                "-extfile leaf.ext"
            }
            None => "-copy_extensions copy",
        };
        self.openssl(&format!(
            "x509 -req -in {folder}/request.csr -CA between.pem -CAkey between.key -set_serial 77 -days 90 {how} -out {out}"
        ));
    }

    pub(crate) fn run(&self, arguments: &[&str], input: Stdio) -> Output {
        let mut command = Command::new(env!("CARGO_BIN_EXE_certfix"));
        command.args(arguments).current_dir(self.0.path()).env("CERTFIX_STORE", "store").env("NO_COLOR", "1");
        command.stdin(input).output().unwrap()
    }

    /// What it prints when it exits with `status`; never a key or a password.
    pub(crate) fn answer(&self, status: i32, arguments: &[&str]) -> String {
        let output = self.run(arguments, Stdio::null());
        let complaint = String::from_utf8_lossy(&output.stderr);
        assert_eq!(output.status.code(), Some(status), "{arguments:?}: {complaint}");
        let text = String::from_utf8(output.stdout).unwrap();
        for secret in ["PRIVATE KEY-", "secret"] {
            assert!(!text.contains(secret) && !complaint.contains(secret), "{arguments:?} shows {secret}");
        }
        text
    }

    /// The error, after which nothing has changed.
    pub(crate) fn refusal(&self, arguments: &[&str]) -> String {
        let before = self.contents();
        let output = self.run(arguments, Stdio::null());
        let text = String::from_utf8(output.stderr).unwrap();
        assert_eq!(output.status.code(), Some(2), "{arguments:?}: {text}");
        assert!(output.stdout.is_empty() && text.lines().count() <= 2 && !text.contains("secret\n"), "{text}");
        assert_eq!(self.contents(), before, "{arguments:?} wrote something");
        let first = text.lines().next().unwrap();
        first.strip_prefix("certfix: error: ").unwrap_or_else(|| panic!("{text}")).to_owned()
    }

    pub(crate) fn json(&self, status: i32, arguments: &[&str]) -> Value {
        let text = self.answer(status, &[arguments, &["--format", "json"]].concat());
        let document: Value = serde_json::from_str(&text).unwrap();
        let schema = Path::new(env!("CARGO_MANIFEST_DIR")).join("docs/certfix.schema.json");
        let schema = serde_json::from_str(&fs::read_to_string(schema).unwrap()).unwrap();
        let validator = jsonschema::validator_for(&schema).unwrap();
        let faults: Vec<String> = validator.iter_errors(&document).map(|fault| fault.to_string()).collect();
        assert!(faults.is_empty(), "{arguments:?}: {faults:#?}");
        document
    }

    pub(crate) fn contents(&self) -> Vec<(PathBuf, Vec<u8>)> {
        let mut found = Vec::new();
        let mut folders = vec![self.0.path().to_owned()];
        while let Some(folder) = folders.pop() {
            for path in fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().path()) {
                found.push((path.clone(), fs::read(&path).unwrap_or_default()));
                if path.is_dir() && !path.is_symlink() {
                    folders.push(path);
                }
            }
        }
        found.sort();
        found
    }

    /// `state` of the only key.
    pub(crate) fn state(&self) -> String {
        self.json(0, &["keys"])["keys"][0]["state"].as_str().unwrap().to_owned()
    }

    /// What services read: key and certificate belong together, the chain leads to the root.
    pub(crate) fn serves(&self) {
        let folder = format!("store/{NAME}");
        self.openssl(&format!("verify -CAfile root.pem -untrusted {folder}/chain.pem {folder}/cert.pem"));
        assert_eq!(
            self.text(&format!("{folder}/fullchain.pem")),
            self.text(&format!("{folder}/cert.pem")) + &self.text(&format!("{folder}/chain.pem"))
        );
        self.openssl(&format!("pkey -in {folder}/key.pem -pubout -out key.pub"));
        self.openssl(&format!("x509 -noout -pubkey -in {folder}/fullchain.pem -out certificate.pub"));
        assert_eq!(self.text("certificate.pub"), self.text("key.pub"));
    }
}

/// Permission bits.
pub(crate) fn mode(path: &Path) -> u32 {
    fs::metadata(path).unwrap().permissions().mode() & 0o777
}
