//! Bytes as text: passes on UTF-8 only, without the byte order mark, and says where it stops being so.
//! Never replaces a character.

use std::{
    fmt,
    io::{self, BufRead, Read},
    str,
    sync::{
        Arc,
        atomic::{AtomicBool, Ordering},
    },
};

use super::{error::FileError, unpack::Packing};

const BLOCK_BYTES: usize = 64 * 1024;
/// How much of the text is looked at to name a foreign encoding.
const SAMPLE_BYTES: usize = 4096;
const BYTE_ORDER_MARK: &[u8] = b"\xef\xbb\xbf";

/// The unpacked text. What it hands out is valid UTF-8 cut between characters; what is wrong comes as a
/// [`FileError`] inside the `io::Error`, once, after all text before the bad place; then the text ends.
pub struct TextReader {
    stream: Box<dyn Read + Send>,
    packing: Packing,
    exhausted: Arc<AtomicBool>,
    block: Box<[u8]>,
    /// `block[start..checked]` is ready, `block[checked..filled]` begins a character.
    start: usize,
    checked: usize,
    filled: usize,
    /// Where `block[0]` stands in the text.
    base: u64,
    ended: bool,
    failure: Option<FileError>,
}

impl fmt::Debug for TextReader {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("TextReader").field("offset", &self.at(self.start)).finish_non_exhaustive()
    }
}

impl TextReader {
    pub(super) fn new(
        stream: Box<dyn Read + Send>,
        packing: Packing,
        exhausted: Arc<AtomicBool>,
    ) -> Self {
        let block = vec![0; BLOCK_BYTES].into_boxed_slice();
        let (start, checked, filled, base) = (0, 0, 0, 0);
        let (ended, failure) = (false, None);
        Self { stream, packing, exhausted, block, start, checked, filled, base, ended, failure }
    }

    fn at(&self, index: usize) -> u64 {
        self.base + index as u64
    }

    fn refill(&mut self) {
        self.block.copy_within(self.checked..self.filled, 0);
        self.base = self.at(self.checked);
        self.filled -= self.checked;
        (self.start, self.checked) = (0, 0);
        while self.start == self.checked && !self.ended {
            match self.stream.read(&mut self.block[self.filled..]) {
                Ok(0) => {
                    let offset = self.at(self.checked);
                    let cut = self.checked < self.filled;
                    self.end(cut.then_some(FileError::Truncated { within: "a character", offset }));
                }
                Ok(count) => {
                    self.filled += count;
                    self.check();
                }
                Err(error) if error.kind() == io::ErrorKind::Interrupted => {}
                Err(error) => {
                    let offset = self.at(self.filled);
                    let exhausted = self.exhausted.load(Ordering::Relaxed);
                    let failure = self.packing.explain(error, offset, exhausted);
                    self.end(Some(failure));
                }
            }
        }
    }

    fn end(&mut self, failure: Option<FileError>) {
        self.ended = true;
        self.failure = failure;
    }

    fn check(&mut self) {
        let fresh = &self.block[self.checked..self.filled];
        let (valid, broken) = match str::from_utf8(fresh) {
            Ok(_) => (fresh.len(), false),
            Err(error) => (error.valid_up_to(), error.error_len().is_some()),
        };
        let nul = fresh[..valid].iter().position(|byte| *byte == 0);
        let good = self.checked + nul.unwrap_or(valid);
        let sample = &self.block[good..self.filled.min(good + SAMPLE_BYTES)];
        let offset = self.at(good);
        let failure = match (nul, guess_encoding(sample)) {
            (Some(_), Some(UTF_16)) => Some(FileError::NotUtf8 { offset, guess: Some(UTF_16) }),
            (Some(_), _) => Some(FileError::Binary { offset }),
            (None, guess) => broken.then_some(FileError::NotUtf8 { offset, guess }),
        };
        self.checked = good;
        if failure.is_some() {
            self.end(failure);
        }
        if self.base == 0 && self.start == 0 && self.block[..good].starts_with(BYTE_ORDER_MARK) {
            self.start = BYTE_ORDER_MARK.len();
        }
    }
}

impl BufRead for TextReader {
    fn fill_buf(&mut self) -> io::Result<&[u8]> {
        if self.start == self.checked && !self.ended {
            self.refill();
        }
        if self.start == self.checked
            && let Some(failure) = self.failure.take()
        {
            return Err(failure.into());
        }
        Ok(&self.block[self.start..self.checked])
    }

    fn consume(&mut self, count: usize) {
        self.start = self.checked.min(self.start + count);
    }
}

impl Read for TextReader {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        let ready = self.fill_buf()?;
        let count = ready.len().min(buffer.len());
        buffer[..count].copy_from_slice(&ready[..count]);
        self.consume(count);
        Ok(count)
    }
}

const UTF_16: &str = "UTF-16";

/// The encoding that bytes from the first bad place on look like; a hint for people, never acted on.
fn guess_encoding(sample: &[u8]) -> Option<&'static str> {
    if sample.starts_with(b"\xff\xfe") || sample.starts_with(b"\xfe\xff") || nul_in_pairs(sample) {
        Some(UTF_16)
    } else if is_shift_jis(sample) {
        Some("Shift_JIS (CP932)")
    } else {
        None
    }
}

/// ASCII letters in UTF-16 have a NUL in every second byte, and always the same one.
fn nul_in_pairs(sample: &[u8]) -> bool {
    let nuls = |parity| sample.iter().skip(parity).step_by(2).filter(|byte| **byte == 0).count();
    let (even, odd) = (nuls(0), nuls(1));
    even.min(odd) == 0 && even.max(odd) >= 3 && even.max(odd) * 8 >= sample.len()
}

fn is_shift_jis(sample: &[u8]) -> bool {
    let mut bytes = sample.iter().copied();
    let mut kanji = 0;
    while let Some(byte) = bytes.next() {
        match byte {
            0x81..=0x9f | 0xe0..=0xfc => match bytes.next() {
                Some(0x40..=0x7e | 0x80..=0xfc) => kanji += usize::from(byte < 0xa0),
                None => {}
                Some(_) => return false,
            },
            0x80 | 0xa0 | 0xfd..=0xff => return false,
            _ => {}
        }
    }
    kanji > 0
}
