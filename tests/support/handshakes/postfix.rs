//! Postfix as a client: `posttls-finger`, at the level of `smtp_tls_security_level = verify`.

use std::fs;
use std::io::{BufRead, BufReader};
use std::path::Path;
use std::process::{Command, Stdio};

/// A folder with settings for it, made where nothing is yet.
pub(crate) fn configure(folder: &Path) {
    fs::create_dir(folder).unwrap();
    let settings = "compatibility_level = 3.6\nmyhostname = client.example\ninet_protocols = ipv4\n";
    fs::write(folder.join("main.cf"), settings).unwrap();
}

/// What it says of the server on this port of 127.0.0.1, trusting the root in this file alone, up to where TLS is
/// established or given up.
pub(crate) fn says(folder: &Path, port: u16, root: &Path, name: &str) -> String {
    let mut command = Command::new("posttls-finger");
    command.args(["-w", "-l", "verify", "-m", "0", "-P", "/nonexistent", "-t", "30", "-F"]).arg(root);
    command.args(["-L", "summary,certmatch", &format!("[127.0.0.1]:{port}"), name]);
    let path = format!("{}:/usr/sbin", std::env::var("PATH").unwrap_or_default());
    command.env("MAIL_CONFIG", folder).env("PATH", path).stdin(Stdio::null()).stderr(Stdio::null());
    let running = command.stdout(Stdio::piped()).spawn();
    let mut child = running.unwrap_or_else(|error| panic!("this test needs postfix: {error}"));
    let mut said = String::new();
    for line in BufReader::new(child.stdout.take().unwrap()).lines().map_while(Result::ok) {
        said = said + &line + " ";
        // Then it waits for a greeting.
        if line.contains("TLS connection established") {
            child.kill().unwrap();
        }
    }
    child.wait().unwrap();
    said
}
