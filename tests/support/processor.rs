//! How long something keeps the processor busy: the same on a busy machine and an idle one.

use std::time::Duration;

use rustix::time::{ClockId, clock_gettime};

/// The processor time that `work` took on this thread.
pub(crate) fn time(work: impl FnOnce()) -> Duration {
    let before = clock_gettime(ClockId::ThreadCPUTime);
    work();
    let after = clock_gettime(ClockId::ThreadCPUTime);
    let nanoseconds = (after.tv_sec - before.tv_sec) * 1_000_000_000 + (after.tv_nsec - before.tv_nsec);
    Duration::from_nanos(nanoseconds.unsigned_abs())
}
