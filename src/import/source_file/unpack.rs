//! Unpacking: tells gzip, zstd and plain bytes apart and turns each into plain bytes.
//! Looks at the first bytes only, never at the file's name.

use std::{
    io::{self, BufRead, Read},
    sync::{
        Arc,
        atomic::{AtomicBool, AtomicU64, Ordering},
    },
};

use flate2::bufread::MultiGzDecoder;
use ruzstd::decoding::{
    BlockDecodingStrategy, FrameDecoder,
    errors::{FrameDecoderError, ReadFrameHeaderError},
};

use super::error::FileError;

/// Counts the packed bytes and remembers whether the last of them was asked for.
pub(super) struct Counted<R> {
    pub(super) inner: R,
    pub(super) read: Arc<AtomicU64>,
    pub(super) exhausted: Arc<AtomicBool>,
}

impl<R: Read> Read for Counted<R> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        let count = self.inner.read(buffer)?;
        self.read.fetch_add(count as u64, Ordering::Relaxed);
        if count == 0 {
            self.exhausted.store(true, Ordering::Relaxed);
        }
        Ok(count)
    }
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Packing {
    Plain,
    Gzip,
    Zstd,
}

impl Packing {
    /// Refuses the archives and workbooks people send by mistake, which would only be called binary.
    pub(super) fn of(head: &[u8]) -> Result<Self, FileError> {
        let refused = |kind| Err(FileError::Packed { kind });
        match head {
            [0x1f, 0x8b, ..] => Ok(Self::Gzip),
            // A zstd file may begin with a skippable frame.
            [0x28, 0xb5, 0x2f, 0xfd, ..] | [0x50..=0x5f, 0x2a, 0x4d, 0x18, ..] => Ok(Self::Zstd),
            [b'P', b'K', 3, 4, ..] => refused("a ZIP archive or an Excel workbook"),
            [0xd0, 0xcf, 0x11, 0xe0, ..] => refused("an old Excel or Word document"),
            [0xfd, b'7', b'z', b'X', b'Z', ..] => refused("packed with xz"),
            [b'B', b'Z', b'h', b'1'..=b'9', 0x31, 0x41, ..] => refused("packed with bzip2"),
            [b'%', b'P', b'D', b'F', b'-', ..] => refused("a PDF document"),
            _ => Ok(Self::Plain),
        }
    }

    pub(super) fn unpack(self, packed: impl BufRead + Send + 'static) -> Box<dyn Read + Send> {
        match self {
            Self::Plain => Box::new(packed),
            Self::Gzip => Box::new(MultiGzDecoder::new(packed)),
            Self::Zstd => Box::new(ZstdFrames {
                source: packed,
                decoder: FrameDecoder::new(),
                in_frame: false,
            }),
        }
    }

    /// A decoder that failed after asking for more bytes than there are met a truncated file.
    pub(super) fn explain(self, error: io::Error, offset: u64, exhausted: bool) -> FileError {
        let (format, within) = match self {
            Self::Plain => return FileError::Read { offset, error },
            Self::Gzip => ("gzip", "its gzip stream"),
            Self::Zstd => ("zstd", "its zstd stream"),
        };
        if exhausted {
            FileError::Truncated { within, offset }
        } else {
            FileError::Damaged { format, offset, detail: error.to_string() }
        }
    }
}

/// All frames of a zstd file, one after the other; checks their checksums.
struct ZstdFrames<R> {
    source: R,
    decoder: FrameDecoder,
    in_frame: bool,
}

impl<R: BufRead> ZstdFrames<R> {
    /// Opens the next frame, stepping over one that holds no data.
    fn open_frame(&mut self) -> io::Result<()> {
        use FrameDecoderError::ReadFrameHeaderError as Header;
        match self.decoder.reset(&mut self.source) {
            Ok(()) => self.in_frame = true,
            Err(Header(ReadFrameHeaderError::SkipFrame { length, .. })) => {
                let mut skipped = Read::take(&mut self.source, u64::from(length));
                if io::copy(&mut skipped, &mut io::sink())? < u64::from(length) {
                    return Err(io::ErrorKind::UnexpectedEof.into());
                }
            }
            Err(error) => return Err(io::Error::other(error)),
        }
        Ok(())
    }

    fn close_frame(&mut self) -> io::Result<()> {
        self.in_frame = false;
        let stated = self.decoder.get_checksum_from_data();
        if stated.is_some() && stated != self.decoder.get_calculated_checksum() {
            return Err(io::Error::other("the checksum does not match"));
        }
        Ok(())
    }
}

impl<R: BufRead> Read for ZstdFrames<R> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        loop {
            if self.in_frame {
                while self.decoder.can_collect() == 0 && !self.decoder.is_finished() {
                    let step = BlockDecodingStrategy::UptoBlocks(1);
                    self.decoder.decode_blocks(&mut self.source, step).map_err(io::Error::other)?;
                }
                let count = self.decoder.read(buffer)?;
                if count > 0 || buffer.is_empty() {
                    return Ok(count);
                }
                self.close_frame()?;
            }
            if self.source.fill_buf()?.is_empty() {
                return Ok(0);
            }
            self.open_frame()?;
        }
    }
}
