#!/usr/bin/env bash
# Runs the unit tests with every other Python of this machine, because the agent runs on any Python from 3.9 on. All
# interpreters run at the same time, each in its own environment without Ansible.
#
# The oldest and the newest Python run all tests of what a node runs. The others load every module, and run the tests of
# the whole agent, the command and the client. Where the oldest and the newest agree, a Python between them can differ
# only by an error of its own in asyncio, sockets or processes.
#
# Not run are the tests of what no node runs, or of what no Python changes: modules and filters (they need Ansible, which
# has its own Python), the libraries of the controller (they run where Ansible runs), the lab, the benchmarks, the sources, the tools
# of developers. Nor are properties tried with random input again: `make unit` does this with the Python of this checkout.
set -euo pipefail
cd "$(dirname "$0")/.."
OWN=$(.venv/bin/python3 -c 'import sys; print("%d.%d" % sys.version_info[:2])')
STAMP="$PWD $(sha256sum <"tests/pythons.sh")" # another path or another list of packages needs a new environment
LEFT_OUT=(action modules filter inventory pair_simulation report playbooks eda lab benchmarks
    test_house.py test_own_tests.py test_version.py
    test_coverage_by_module.py protocol/test_protocol_testcase.py
    config/test_config_any_text.py config/test_config_any_values.py)
ALERTS=tests/unit/test_metrics.py::test_each_alert_comes_when_it_should # it runs promtool
BETWEEN=(tests/unit/agent/test_*.py tests/unit/agent/process tests/unit/agent/network tests/unit/test_cl*.py)
LOAD_ALL='
import importlib, pkgutil, vrrp
for module in pkgutil.walk_packages(vrrp.__path__, "vrrp."):
    importlib.import_module(module.name)
'
trap '[[ -z $(jobs -p) ]] || kill $(jobs -p) 2>/dev/null' EXIT

# Prints one interpreter of a version: from PATH, or from pyenv's folder (its shims exist for versions that do not start).
interpreter() { # version
    local candidate
    for candidate in "$(command -v "python$1" || true)" "$HOME"/.pyenv/versions/"$1".*/bin/"python$1"; do
        if [[ -n $candidate ]] && "$candidate" -c '' 2>/dev/null; then
            echo "$candidate"
            return
        fi
    done
}

run() { # version, interpreter, what
    local environment=.venv-$1 tests
    if [[ $(cat "$environment/.stamp" 2>/dev/null || true) != "$STAMP" ]]; then
        rm -rf "$environment"
        .venv/bin/uv venv --quiet --python "$2" "$environment"
        # The versions are not pinned, as each Python has its own newest release of these packages.
        .venv/bin/uv pip install --quiet --system-certs --python "$environment/bin/python" hypothesis jinja2 prometheus_client pyroute2 \
            pytest pyyaml
        echo "$STAMP" >"$environment/.stamp"
    fi
    tests=("${LEFT_OUT[@]/#/--ignore=tests/unit/}" tests/unit)
    if [[ $3 == between ]]; then
        PYTHONPATH=plugins/module_utils "$environment"/bin/python -c "$LOAD_ALL"
        tests=("${BETWEEN[@]}")
    fi
    # pytest rewrites each assert for its messages, a third of the time here. So it does that only to show a failure.
    "$environment"/bin/python -m pytest -q -p no:cacheprovider --assert=plain --deselect "$ALERTS" "${tests[@]}" && return
    "$environment"/bin/python -m pytest -q -p no:cacheprovider --deselect "$ALERTS" "${tests[@]}" || true
    return 1
}

mkdir -p .build/logs
found=() interpreters=() pids=() failed=()
for version in 3.9 3.10 3.11 3.12 3.13 3.14; do
    [[ $version != "$OWN" ]] || continue
    python=$(interpreter "$version")
    [[ -n $python ]] || continue
    found+=("$version")
    interpreters+=("$python")
done
for number in "${!found[@]}"; do
    what=between
    ((number > 0 && number < ${#found[@]} - 1)) || what=all
    run "${found[$number]}" "${interpreters[$number]}" "$what" >".build/logs/python${found[$number]}.log" 2>&1 &
    pids+=($!)
done
for number in "${!found[@]}"; do
    wait "${pids[$number]}" || failed+=("${found[$number]}")
    echo "--- Python ${found[$number]}"
    cat ".build/logs/python${found[$number]}.log"
done
if ((${#failed[@]})); then
    echo "failed with Python: ${failed[*]}"
    exit 1
fi
echo "also tested with Python: ${found[*]:-none, as this machine has no other}"
