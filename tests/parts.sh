#!/usr/bin/env bash
# Run the given targets of the Makefile one after the other, all of them, and end with what each one said and took.
set -uo pipefail
cd "$(dirname "$0")/.." || exit
LOGS=.build/logs
mkdir -p "$LOGS"
lines=() failed=()
began=$SECONDS

for part in "$@"; do
    printf '\n=== %s\n' "$part"
    start=$SECONDS
    if make "$part" </dev/null 2>&1 | tee "$LOGS/$part.log"; then
        verdict=passed
    else
        verdict=FAILED
        failed+=("$part")
    fi
    took=$((SECONDS - start))
    lines+=("$(printf '%-10s %-7s %3d:%02d  %s' "$part" "$verdict" $((took / 60)) $((took % 60)) "$LOGS/$part.log")")
done

took=$((SECONDS - began))
printf '\n=== summary, after %d:%02d minutes\n' $((took / 60)) $((took % 60))
printf '%s\n' "${lines[@]}"
if ((${#failed[@]})); then
    echo "failed: ${failed[*]}"
    exit 1
fi
echo "all passed"
