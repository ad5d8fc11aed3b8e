//! A source file as text: unpacked, checked to be UTF-8, its progress countable.
//! Knows nothing of what the text means; the formats are read by the modules beside this one.

mod error;
mod text;
mod unpack;

use std::{
    fmt,
    fs::File,
    io::{BufRead, BufReader, Read},
    path::Path,
    sync::{
        Arc,
        atomic::{AtomicBool, AtomicU64, Ordering},
    },
};

use self::unpack::{Counted, Packing};
pub use self::{
    error::{FileError, ReadError, RowError},
    text::TextReader,
};

/// A longer line means that the file is not made of lines.
pub(crate) const MAX_LINE_BYTES: usize = 16 << 20;
const PACKED_BLOCK_BYTES: usize = 64 * 1024;

/// An opened file, or any stream of bytes under a name.
pub struct SourceFile {
    name: String,
    progress: Progress,
    text: TextReader,
}

impl fmt::Debug for SourceFile {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("SourceFile").field("name", &self.name).finish_non_exhaustive()
    }
}

impl SourceFile {
    pub fn open(path: &Path) -> Result<Self, FileError> {
        let failed = |error| FileError::Open { path: path.to_path_buf(), error };
        let file = File::open(path).map_err(failed)?;
        let bytes = file.metadata().map_err(failed)?.len();
        Self::new(path.display().to_string(), file, Some(bytes))
    }

    pub fn from_reader(
        name: impl Into<String>,
        reader: impl Read + Send + 'static,
    ) -> Result<Self, FileError> {
        Self::new(name.into(), reader, None)
    }

    fn new(
        name: String,
        reader: impl Read + Send + 'static,
        total: Option<u64>,
    ) -> Result<Self, FileError> {
        let read = Arc::new(AtomicU64::new(0));
        let exhausted = Arc::new(AtomicBool::new(false));
        let counted =
            Counted { inner: reader, read: Arc::clone(&read), exhausted: Arc::clone(&exhausted) };
        let mut packed = BufReader::with_capacity(PACKED_BLOCK_BYTES, counted);
        let head = packed.fill_buf().map_err(|error| FileError::Read { offset: 0, error })?;
        let packing = Packing::of(head)?;
        let text = TextReader::new(packing.unpack(packed), packing, exhausted);
        Ok(Self { name, progress: Progress { read, total }, text })
    }

    pub fn name(&self) -> &str {
        &self.name
    }

    /// A handle that stays valid while a reader consumes the file, also from another thread.
    pub fn progress(&self) -> Progress {
        self.progress.clone()
    }

    pub fn into_text(self) -> TextReader {
        self.text
    }

    pub fn into_lines(self) -> Lines {
        Lines { text: self.text, number: 0, ended: false }
    }
}

/// How much of the file as stored (packed bytes) has been taken in.
#[derive(Debug, Clone)]
pub struct Progress {
    read: Arc<AtomicU64>,
    total: Option<u64>,
}

impl Progress {
    pub fn read_bytes(&self) -> u64 {
        self.read.load(Ordering::Relaxed)
    }

    /// `None` for a stream of unknown length.
    pub fn total_bytes(&self) -> Option<u64> {
        self.total
    }
}

#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Line {
    /// From 1.
    pub number: u64,
    /// Without the line break (`\n` or `\r\n`).
    pub text: String,
    /// False for a last line without a line break, which may be cut off.
    pub ended: bool,
}

/// The lines of a file. Ends after the first error.
#[derive(Debug)]
pub struct Lines {
    text: TextReader,
    number: u64,
    ended: bool,
}

impl Lines {
    fn read(&mut self) -> Result<Option<Line>, FileError> {
        let number = self.number + 1;
        let mut bytes = Vec::new();
        let mut ended = false;
        while !ended {
            let ready = self.text.fill_buf().map_err(FileError::from_io)?;
            if ready.is_empty() {
                break;
            }
            let newline = ready.iter().position(|byte| *byte == b'\n');
            let taken = newline.unwrap_or(ready.len());
            bytes.extend_from_slice(&ready[..taken]);
            ended = newline.is_some();
            self.text.consume(taken + usize::from(ended));
            if bytes.len() > MAX_LINE_BYTES {
                return Err(FileError::LineTooLong { line: number });
            }
        }
        if bytes.is_empty() && !ended {
            return Ok(None);
        }
        if bytes.ends_with(b"\r") {
            bytes.pop();
        }
        self.number = number;
        let text = String::from_utf8(bytes).expect("the text reader passes on UTF-8 only");
        Ok(Some(Line { number, text, ended }))
    }
}

impl Iterator for Lines {
    type Item = Result<Line, FileError>;

    fn next(&mut self) -> Option<Self::Item> {
        if self.ended {
            return None;
        }
        let line = self.read();
        self.ended = !matches!(line, Ok(Some(_)));
        line.transpose()
    }
}

#[cfg(test)]
mod tests {
    use std::io::{Cursor, Write};

    use flate2::{Compression, write::GzEncoder};
    use proptest::prelude::*;
    use ruzstd::encoding::{CompressionLevel, compress_to_vec};

    use super::*;

    fn file(bytes: impl Into<Vec<u8>>) -> Result<SourceFile, FileError> {
        SourceFile::from_reader("test", Cursor::new(bytes.into()))
    }

    fn lines(bytes: impl Into<Vec<u8>>) -> Result<Vec<String>, FileError> {
        file(bytes)?.into_lines().map(|line| line.map(|line| line.text)).collect()
    }

    fn message(bytes: impl Into<Vec<u8>>) -> String {
        lines(bytes).expect_err("the text is refused").to_string()
    }

    fn gzip(text: &[u8]) -> Vec<u8> {
        let mut encoder = GzEncoder::new(Vec::new(), Compression::default());
        encoder.write_all(text).unwrap();
        encoder.finish().unwrap()
    }

    fn zstd(text: &[u8]) -> Vec<u8> {
        compress_to_vec(text, CompressionLevel::Fastest)
    }

    /// Text that does not compress to nothing, longer than several blocks.
    fn long_text() -> String {
        rows(40_000)
    }

    fn rows(count: u32) -> String {
        let row = |n: u32| format!("{}\t細胞\n", n.wrapping_mul(2_654_435_761));
        (0..count).map(row).collect::<Vec<_>>().concat()
    }

    #[test]
    fn line_breaks_and_byte_order_mark_are_no_part_of_the_text() {
        assert_eq!(lines("\u{feff}a\r\nb\n\nc").unwrap(), ["a", "b", "", "c"]);
        assert_eq!(lines("").unwrap(), Vec::<String>::new());
        assert_eq!(lines("\u{feff}").unwrap(), Vec::<String>::new());
        let last = file("a\nb").unwrap().into_lines().last().unwrap().unwrap();
        assert_eq!(last, Line { number: 2, text: "b".to_owned(), ended: false });
    }

    #[test]
    fn packed_text_reads_like_plain_text() {
        let text = long_text();
        let plain = lines(text.as_str()).unwrap();
        assert_eq!(plain.len(), 40_000);
        assert_eq!(lines(gzip(text.as_bytes())).unwrap(), plain);
        assert_eq!(lines(zstd(text.as_bytes())).unwrap(), plain);
    }

    #[test]
    fn streams_in_several_members_are_read_to_the_end() {
        assert_eq!(lines([gzip(b"a\n"), gzip(b"b\n")].concat()).unwrap(), ["a", "b"]);
        let skippable = [0x50, 0x2a, 0x4d, 0x18, 3, 0, 0, 0, 9, 9, 9];
        let frames = [&skippable[..], &zstd(b"a\n"), &skippable, &zstd(b"b\n")].concat();
        assert_eq!(lines(frames).unwrap(), ["a", "b"]);
    }

    #[test]
    fn truncated_streams_are_named_and_their_last_line_is_not_yielded() {
        for (packed, format) in
            [(gzip(long_text().as_bytes()), "gzip"), (zstd(long_text().as_bytes()), "zstd")]
        {
            let half = packed[..packed.len() / 2].to_vec();
            let error = message(half.clone());
            assert!(error.contains(&format!("in the middle of its {format} stream")), "{error}");
            let whole = file(half).unwrap().into_lines().filter_map(Result::ok).all(|l| l.ended);
            assert!(whole);
        }
        assert!(message(gzip(b"abc")[..3].to_vec()).contains("in the middle of its gzip stream"));
    }

    #[test]
    fn damaged_streams_are_named() {
        let mut packed = gzip(b"abc\n");
        let checksum = packed.len() - 8;
        packed[checksum] ^= 1;
        let error = message(packed);
        assert!(error.starts_with("the gzip stream is damaged"), "{error}");
    }

    #[test]
    fn foreign_encodings_are_refused_with_their_place_and_a_hint() {
        let utf16: Vec<u8> = "id\tname".encode_utf16().flat_map(u16::to_le_bytes).collect();
        for bytes in [utf16.clone(), [b"\xff\xfe".to_vec(), utf16].concat()] {
            assert!(message(bytes).contains("it looks like UTF-16"));
        }
        let shift_jis = b"cell\t\x8d\xd7\x96\x45\n";
        let error = message(shift_jis.to_vec());
        assert!(error.contains("at byte 5, it looks like Shift_JIS"), "{error}");
        let latin = message(b"Universit\xe9 de\n".to_vec());
        assert!(latin.contains("at byte 9; save it as UTF-8"), "{latin}");
    }

    #[test]
    fn binary_files_and_archives_are_refused() {
        assert_eq!(
            message(b"abc\x00\n".to_vec()),
            "byte 3 is NUL: this is a binary file, not text; choose the text form of the source"
        );
        assert!(message(b"PK\x03\x04....".to_vec()).contains("Excel workbook"));
    }

    #[test]
    fn text_cut_inside_a_character_is_truncated() {
        let error = message("a\n細".as_bytes()[..4].to_vec());
        assert!(error.contains("in the middle of a character, after 2 bytes"), "{error}");
    }

    #[test]
    fn bad_byte_does_not_hide_the_lines_before_it() {
        let mut lines = file(b"a\nb\n\xffc\n".to_vec()).unwrap().into_lines();
        assert_eq!(lines.next().unwrap().unwrap().text, "a");
        assert_eq!(lines.next().unwrap().unwrap().text, "b");
        let error = lines.next().unwrap().unwrap_err();
        assert!(matches!(error, FileError::NotUtf8 { offset: 4, .. }));
        assert!(lines.next().is_none());
    }

    #[test]
    fn endless_line_is_refused() {
        let text = std::io::repeat(b'a').take(MAX_LINE_BYTES as u64 + 100_000);
        let file = SourceFile::from_reader("test", text).unwrap();
        let error = file.into_lines().next().unwrap().unwrap_err();
        assert!(matches!(error, FileError::LineTooLong { line: 1 }));
    }

    #[test]
    fn progress_counts_packed_bytes() {
        let dir = tempfile::tempdir().unwrap();
        let path = dir.path().join("text.gz");
        let packed = gzip(long_text().as_bytes());
        std::fs::write(&path, &packed).unwrap();
        let file = SourceFile::open(&path).unwrap();
        let progress = file.progress();
        assert_eq!(progress.total_bytes(), Some(packed.len() as u64));
        assert_eq!(file.into_lines().count(), 40_000);
        assert_eq!(progress.read_bytes(), packed.len() as u64);
        assert!(SourceFile::open(&dir.path().join("none")).is_err());
    }

    proptest! {
        #[test]
        fn any_bytes_are_read_or_refused(
            head in prop::sample::select(vec![
                &b""[..], b"\x1f\x8b\x08\x00", b"\x28\xb5\x2f\xfd", b"\x50\x2a\x4d\x18", b"\xff\xfe",
            ]),
            tail in prop::collection::vec(any::<u8>(), 0..300),
        ) {
            let _ = lines([head, &tail].concat());
        }

        #[test]
        fn damaged_zstd_is_read_or_refused(at in 0_usize..400, byte in any::<u8>()) {
            let mut packed = zstd(rows(150).as_bytes());
            let at = at % packed.len();
            packed[at] = byte;
            let _ = lines(packed);
        }

        #[test]
        fn any_text_survives_its_lines(text in "[^\u{0}\r\u{feff}]{0,200}") {
            let joined: String = file(text.as_str()).unwrap().into_lines()
                .map(|line| line.unwrap())
                .map(|line| if line.ended { line.text + "\n" } else { line.text })
                .collect();
            prop_assert_eq!(joined, text);
        }
    }
}
