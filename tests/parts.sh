#!/usr/bin/env bash
# Runs all the given targets of the Makefile, and ends with the result and the time of each.
# Targets that are joined by "+" (lint+unit) run at the same time, one for each processor. Each prints its output when
# it has ended.
set -uo pipefail
cd "$(dirname "$0")/.." || exit
LOGS=.build/logs
AT_ONCE=$(nproc)
# Parts that wait for no timer: beside another part they take what that leaves of the processors.
COMPUTE=(pythons sanity lint unit plays simulation)
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

collect() { # waits until one of the running targets has ended
    local pid status=0 part
    wait -n -p pid || status=$?
    part=${name_of[$pid]}
    unset "name_of[$pid]"
    printf '\n=== %s\n' "$part"
    cat "$LOGS/$part.log"
    note "$part" "$status" $((SECONDS - started_at[$pid]))
}

side_by_side() {
    local part gently
    printf '\n=== side by side: %s\n' "$*"
    for part in "$@"; do
        ((${#name_of[@]} < AT_ONCE)) || collect
        gently=0
        [[ " ${COMPUTE[*]} " != *" $part "* ]] || gently=19
        nice -n "$gently" make "$part" </dev/null >"$LOGS/$part.log" 2>&1 &
        name_of[$!]=$part
        started_at[$!]=$SECONDS
    done
    while ((${#name_of[@]})); do collect; done
}

alone() {
    local start=$SECONDS status=0
    printf '\n=== %s\n' "$1"
    make "$1" </dev/null 2>&1 | tee "$LOGS/$1.log" || status=$?
    note "$1" "$status" $((SECONDS - start))
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
    echo "failed: ${failed[*]}"
    exit 1
fi
if ((asked == 0 || ${#lines[@]} != asked)); then
    echo "failed: $asked parts were asked for, ${#lines[@]} have ended"
    exit 1
fi
echo "all passed"
