# Copyright (c) 2026, the hotstandby.vrrp authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Test that an installation lists what it changes, in order, and changes nothing twice."""

from __future__ import annotations

import grp
import os

import pytest
from ansible_collections.hotstandby.vrrp.plugins.module_utils.deployment import (
    completion,
    files,
    man_page,
    paths,
    running_release,
)
from ansible_collections.hotstandby.vrrp.plugins.module_utils.deployment.account import Account
from ansible_collections.hotstandby.vrrp.plugins.module_utils.deployment.change import DeploymentError, apply, as_diff
from ansible_collections.hotstandby.vrrp.plugins.module_utils.deployment.exporter_unit import Outlets
from ansible_collections.hotstandby.vrrp.plugins.module_utils.deployment.installation import Installation, Wanted
from ansible_collections.hotstandby.vrrp.plugins.module_utils.deployment.interpreter import STABLE
from ansible_collections.hotstandby.vrrp.plugins.module_utils.deployment.module_io import CommandRunner
from ansible_collections.hotstandby.vrrp.plugins.module_utils.deployment.release import Release
from ansible_collections.hotstandby.vrrp.plugins.module_utils.deployment.service import ServiceState

ASLEEP = ServiceState(running=False, enabled=False, stale=False, pid=0)


class Node:
    """It records commands; systemd and the user database are simulated."""

    def __init__(self, monkeypatch):
        self.ran = []
        self.user = False
        monkeypatch.setattr(Account, "exists", property(lambda account: self.user))
        monkeypatch.setattr(Account, "owner", lambda account: (os.getuid(), os.getgid()) if self.user else (-1, -1))
        monkeypatch.setattr(grp, "getgrnam", self.group)

    def group(self, name):
        raise KeyError(name)

    def run_command(self, words, environ_update=None):
        self.ran.append(" ".join(words[:3]))
        self.user = {"useradd": True, "userdel": False}.get(words[0], self.user)
        return 0, "", ""


@pytest.fixture
def node(tmp_path, monkeypatch):
    directories = ("CONFIG_DIRECTORY", "RUNTIME_DIRECTORY", "STATE_DIRECTORY")
    files_there = ("LIBRARY", "RELEASES", "CURRENT", "COMMAND", "MAN_PAGE", "COMPLETION", "UNIT", "METRICS_UNIT")
    for name in (*files_there, *directories):
        monkeypatch.setattr(paths, name, str(tmp_path) + getattr(paths, name))
    # The tests run without root: the user of the tests owns what root would own.
    monkeypatch.setattr(os, "chown", lambda path, uid, gid: None)
    monkeypatch.setattr(os, "fchown", lambda handle, uid, gid: None)
    monkeypatch.setattr(files, "has_owner", lambda path, mode, uid, gid: os.stat(path).st_mode & 0o7777 == mode)
    return Node(monkeypatch)


@pytest.fixture
def installation(node):
    return Installation(CommandRunner(node.run_command))


def wanted(text=b"", **options):
    return Wanted(Release({"vrrp/__init__.py": text, "pyroute2/__init__.py": b""}), **options)


def subjects(changes):
    return [os.path.basename(change.subject) for change in changes]


def test_a_fresh_node_gets_everything_once(node, installation):
    changes = installation.present(wanted(), ASLEEP)
    assert subjects(changes) == [
        "user hotstandby", "hotstandby", "current", "hotstandby", "hotstandby.8", "hotstandby", "hotstandby.service",
        "hotstandby.service", "systemd",
    ]  # fmt: skip
    apply(changes)
    assert [command for command in node.ran if command.startswith(("useradd", "systemctl"))] == [
        "useradd --system --user-group",
        "systemctl --quiet --no-reload",
        "systemctl --quiet daemon-reload",
    ]
    enabled = ServiceState(running=False, enabled=True, stale=False, pid=0)
    assert installation.present(wanted(), enabled) == []


def test_a_node_has_the_manual_page_and_the_completion(node, installation):
    apply(installation.present(wanted(), ASLEEP))
    assert (files.read(paths.MAN_PAGE), files.read(paths.COMPLETION)) == (
        man_page.TEXT.encode(),
        completion.TEXT.encode(),
    )
    assert {os.stat(path).st_mode & 0o777 for path in (paths.MAN_PAGE, paths.COMPLETION)} == {0o644}


def test_a_list_of_changes_changes_nothing(node, installation, tmp_path):
    as_diff(installation.present(wanted(), ASLEEP))
    installation.absent(ASLEEP)
    ran = [words for words in node.ran if words != f"{STABLE} -IB -c"]  # it is asked for its version
    assert (ran, list(tmp_path.iterdir())) == ([], [])


def test_an_old_python_is_refused(installation, monkeypatch):
    monkeypatch.setattr(paths, "MINIMUM_PYTHON", (4, 0))
    with pytest.raises(DeploymentError, match=r"needs Python 4\.0 or later.*ansible_python_interpreter"):
        installation.present(wanted(), ASLEEP)


def test_a_unit_that_systemd_has_not_read_is_read(installation):
    apply(installation.present(wanted(), ASLEEP))
    stale = ServiceState(running=False, enabled=True, stale=True, pid=0)
    assert subjects(installation.present(wanted(), stale)) == ["systemd"]


def test_a_removal_stops_the_service_first_and_leaves_nothing(node, installation, tmp_path):
    apply(installation.present(wanted(), ASLEEP))
    os.makedirs(paths.RUNTIME_DIRECTORY)
    os.makedirs(paths.STATE_DIRECTORY)
    with open(f"{paths.STATE_DIRECTORY}/maintenance.json", "w", encoding="ascii"):
        pass
    alive = ServiceState(running=True, enabled=True, stale=False, pid=1)
    changes = installation.absent(alive)
    assert (changes[0].before, changes[0].after) == ("running\n", "stopped\n")
    os.rmdir(paths.RUNTIME_DIRECTORY)  # as systemd does when the service stops
    apply(changes)
    assert [path for path in tmp_path.rglob("*") if not path.is_dir() or "hotstandby" in path.name] == []
    assert installation.absent(ASLEEP) == []


def test_a_living_agent_of_another_release_or_unit_is_outdated(installation, monkeypatch):
    current = wanted()
    alive = ServiceState(running=True, enabled=True, stale=False, pid=7)
    apply(installation.present(current, ASLEEP))
    written = os.stat(paths.UNIT).st_mtime

    def outdated(release, started_at):
        monkeypatch.setattr(running_release, "release_of", lambda pid: release)
        monkeypatch.setattr(running_release, "started_at", lambda pid: started_at)
        return installation.outdated(current, alive, [])

    assert not outdated(current.release.id, written + 1)
    assert outdated("0123456789abcdef", written + 1)
    assert outdated(current.release.id, written - 1)
    assert not installation.outdated(current, ASLEEP, [])


def test_a_command_that_fails_is_named():
    run = CommandRunner(lambda words, environ_update: (4, "", "no such unit"))
    with pytest.raises(DeploymentError, match="'systemctl enable x' ended with status 4: no such unit"):
        run(["systemctl", "enable", "x", "y"])
    assert run(["systemctl"], accepted=(4,)) == ""


def test_the_command_and_the_proof_use_the_interpreter_that_stays(installation, node, monkeypatch):
    monkeypatch.setattr(f"{Installation.__module__}.interpreter", lambda discovered, run: "/usr/bin/python3")
    apply(installation.present(wanted(), ASLEEP))
    assert b"exec /usr/bin/python3 -IB " in files.read(paths.COMMAND)
    assert "/usr/bin/python3 -I -c" in node.ran


def test_a_unit_that_is_about_to_change_makes_the_agent_outdated(installation, monkeypatch):
    apply(installation.present(wanted(), ASLEEP))
    alive = ServiceState(running=True, enabled=True, stale=False, pid=7)
    monkeypatch.setattr(running_release, "release_of", lambda pid: wanted().release.id)
    monkeypatch.setattr(running_release, "started_at", lambda pid: os.stat(paths.UNIT).st_mtime + 1)
    changes = installation.present(wanted(switch_user=True), alive)
    assert subjects(changes) == ["hotstandby.service", "systemd"]
    assert installation.outdated(wanted(switch_user=True), alive, changes)
    assert not installation.outdated(wanted(switch_user=True), alive, changes[1:])


def test_a_release_that_does_not_run_here_is_never_named(node, monkeypatch):
    def run_command(words, environ_update=None):
        return (1, "", "no module zlib") if "-I" in words else node.run_command(words)

    installation = Installation(CommandRunner(run_command))
    with pytest.raises(DeploymentError) as caught:
        apply(installation.present(wanted(), ASLEEP))
    said = str(caught.value)
    assert said.startswith("the new release does not run on this node, so nothing names it: ")
    assert said.endswith("ended with status 1: no module zlib")
    assert not os.path.lexists(paths.CURRENT) and not os.path.exists(paths.UNIT)


def test_without_systemd_there_is_no_condition(installation, node, monkeypatch):
    monkeypatch.setattr(os.path, "isdir", lambda path: False)
    with pytest.raises(DeploymentError, match="systemd does not run this machine"):
        installation.condition()
    assert node.ran == []
    monkeypatch.setattr(os.path, "isdir", lambda path: path == "/run/systemd/system")
    assert installation.condition() == ASLEEP
    assert node.ran == ["systemctl show hotstandby.service"]


def test_the_metrics_are_served_when_systemd_has_read_their_unit_and_go_first(installation):
    outlets = Outlets(listen="192.168.8.4:9165")
    made, service = subjects(installation.present(wanted(outlets=outlets), ASLEEP)), "hotstandby-metrics.service"
    assert made[-5:] == ["user hotstandby-metrics", service, service, "systemd", service]
    apply(installation.present(wanted(outlets=outlets), ASLEEP))
    assert not installation.outdated(wanted(), ASLEEP, installation.present(wanted(outlets=outlets), ASLEEP))
    assert os.path.exists(paths.METRICS_UNIT)
    removal = installation.absent(ServiceState(running=True, enabled=True, stale=False, pid=1))
    assert subjects(removal)[:4] == [service, "systemd", "user hotstandby-metrics", "hotstandby.service"]
    apply(removal)
    assert not os.path.exists(paths.METRICS_UNIT)
