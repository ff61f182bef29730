//! A file of which only parts are here.

use std::ops::Range;

use super::NotAllowed;

/// Parts of a file, by where they are in it.
#[derive(Clone, Debug)]
pub struct Glimpse {
    size: u64,
    parts: Vec<(u64, Vec<u8>)>,
}

/// Why a file is not known to be good.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Unsettled {
    /// These bytes have to be added first.
    Missing(Range<u64>),
    NotAllowed(NotAllowed),
}

impl From<NotAllowed> for Unsettled {
    fn from(refused: NotAllowed) -> Self {
        Self::NotAllowed(refused)
    }
}

/// What most checks want first, and with most files all they want.
const HEAD: u64 = 64 * 1024;
/// What is asked for at least, so that a walk through a file takes few steps.
const LEAST: u64 = 16 * 1024;

impl Glimpse {
    /// A file of this many bytes, none of which is here yet.
    pub fn of_size(size: u64) -> Self {
        Self { size, parts: Vec::new() }
    }

    /// Adds what is in the file from `offset` on.
    pub fn add(&mut self, offset: u64, bytes: Vec<u8>) {
        self.parts.push((offset, bytes));
    }

    pub(super) fn size(&self) -> u64 {
        self.size
    }

    /// The file's first bytes, as many as it has.
    pub(super) fn head(&self) -> Result<&[u8], Unsettled> {
        self.up_to(0, HEAD)
    }

    /// The file's last bytes, likewise.
    pub(super) fn tail(&self) -> Result<&[u8], Unsettled> {
        self.up_to(self.size.saturating_sub(HEAD), HEAD)
    }

    /// So many bytes from `offset` on; nothing if the file ends before.
    pub(super) fn read(&self, offset: u64, length: u64) -> Result<Option<&[u8]>, Unsettled> {
        match offset.checked_add(length) {
            Some(end) if end <= self.size => self.up_to(offset, length).map(Some),
            _ => Ok(None),
        }
    }

    fn up_to(&self, offset: u64, length: u64) -> Result<&[u8], Unsettled> {
        let length = length.min(self.size - offset);
        let found = self.parts.iter().find_map(|(start, bytes)| {
            let from = usize::try_from(offset.checked_sub(*start)?).ok()?;
            bytes.get(from..from.checked_add(usize::try_from(length).ok()?)?)
        });
        let wanted = offset..offset.saturating_add(length.max(LEAST)).min(self.size);
        found.ok_or(Unsettled::Missing(wanted))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_not_here_is_asked_for_and_what_is_not_there_is_nothing() {
        let mut file = Glimpse::of_size(100_000);
        assert_eq!(file.head(), Err(Unsettled::Missing(0..65_536)));
        file.add(0, vec![1; 65_536]);
        assert_eq!(file.read(65_530, 6), Ok(Some(&[1; 6][..])));
        assert_eq!(file.read(65_530, 7), Err(Unsettled::Missing(65_530..81_914)));
        assert_eq!(file.read(99_999, 1), Err(Unsettled::Missing(99_999..100_000)));
        assert_eq!(file.read(99_999, 2), Ok(None));
        assert_eq!(file.read(u64::MAX, 2), Ok(None));
    }

    #[test]
    fn a_small_file_is_all_head() {
        let mut file = Glimpse::of_size(3);
        assert_eq!(file.head(), Err(Unsettled::Missing(0..3)));
        file.add(0, vec![1, 2, 3]);
        assert_eq!((file.head(), file.tail()), (Ok(&[1, 2, 3][..]), Ok(&[1, 2, 3][..])));
    }
}
