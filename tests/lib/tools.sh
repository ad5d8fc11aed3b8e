# Finds the programs the tests need and installs the missing ones from Debian's packages. Touches
# no package source and asks the network for nothing when all are present.

readonly NODE_AT_LEAST=18

say() { printf '== %s\n' "$*"; }

die() {
    printf 'error: %s\n' "$*" >&2
    exit 1
}

has() { command -v "$1" >/dev/null; }

require_tools() {
    local missing=()
    has cargo || die "cargo is missing; install Rust from https://rustup.rs"
    has cc || missing+=(build-essential)
    has node || missing+=(nodejs)
    has npm || missing+=(npm)
    [[ -n ${STEMMA_TEST_POSTGRES_URL:-} ]] || postgres_bin >/dev/null || missing+=(postgresql)
    if ((${#missing[@]})); then install_packages "${missing[@]}"; fi
    require_node
}

require_node() {
    local version
    version=$(node --version)
    version=${version#v}
    ((${version%%.*} >= NODE_AT_LEAST)) ||
        die "Node $version is too old; install Node $NODE_AT_LEAST or newer from https://nodejs.org"
}

install_packages() {
    has apt-get || die "missing: $*; install them (these are Debian's names) and run again"
    say "Installing $*"
    (
        # Debian would otherwise create and start a cluster that no test uses.
        no_cluster=/etc/postgresql-common/createcluster.d/stemma-tests.conf
        log=$(mktemp)
        trap 'as_root rm -f "$no_cluster" "$log"' EXIT
        as_root mkdir -p "${no_cluster%/*}"
        as_root tee "$no_cluster" >/dev/null <<<'create_main_cluster = false'
        { apt update && apt install --yes --no-install-recommends "$@"; } >"$log" 2>&1 || {
            tail -n 50 "$log" >&2
            die "apt-get cannot install $*; the end of its output is above"
        }
    )
}

apt() {
    as_root env DEBIAN_FRONTEND=noninteractive \
        apt-get --quiet=2 --option Dpkg::Use-Pty=0 --option DPkg::Lock::Timeout=300 "$@" </dev/null
}

as_root() {
    if ((EUID == 0)); then
        "$@"
    elif has sudo; then
        sudo "$@"
    else
        die "only root can install packages, and sudo is missing"
    fi
}
