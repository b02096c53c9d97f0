#!/usr/bin/env bash
# Runs all the given targets of the Makefile, and ends with the result and the time of each.
# Targets that are joined by "+" (lint+unit) run side by side: those that wait for timers and nodes, in the given order, and
# beside them those that only compute, which take what the others leave of the processors. Each prints its output when
# it has ended. AT_ONCE says how many of each kind run at once; without it one for each processor.
set -uo pipefail
cd "$(dirname "$0")/.." || exit
LOGS=.build/logs
AT_ONCE=${AT_ONCE:-$(nproc)}
COMPUTE=(pythons sanity lint unit plays simulation)
# These assert how soon a node has done what takes a new Python or systemctl, so they go before the other scenarios.
URGENT=(molecule-keepalived molecule-faults)
mkdir -p "$LOGS"
lines=() failed=()
declare -A name_of=() started_at=()
trap '[[ -z $(jobs -p) ]] || kill $(jobs -p) 2>/dev/null' EXIT
trap 'exit 130' INT
trap 'exit 143' TERM

note() { # part, exit status, seconds
    local verdict=passed
    if (($2)); then
        verdict=FAILED
        failed+=("$1")
    fi
    lines+=("$(printf '%-19s %-7s %3d:%02d  %s' "$1" "$verdict" $(($3 / 60)) $(($3 % 60)) "$LOGS/$1.log")")
}

computes() { # part
    [[ " ${COMPUTE[*]} " == *" $1 "* ]]
}

start() { # part
    local niceness=0
    # Neither 19 nor SCHED_IDLE: what then has a lock of the kernel may not run for long, and all others wait for it. With 19 an
    # agent waited 0.36 s for a change of an address in another namespace.
    computes "$1" && niceness=5
    [[ " ${URGENT[*]} " != *" $1 "* ]] || niceness=-10
    nice -n "$niceness" make "$1" </dev/null >"$LOGS/$1.log" 2>&1 &
    name_of[$!]=$1
    started_at[$!]=$SECONDS
}

collect() { # waits until one of the running parts has ended, and starts the next one of its kind
    local pid status=0 part
    wait -n -p pid || status=$?
    part=${name_of[$pid]}
    unset "name_of[$pid]"
    if computes "$part"; then start_next computing; else start_next waiting; fi
    printf '\n=== %s\n' "$part"
    cat "$LOGS/$part.log"
    note "$part" "$status" $((SECONDS - started_at[$pid]))
}

start_next() { # waiting or computing: the queue of which the first part is started, if there is one
    local -n queue=$1
    ((${#queue[@]})) || return
    start "${queue[0]}"
    queue=("${queue[@]:1}")
}

side_by_side() {
    local part
    waiting=() computing=()
    printf '\n=== side by side: %s\n' "$*"
    for part in "$@"; do
        if computes "$part"; then computing+=("$part"); else waiting+=("$part"); fi
    done
    for ((slot = 0; slot < AT_ONCE; slot++)); do
        start_next waiting
        start_next computing
    done
    while ((${#name_of[@]})); do collect; done
}

alone() {
    local start=$SECONDS status=0
    printf '\n=== %s\n' "$1"
    make "$1" </dev/null 2>&1 | tee "$LOGS/$1.log" || status=$?
    note "$1" "$status" $((SECONDS - start))
}

# Prints the lines of a log that say what failed, the last ones, and the end of a log without such lines.
reasons() { # part
    local found
    found=$(grep -aE '^(FAILED|ERROR) |^E   +[^ ]|^fatal: |: error: ' "$LOGS/$1.log" | tail -n 8)
    printf -- '--- %s\n%s\n' "$1" "${found:-$(tail -n 8 "$LOGS/$1.log")}" | cut -c 1-180
}

began=$SECONDS asked=0
for group in "$@"; do
    IFS=+ read -ra parts <<<"$group"
    asked=$((asked + ${#parts[@]}))
    if ((${#parts[@]} > 1)); then side_by_side "${parts[@]}"; else alone "$group"; fi
done

took=$((SECONDS - began))
printf '\n=== summary, after %d:%02d minutes\n' $((took / 60)) $((took % 60))
printf '%s\n' "${lines[@]}"
if ((${#failed[@]})); then
    for part in "${failed[@]}"; do reasons "$part"; done
    echo "failed: ${failed[*]}"
    exit 1
fi
if ((asked == 0 || ${#lines[@]} != asked)); then
    echo "failed: $asked parts were asked for, ${#lines[@]} have ended"
    exit 1
fi
echo "all passed"
