# A throw-away PostgreSQL server on a free port of 127.0.0.1, owned by an account without rights.
# Never touches a server it did not start.

postgres_data=""

# Prints the directory of the newest server programs; fails when there are none.
postgres_bin() {
    local newest
    newest=$(printf '%s\n' /usr/lib/postgresql/*/bin/initdb | sort --version-sort | tail -n 1)
    [[ -x $newest ]] || newest=$(readlink -f "$(command -v initdb)") || return 1
    printf '%s\n' "${newest%/*}"
}

# PostgreSQL refuses to run as root.
as_postgres() {
    if ((EUID != 0)); then
        "$@"
        return
    fi
    local account=nobody
    if id postgres >/dev/null 2>&1; then account=postgres; fi
    setpriv --reuid "$account" --regid "$(id -g "$account")" --clear-groups "$@"
}

# Sets STEMMA_TEST_POSTGRES_URL. Everything the server writes is below directory $1.
postgres_start() {
    local bin port
    # A developer's own PGPORT or PGOPTIONS must not reach this server or its clients.
    unset "${!PG@}"
    bin=$(postgres_bin) || die "PostgreSQL's server programs are missing; install postgresql"
    say "PostgreSQL: $("$bin/postgres" --version)"
    postgres_create "$bin" "$1"
    # Nobody can reserve a port for another process: try, and try the next when it is taken.
    for _ in {1..10}; do
        port=$((20000 + RANDOM % 12000))
        if as_postgres "$bin/pg_ctl" start --silent --wait --timeout 60 --pgdata "$1/data" \
            --log "$1/log" --options "-p $port" >>"$1.out" 2>&1; then
            export STEMMA_TEST_POSTGRES_URL=postgres://postgres@127.0.0.1:$port/postgres
            return 0
        fi
    done
    cat "$1.out" "$1/log" >&2 || true
    die "PostgreSQL does not start; its log is above"
}

postgres_create() {
    local bin=$1 root=$2
    chmod 711 "${root%/*}"
    mkdir -m 700 "$root"
    if ((EUID == 0)); then chown "$(as_postgres id -u)" "$root"; fi
    as_postgres "$bin/initdb" --pgdata "$root/data" --username postgres --auth trust \
        --encoding UTF8 --locale C.UTF-8 --no-sync >"$root.out" 2>&1 || {
        cat "$root.out" >&2
        die "initdb fails; its output is above"
    }
    cat >>"$root/data/postgresql.conf" <<CONF
listen_addresses = '127.0.0.1'
unix_socket_directories = '$root'
max_connections = 200
fsync = off
full_page_writes = off
synchronous_commit = off
CONF
    postgres_ctl=$bin/pg_ctl
    postgres_data=$root/data
}

# pg_ctl finds the process by the id that the server left in its own data directory.
postgres_stop() {
    [[ -n $postgres_data && -e $postgres_data/postmaster.pid ]] || return 0
    as_postgres "$postgres_ctl" stop --silent --mode fast --timeout 20 --pgdata "$postgres_data" ||
        as_postgres "$postgres_ctl" stop --silent --mode immediate --pgdata "$postgres_data"
}
