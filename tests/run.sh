#!/usr/bin/env bash
# Runs every test on SQLite and PostgreSQL, then the GraphQL conformance audits against a served
# demo. Needs Linux and a Rust toolchain; on Debian it installs what else is missing. Leaves
# nothing running and nothing outside the build directory and tests/conformance/node_modules.
#
# STEMMA_TEST_POSTGRES_URL  names a server to test against; unset, a throw-away one is started.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/.."
source tests/lib/tools.sh
source tests/lib/jobs.sh
source tests/lib/postgres.sh

# Not TMPDIR: the PostgreSQL account must be able to enter it, and socket paths end at 107 bytes.
work=$(mktemp -d /tmp/stemma-tests.XXXXXX)

cleanup() {
    local status=$?
    trap '' INT TERM HUP PIPE
    set +e
    stop_jobs
    postgres_stop
    rm -rf "$work"
    if ((status == 0)); then say "All tests pass"; else say "Failed with status $status" >&2; fi
    exit "$status"
}
trap cleanup EXIT
trap 'exit 129' HUP
trap 'exit 130' INT
trap 'exit 141' PIPE
trap 'exit 143' TERM

audit() {
    local audits=tests/conformance data=$work/data log=$work/serve.log url
    say "Conformance audits"
    # A lock file that is not newer than what npm installed from it needs no second installation.
    if [[ ! $audits/node_modules/.package-lock.json -nt $audits/package-lock.json ]]; then
        run npm ci --no-audit --no-fund --prefix $audits
    fi
    run cargo build --locked
    start cargo run --locked --quiet -- serve --demo --listen 127.0.0.1:0 --data "$data" \
        >"$log" 2>&1
    url=$(wait_for_line 's|^Stemma is ready at \(http://[^ /]*\).*|\1|p' "$log" "$started" 120) || {
        cat "$log" >&2
        die "the demo server is not ready; its output is above"
    }
    run node $audits/audit.mjs "$url/graphql" || {
        tail -n 50 "$log" >&2
        die "the conformance audits fail; the end of the server's output is above"
    }
}

require_tools
if [[ -n ${STEMMA_TEST_POSTGRES_URL:-} ]]; then
    say "PostgreSQL as named by STEMMA_TEST_POSTGRES_URL"
else
    postgres_start "$work/postgres"
fi

say "Tests"
# Not --all-targets: it would run the benchmarks too.
run cargo test --locked --lib --bins --tests
say "Documentation tests"
run cargo test --locked --doc
audit
