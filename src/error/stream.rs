//! What is neither file nor folder and fails all the same.

/// What could not be read, written or started.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Stream {
    /// Standard input, to its end.
    Input,
    /// The terminal, on which questions are asked.
    Terminal,
    /// Standard output.
    Output,
    /// Standard error, where somebody reads while being asked.
    Aside,
    /// What waits for the answers of an online authority.
    Runtime,
}

impl Stream {
    /// What was to be done with it.
    pub(super) const fn action(self) -> &'static str {
        match self {
            Self::Input => "read standard input",
            Self::Terminal => "ask on the terminal",
            Self::Output => "write to standard output",
            Self::Aside => "write to standard error",
            Self::Runtime => "begin to speak to the authority",
        }
    }

    /// What to try next.
    pub(super) const fn hint(self) -> &'static str {
        match self {
            Self::Input => "name a file in the place of -",
            Self::Terminal => "run it again on a terminal, or answer beforehand by flags: --help lists them",
            Self::Output | Self::Aside => "see where it leads, then run it again",
            Self::Runtime => "run it again when the machine has more room for programs and open files",
        }
    }
}
