//! Many pieces of work on all cores, their results taken in order.

use std::collections::VecDeque;
use std::sync::{Condvar, Mutex, MutexGuard, PoisonError};
use std::thread;

/// Lets `work` fill a result for each number below `count`, on all cores, and `take` have each of them on this thread, in
/// order and while others are worked on. Results are used again. Ends at the first error of `take`.
///
/// # Errors
/// Those of `take`.
pub(crate) fn in_order<R: Default + Send, E>(
    count: usize,
    work: impl Fn(usize, &mut R) + Sync,
    mut take: impl FnMut(usize, &mut R) -> Result<(), E>,
) -> Result<(), E> {
    let workers = rayon::current_num_threads().min(count);
    let belt = Belt {
        state: Mutex::new(State {
            next: 0,
            end: count,
            ahead: 2 * workers + 2,
            waiting: VecDeque::new(),
            spare: Vec::new(),
            idle: 0,
            is_awaited: false,
        }),
        finished: Condvar::new(),
        room: Condvar::new(),
    };
    rayon::in_place_scope(|scope| {
        // Whatever ends this scope ends the work.
        let _stop = Stop(&belt);
        // This thread is the last worker, where it has nothing to take.
        for _ in 1..workers {
            scope.spawn(|_| {
                let _stop = StopOnPanic(&belt);
                while let Some((number, mut result)) = belt.begin() {
                    work(number, &mut result);
                    belt.finish(number, result);
                }
            });
        }
        let mut number = 0;
        while number < count {
            match belt.take_or_begin() {
                Some(Step::Take(mut result)) => {
                    take(number, &mut result)?;
                    belt.state().spare.push(result);
                    number += 1;
                }
                Some(Step::Work(begun, mut result)) => {
                    work(begun, &mut result);
                    belt.finish(begun, result);
                }
                // A worker panicked, which the scope passes on.
                None => break,
            }
        }
        Ok(())
    })
}

/// What workers and taker share.
struct Belt<R> {
    state: Mutex<State<R>>,
    /// Told when the result that is taken next is there.
    finished: Condvar,
    /// Told when one more may be begun.
    room: Condvar,
}

struct State<R> {
    /// The number that is begun next.
    next: usize,
    /// The number at which work ends.
    end: usize,
    /// How many may be begun that have not been taken, so that results do not pile up.
    ahead: usize,
    /// Those begun and not taken, in order; None while they are worked on.
    waiting: VecDeque<Option<R>>,
    /// Taken, to be used again; the last was used last.
    spare: Vec<R>,
    /// How many workers wait for room.
    idle: usize,
    /// True while the taker waits for the next result.
    is_awaited: bool,
}

/// What the taker does next.
enum Step<R> {
    Take(R),
    Work(usize, R),
}

impl<R: Default> State<R> {
    fn is_full(&self) -> bool {
        self.waiting.len() >= self.ahead
    }

    /// What is to be worked on; None when there is nothing more.
    fn begin(&mut self) -> Option<(usize, R)> {
        let number = self.next;
        if number >= self.end {
            return None;
        }
        self.waiting.push_back(None);
        self.next += 1;
        Some((number, self.spare.pop().unwrap_or_default()))
    }
}

impl<R: Default> Belt<R> {
    /// Nothing that panics runs under the lock.
    fn state(&self) -> MutexGuard<'_, State<R>> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// What a worker does next, when there is room for its result.
    fn begin(&self) -> Option<(usize, R)> {
        let mut state = self.state();
        while state.next < state.end && state.is_full() {
            state.idle += 1;
            state = self.room.wait(state).unwrap_or_else(PoisonError::into_inner);
            state.idle -= 1;
        }
        state.begin()
    }

    fn finish(&self, number: usize, result: R) {
        let mut state = self.state();
        let taken = state.next - state.waiting.len();
        state.waiting[number - taken] = Some(result);
        if number == taken && state.is_awaited {
            self.finished.notify_one();
        }
    }

    /// The next result in order, or else something to work on; None when the work was stopped.
    fn take_or_begin(&self) -> Option<Step<R>> {
        let mut state = self.state();
        loop {
            if let Some(Some(_)) = state.waiting.front() {
                if state.idle > 0 {
                    self.room.notify_one();
                }
                return state.waiting.pop_front().flatten().map(Step::Take);
            }
            if !state.is_full()
                && let Some((number, result)) = state.begin()
            {
                return Some(Step::Work(number, result));
            }
            if state.end == 0 {
                return None;
            }
            state.is_awaited = true;
            state = self.finished.wait(state).unwrap_or_else(PoisonError::into_inner);
            state.is_awaited = false;
        }
    }

    fn stop(&self) {
        self.state().end = 0;
        self.finished.notify_all();
        self.room.notify_all();
    }
}

struct Stop<'b, R: Default>(&'b Belt<R>);

impl<R: Default> Drop for Stop<'_, R> {
    fn drop(&mut self) {
        self.0.stop();
    }
}

struct StopOnPanic<'b, R: Default>(&'b Belt<R>);

impl<R: Default> Drop for StopOnPanic<'_, R> {
    fn drop(&mut self) {
        if thread::panicking() {
            self.0.stop();
        }
    }
}

#[cfg(test)]
mod tests {
    use std::panic::{AssertUnwindSafe, catch_unwind};

    use super::*;

    #[test]
    fn takes_all_in_order() {
        for count in [0, 1, 2, 1000] {
            let mut taken = Vec::new();
            let work = |number, result: &mut usize| *result = number * number;
            in_order(count, work, |number, result| {
                taken.push((number, *result));
                Ok::<(), ()>(())
            })
            .unwrap();
            assert_eq!(taken, Vec::from_iter((0..count).map(|number| (number, number * number))));
        }
    }

    #[test]
    fn ends_at_the_first_error() {
        let take = |number, _: &mut ()| if number == 5 { Err(number) } else { Ok(()) };
        assert_eq!(in_order(1000, |_, _| (), take), Err(5));
    }

    #[test]
    fn passes_a_panic_on() {
        let work = |number, _: &mut ()| assert_ne!(number, 5);
        let all = AssertUnwindSafe(|| in_order(1000, work, |_, _| Ok::<(), ()>(())));
        assert!(catch_unwind(all).is_err());
    }
}
