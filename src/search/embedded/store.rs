//! The folder of an index: opens what is there, wipes what is damaged or of another format. It deletes only in folders
//! that an index has been in.

use std::{
    fs, io,
    panic::{self, AssertUnwindSafe},
    path::Path,
};

use tantivy::{
    Directory, Index, TantivyError,
    directory::{INDEX_WRITER_LOCK, MmapDirectory, error::LockError},
};

use crate::search::{
    embedded::schema::{Fields, stamp},
    query::SearchError,
};

/// Holds [`stamp`]; written last, so that a half-made index is made again.
const STAMP: &str = "stamp.txt";

pub(super) fn open<T>(
    dir: &Path,
    load: impl Fn(&Path, Index) -> tantivy::Result<T>,
) -> Result<T, SearchError> {
    let folder = |source| SearchError::Folder { dir: dir.to_owned(), source };
    fs::create_dir_all(dir).map_err(folder)?;
    let stamped = match fs::read_to_string(dir.join(STAMP)) {
        Ok(text) => text == stamp(),
        Err(error)
            if matches!(error.kind(), io::ErrorKind::NotFound | io::ErrorKind::InvalidData) =>
        {
            false
        }
        Err(error) => return Err(folder(error)),
    };
    if stamped && let Some(index) = undamaged(|| load(dir, whole(dir)?)) {
        return Ok(index);
    }
    let index = create(dir)?;
    load(dir, index).map_err(|error| failed(dir, error))
}

/// What was opened, unless something is wrong with it. The engine answers some damage with a panic, for instance a file
/// cut short.
fn undamaged<T>(open: impl FnOnce() -> tantivy::Result<T>) -> Option<T> {
    panic::catch_unwind(AssertUnwindSafe(open)).ok()?.ok()
}

/// The index in the folder, every file of it checked.
fn whole(dir: &Path) -> tantivy::Result<Index> {
    let index = Index::open_in_dir(dir)?;
    let damaged = index.validate_checksum()?;
    if damaged.is_empty() {
        return Ok(index);
    }
    Err(TantivyError::InternalError(format!("damaged files: {damaged:?}")))
}

fn create(dir: &Path) -> Result<Index, SearchError> {
    let folder = |source| SearchError::Folder { dir: dir.to_owned(), source };
    let mut files =
        fs::read_dir(dir).and_then(Iterator::collect::<io::Result<Vec<_>>>).map_err(folder)?;
    files.retain(|file| !file.file_name().to_string_lossy().ends_with(".lock"));
    let ours = |file: &fs::DirEntry| file.file_name() == STAMP || file.file_name() == "meta.json";
    if !files.is_empty() && !files.iter().any(ours) {
        return Err(SearchError::NotAnIndex { dir: dir.to_owned() });
    }
    let failed = |error| failed(dir, error);
    let directory = MmapDirectory::open(dir).map_err(|error| failed(error.into()))?;
    let _lock = directory.acquire_lock(&INDEX_WRITER_LOCK).map_err(|error| failed(error.into()))?;
    // The stamp goes last: a wipe cut short is taken up again.
    files.sort_by_key(ours);
    for file in files {
        fs::remove_file(file.path()).map_err(folder)?;
    }
    let (_, schema) = Fields::new();
    let index = Index::create_in_dir(dir, schema).map_err(failed)?;
    fs::write(dir.join(STAMP), stamp()).map_err(folder)?;
    Ok(index)
}

/// The error as callers see it.
pub(super) fn failed(dir: &Path, error: TantivyError) -> SearchError {
    let dir = dir.to_owned();
    match error {
        TantivyError::LockFailure(LockError::LockBusy, _) => SearchError::Locked { dir },
        other => SearchError::Engine { dir, source: Box::new(other) },
    }
}
