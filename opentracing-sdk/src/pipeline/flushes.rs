//! Who waits for a flush, by numbers: a flush that is asked for while the worker is at one is done by the next.

use std::time::Instant;

/// Flushes that were asked for, and those that are done. Kept under the lock of whoever has it.
#[derive(Debug, Default)]
pub(crate) struct Flushes {
    /// The number of the last one that was asked for, and of the last that is done.
    asked: u64,
    done: u64,
    /// When the most patient of those who wait gives up; `None` for never.
    deadline: Option<Instant>,
}

impl Flushes {
    /// Asks for one, after all that it is to deliver was recorded. Answers its number.
    pub(crate) fn ask(&mut self, deadline: Option<Instant>) -> u64 {
        self.deadline = match self.is_due() {
            true => self.deadline.zip(deadline).map(|(a, b)| a.max(b)),
            false => deadline,
        };
        self.asked += 1;
        self.asked
    }

    pub(crate) fn is_due(&self) -> bool {
        self.asked > self.done
    }

    /// The number of the one to do next, and when it has to be over; to be asked before anything is read.
    pub(crate) fn due(&self) -> Option<(u64, Option<Instant>)> {
        self.is_due().then_some((self.asked, self.deadline))
    }

    /// What was asked for up to this number is done.
    pub(crate) fn finish(&mut self, number: u64) {
        self.done = number;
    }

    pub(crate) fn is_done(&self, number: u64) -> bool {
        self.done >= number
    }
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use super::*;

    #[test]
    fn the_most_patient_deadline_holds_until_all_are_done() {
        let now = Instant::now();
        let (soon, late) = (Some(now + Duration::from_secs(1)), Some(now + Duration::from_secs(2)));
        let mut flushes = Flushes::default();
        assert!(flushes.due().is_none());
        assert_eq!((flushes.ask(late), flushes.ask(soon)), (1, 2));
        assert_eq!(flushes.due(), Some((2, late)));
        assert_eq!(flushes.ask(None), 3);
        assert_eq!(flushes.due(), Some((3, None)));
        flushes.finish(2);
        assert!(flushes.is_done(1) && flushes.is_done(2) && !flushes.is_done(3));
        flushes.finish(3);
        assert!(flushes.due().is_none());
        flushes.ask(soon);
        assert_eq!(flushes.due(), Some((4, soon)));
    }
}
