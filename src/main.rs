//! The `stemma` program. Everything it does is in the library.

use std::process::ExitCode;

/// Answers are put together from many small pieces, which the allocator of the system is slow at.
#[global_allocator]
static ALLOCATOR: mimalloc::MiMalloc = mimalloc::MiMalloc;

fn main() -> ExitCode {
    stemma::cli::main()
}
