#!/usr/bin/env bash
# Measures the server under load. Installs wrk where it is missing.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/.."
source tests/lib/tools.sh

has wrk || install_packages wrk
exec cargo bench --bench http
