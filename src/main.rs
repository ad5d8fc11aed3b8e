//! The `stemma` program. Everything it does is in the library.

use std::process::ExitCode;

fn main() -> ExitCode {
    stemma::cli::main()
}
