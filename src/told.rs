//! What work that takes a while says on its way.

/// What is said while the work goes on.
#[derive(Clone, Copy, Debug)]
pub enum Told<'a> {
    /// How far it is.
    Step(&'a str),
    /// What somebody should know afterwards.
    Remark(&'a str),
}

/// Hears it.
pub type Tell<'a> = &'a mut dyn FnMut(Told<'_>);
