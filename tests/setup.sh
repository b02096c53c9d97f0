#!/usr/bin/env bash
# Make the development environment: packages of the machine, .venv, the link under which Ansible finds this checkout.
# Does nothing, quickly, where everything is there. Every target of the Makefile begins with it.
set -euo pipefail
cd "$(dirname "$0")/.."
PYTHON=${PYTHON:-/usr/bin/python3} # the system's own: the nodes and the agent's tests use nothing else

say() { printf 'setup: %s\n' "$*"; }

# What a tool has to say is read only when it failed.
quietly() {
    "$@" </dev/null >.build/setup.log 2>&1 || {
        cat .build/setup.log >&2
        say "failed: $*" >&2
        exit 1
    }
}

packages() {
    local wanted missing=() package strangers=()
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
    for package in keepalived frr; do
        [[ " ${missing[*]} " != *" $package "* ]] || strangers+=("$package.service")
    done
    export DEBIAN_FRONTEND=noninteractive
    quietly apt-get -q -o DPkg::Lock::Timeout=300 update
    quietly apt-get -q -y -o DPkg::Lock::Timeout=300 -o Dpkg::Use-Pty=0 install --no-install-recommends "${missing[@]}"
    # They are here to be talked to; nobody asked for the services. What was there before is left alone.
    if [[ ${#strangers[@]} -gt 0 && -d /run/systemd/system ]]; then
        systemctl disable --quiet --now "${strangers[@]}" || true
    fi
}

environment() {
    # The path is part of the stamp: scripts in a virtual environment hold it, so a checkout that moved needs a new one.
    local stamp
    stamp=$({ pwd; "$PYTHON" --version; cat tests/requirements.txt; } | sha256sum | cut -d' ' -f1)
    [[ $(cat .venv/.stamp 2>/dev/null || true) == "$stamp" ]] && return 0
    say "building .venv (half a minute)"
    rm -rf .venv
    quietly "$PYTHON" -m venv .venv
    quietly .venv/bin/pip install --disable-pip-version-check --requirement tests/requirements.txt
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
