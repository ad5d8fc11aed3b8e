//! A reader that hands out so many bytes and no more until it is allowed further, so that a parser that collects one
//! event or record before it answers cannot collect without end. It counts lines on the way.

use std::io::{self, BufRead, Read};

use crate::{domain::cord_blood::bmdw::value::shown, import::source_file::FileError};

/// A parser can quote much of the file in what it says.
const DETAIL_CHARS: usize = 200;

#[derive(Debug)]
pub(super) struct Bounded<R> {
    inner: R,
    format: &'static str,
    limit: usize,
    left: usize,
    line: u64,
    column: u64,
}

impl<R: BufRead> Bounded<R> {
    pub(super) fn new(inner: R, format: &'static str, limit: usize) -> Self {
        Self { inner, format, limit, left: limit, line: 1, column: 1 }
    }

    /// Allows another stretch.
    pub(super) fn renew(&mut self) {
        self.left = self.limit;
    }

    /// The line that is being read, from 1.
    pub(super) fn line(&self) -> u64 {
        self.line
    }

    /// What is malformed at the place that is being read.
    pub(super) fn syntax(&self, detail: &str) -> FileError {
        let (format, line, column) = (self.format, self.line, self.column);
        FileError::Syntax { format, line, column, detail: shown(detail, DETAIL_CHARS) }
    }
}

impl<R: BufRead> BufRead for Bounded<R> {
    fn fill_buf(&mut self) -> io::Result<&[u8]> {
        if self.left == 0 {
            let detail = format!("one piece is longer than {} KiB", self.limit >> 10);
            return Err(self.syntax(&detail).into());
        }
        let ready = self.inner.fill_buf()?;
        Ok(&ready[..ready.len().min(self.left)])
    }

    fn consume(&mut self, count: usize) {
        // What is consumed is in the buffer already, so that this reads nothing.
        if let Ok(ready) = self.inner.fill_buf() {
            for byte in &ready[..count.min(ready.len())] {
                let ended = *byte == b'\n';
                self.line += u64::from(ended);
                self.column = if ended { 1 } else { self.column + 1 };
            }
        }
        self.left = self.left.saturating_sub(count);
        self.inner.consume(count);
    }
}

impl<R: BufRead> Read for Bounded<R> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        let ready = self.fill_buf()?;
        let count = ready.len().min(buffer.len());
        buffer[..count].copy_from_slice(&ready[..count]);
        self.consume(count);
        Ok(count)
    }
}
