//! System calls of certfix as strace sees them, and faults put into them.

/// The calls that make, fill, sync, link and rename, those that change rights, and those that clean up.
pub(crate) const CALLS: &[&str] = &[
    "mkdir",
    "mkdirat",
    "openat",
    "write",
    "fsync",
    "rename",
    "renameat",
    "renameat2",
    "link",
    "linkat",
    "symlink",
    "symlinkat",
    "unlink",
    "unlinkat",
    "rmdir",
    "chmod",
    "fchmod",
    "fchmodat",
    "chown",
    "fchown",
    "fsetxattr",
    "fremovexattr",
];

/// A call, and its number among the calls of its name, from 1, as strace counts.
pub(crate) type Point = (&'static str, usize);

/// strace's options for a log of all these calls.
pub(crate) fn traced() -> [String; 2] {
    ["-e".to_owned(), format!("trace={}", CALLS.join(","))]
}

/// strace's options for a fault at one of them, such as `signal=KILL` or `error=ENOSPC`.
pub(crate) fn faulty((call, at): Point, fault: &str) -> [String; 4] {
    let inject = format!("inject={call}:{fault}:when={at}");
    ["-e".to_owned(), format!("trace={call}"), "-e".to_owned(), inject]
}

/// Every call in these lines of a log that changes something, less what the test is not about.
pub(crate) fn points<'a>(log: impl Iterator<Item = &'a str> + Clone, is_left_out: fn(&str) -> bool) -> Vec<Point> {
    let mut points = Vec::new();
    for call in CALLS {
        let lines = log.clone().filter(|line| line.contains(&format!(" {call}(")));
        // What only reads changes nothing.
        let changes = |line: &str| (*call != "openat" || line.contains("O_CREAT")) && !is_left_out(line);
        points.extend(lines.enumerate().filter(|(_, line)| changes(line)).map(|(index, _)| (*call, index + 1)));
    }
    points
}
