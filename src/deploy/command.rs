//! Programs of services.

use std::fmt;
use std::time::Duration;

use super::template::Command;
use crate::error::Deploying;
use crate::{Error, command};

/// How long a program may take.
const LONGEST: Duration = Duration::from_secs(60);

impl Command {
    /// Runs it and says what it wrote to standard output.
    ///
    /// # Errors
    /// [`Deploying::Command`] when it cannot be started, fails or takes too long, with the end of what it said.
    pub(super) fn run(&self) -> Result<Vec<u8>, Error> {
        let command = match self {
            Self::Words(words) => {
                let mut command = std::process::Command::new(words.first().map_or("", String::as_str));
                command.args(words.iter().skip(1));
                command
            }
            Self::Shell(line) => {
                let mut command = std::process::Command::new("sh");
                command.arg("-c").arg(line);
                command
            }
        };
        let failed = |cause: String| Deploying::Command { command: self.to_string(), cause }.into();
        command::run(command, LONGEST).map_err(failed)
    }
}

/// As one would type it.
impl fmt::Display for Command {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Words(words) => out.write_str(&words.join(" ")),
            Self::Shell(line) => out.write_str(line),
        }
    }
}

#[cfg(all(test, unix))]
mod tests {
    use super::*;

    #[test]
    fn words_go_to_the_program_as_they_are() {
        let words = ["echo", "a b", "$HOME;"].map(str::to_owned).to_vec();
        assert_eq!(Command::Words(words).run().unwrap(), b"a b $HOME;\n");
        let error = Command::Words(vec!["/nonexistent/program".to_owned()]).run().unwrap_err().to_string();
        assert_eq!(error, "'/nonexistent/program' failed: no such file or directory");
    }
}
