# Copyright (c) 2026, the hotstandby.vrrp authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""It has the bash completion. `make manual` writes this file: change tests/manual.py or the argument parser."""

from __future__ import annotations

TEXT = r"""# bash completion of hotstandby. Made by tests/manual.py of the collection hotstandby.vrrp.

# Print the names of the instances that the running agent has. JSON writes other characters than ASCII as \uXXXX.
_hotstandby_names() {
    local name
    "${COMP_WORDS[0]}" status --json "$@" 2>/dev/null | sed -n 's/^      "name": "\(.*\)",\{0,1\}$/\1/p' |
        while read -r name; do printf '%b\n' "$name"; done
}

# Offer paths. The options are those of compgen.
_hotstandby_paths() {
    compopt -o filenames 2>/dev/null
    mapfile -t COMPREPLY < <(compgen "$@")
}

_hotstandby() {
    local current=${COMP_WORDS[COMP_CWORD]} previous=${COMP_WORDS[COMP_CWORD - 1]}
    local command='' skip='' word words='' number
    local -a directory=()
    COMPREPLY=()
    for ((number = 1; number < COMP_CWORD; number++)); do
        word=${COMP_WORDS[number]}
        case $skip$word in
            +*) [ "${COMP_WORDS[number - 1]}" = --runtime-dir ] && directory=(--runtime-dir "$word"); skip='' ;;
            --runtime-dir | --config | --state-dir | --for | --format | --listen | --socket | \
                --textfile | --reason | --expires | -n | --since) skip=+ ;;
            -*) ;;
            *) command=${command:-$word} ;;
        esac
    done
    case $previous in
        --runtime-dir | --state-dir) _hotstandby_paths -d -- "$current"; return ;;
        --config | --textfile) _hotstandby_paths -f -- "$current"; return ;;
        --format) mapfile -t COMPREPLY < <(compgen -W 'openmetrics text' -- "$current"); return ;;
        --for | --listen | --socket | --reason | --expires | -n | --since) return ;;
    esac
    case $command in
        '')
            words='run check status watch metrics promote demote release drain undrain cleanup reload plan
events history replay --help --version' ;;
        run) words='--runtime-dir --config --state-dir --help' ;;
        check) words='--for --json --help' ;;
        status) words='--runtime-dir --json --check --help' ;;
        watch) words='--runtime-dir --help' ;;
        metrics) words='--runtime-dir --format --listen --socket --textfile --help' ;;
        promote) words='--runtime-dir --reason --expires --help' ;;
        demote) words='--runtime-dir --reason --expires --help' ;;
        release) words='--runtime-dir --help' ;;
        drain) words='--runtime-dir --reason --expires --help' ;;
        undrain) words='--runtime-dir --help' ;;
        cleanup) words='--runtime-dir --help' ;;
        reload) words='--runtime-dir --help' ;;
        plan) words='--runtime-dir --json --help' ;;
        events) words='--runtime-dir --json -n --since --follow --help' ;;
        history) words='--runtime-dir --json --since --state-dir --help' ;;
        replay) words='--json --help' ;;
    esac
    case $current,$command in
        -*) ;;
        *,status | *,watch | *,promote | *,demote | *,release | *,events | *,history)
            while read -r word; do
                [[ $word = "$current"* ]] && COMPREPLY+=("$word")
            done < <(_hotstandby_names "${directory[@]}")
            return ;;
        *,check | *,plan | *,replay) _hotstandby_paths -f -- "$current"; return ;;
    esac
    mapfile -t COMPREPLY < <(compgen -W "$words" -- "$current")
}

complete -F _hotstandby hotstandby
"""
