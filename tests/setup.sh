#!/usr/bin/env bash
# Makes the development environment: the packages of the machine, .venv, and the link under which Ansible finds this
# checkout. What is there already is not made again, so every target of the Makefile can begin with it.
set -euo pipefail
cd "$(dirname "$0")/.."
PYTHON=${PYTHON:-/usr/bin/python3} # the system's own, as on a node

say() { printf 'setup: %s\n' "$*"; }

# Runs a command and shows its output only if it fails.
quietly() { # command, its arguments ...
    "$@" </dev/null >.build/setup.log 2>&1 || {
        cat .build/setup.log >&2
        say "failed: $*" >&2
        exit 1
    }
}

packages() {
    local wanted missing=() package services=()
    wanted=$(sed 's/#.*//' tests/packages.txt)
    if ! command -v dpkg-query >/dev/null; then
        say "this is not Debian; what tests/packages.txt lists must be there by other means"
        return
    fi
    for package in $wanted; do
        [[ $(dpkg-query -W -f='${Status}' "$package" 2>/dev/null) == *" installed" ]] || missing+=("$package")
    done
    [[ ${#missing[@]} -gt 0 ]] || return 0
    if [[ $(id -u) -ne 0 ]]; then
        say "missing packages: ${missing[*]}; run this once as root" >&2
        exit 1
    fi
    say "installing ${missing[*]}"
    for package in keepalived frr prometheus; do
        [[ " ${missing[*]} " != *" $package "* ]] || services+=("$package.service")
    done
    export DEBIAN_FRONTEND=noninteractive
    quietly apt-get -q -o DPkg::Lock::Timeout=300 update
    quietly apt-get -q -y -o DPkg::Lock::Timeout=300 -o Dpkg::Use-Pty=0 install --no-install-recommends "${missing[@]}"
    # Debian starts the services of these packages, but the tests start the programs themselves. A package that was
    # installed before keeps its service.
    if [[ ${#services[@]} -gt 0 && -d /run/systemd/system ]]; then
        systemctl disable --quiet --now "${services[@]}" || true
    fi
}

environment() {
    # Scripts in a virtual environment contain its path, so a checkout that has moved needs a new environment.
    local stamp
    stamp=$({ pwd; "$PYTHON" --version; cat tests/requirements.txt; } | sha256sum | cut -d' ' -f1)
    [[ $(cat .venv/.stamp 2>/dev/null || true) == "$stamp" ]] && return 0
    say "building .venv"
    rm -rf .venv
    quietly "$PYTHON" -m venv .venv
    # uv installs the rest in a third of the time that pip takes. It has own settings: UV_DEFAULT_INDEX is its PIP_INDEX_URL.
    quietly .venv/bin/pip install --disable-pip-version-check "$(grep '^uv==' tests/requirements.txt)"
    quietly .venv/bin/uv pip install --system-certs --compile-bytecode --python .venv/bin/python3 --requirement tests/requirements.txt
    echo "$stamp" >.venv/.stamp
}

collection() {
    local link=.ansible/collections/ansible_collections/hotstandby/vrrp
    [[ $(readlink "$link" 2>/dev/null || true) == "$PWD" ]] && return 0
    mkdir -p "$(dirname "$link")"
    ln -sfn "$PWD" "$link"
}

mkdir -p .build
exec 9>.build/setup.lock
flock 9
packages
environment
collection
