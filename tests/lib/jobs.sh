# Runs commands in sessions of their own, so that a signal to the script can end each of them with
# all its children. Signals only what it started.

jobs_started=()

# Sets `started` to the process id, which is also the id of the process group.
start() {
    setsid "$@" </dev/null &
    started=$!
    jobs_started+=("$started")
}

# A foreground command would hold back the script's traps until it ends.
run() {
    start "$@"
    wait "$started"
}

stop_jobs() {
    local group
    for group in ${jobs_started[@]+"${jobs_started[@]}"}; do
        stop_group "$group"
    done
}

# Ten seconds to end in peace.
stop_group() {
    kill -TERM -- "-$1" 2>/dev/null || return 0
    for _ in {1..100}; do
        kill -0 -- "-$1" 2>/dev/null || return 0
        sleep 0.1
    done
    kill -KILL -- "-$1" 2>/dev/null
}

# Prints what the sed script $1 prints for file $2; fails when process $3 ends first or $4 seconds
# pass.
wait_for_line() {
    local found deadline=$((SECONDS + $4))
    while ((SECONDS < deadline)); do
        found=$(sed -n "$1" "$2")
        if [[ -n $found ]]; then
            printf '%s\n' "$found"
            return 0
        fi
        kill -0 "$3" 2>/dev/null || return 1
        sleep 0.2
    done
    return 1
}
