//! Where a password came from, and what to look at where it does not fit.

/// How somebody gave a password.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Given {
    /// At a prompt.
    Typed,
    /// In a file.
    File,
    /// In an environment variable.
    Variable,
}

impl Given {
    pub(super) const fn hint(self) -> &'static str {
        match self {
            Self::Typed => "run it again; capital letters count, and so does the layout of the keyboard",
            Self::File => "the password is the first line of the file given with --password-file",
            Self::Variable => "the password is all that the variable given with --password-env holds",
        }
    }
}
