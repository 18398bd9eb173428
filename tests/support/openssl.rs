//! The `openssl` command, run in a folder of its own.

use std::path::{Path, PathBuf};
use std::process::Command;

/// A folder that goes away, and the files that `openssl` makes in it.
pub(crate) struct Workshop(tempfile::TempDir);

impl Workshop {
    /// An empty one.
    pub(crate) fn new() -> Self {
        Self(tempfile::tempdir().unwrap())
    }

    /// The folder.
    pub(crate) fn folder(&self) -> &Path {
        self.0.path()
    }

    /// A file in it.
    pub(crate) fn file(&self, name: &str) -> PathBuf {
        self.folder().join(name)
    }

    /// Runs `openssl` with these arguments, split at spaces, and says what it wrote.
    pub(crate) fn run(&self, arguments: &str) -> Vec<u8> {
        let output = Command::new("openssl").args(arguments.split(' ')).current_dir(self.folder()).output().unwrap();
        assert!(output.status.success(), "openssl {arguments}: {}", String::from_utf8_lossy(&output.stderr));
        output.stdout
    }
}
