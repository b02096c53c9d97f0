# Copyright (c) 2026, the hotstandby.vrrp authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Test that the service is read as systemctl shows it, and test the commands that change it."""

from __future__ import annotations

import os

import pytest
from ansible_collections.hotstandby.vrrp.plugins.module_utils.deployment.change import DeploymentError
from ansible_collections.hotstandby.vrrp.plugins.module_utils.deployment.service import Service, ServiceState

ASLEEP = ServiceState(running=False, enabled=False, stale=False, pid=0)
ALIVE = ServiceState(running=True, enabled=True, stale=False, pid=4711)


class Systemd:
    """It records the commands, and answers each with ``shown``."""

    def __init__(self, shown=""):
        self.shown = shown
        self.ran = []

    def __call__(self, words, accepted=(0,)):
        self.ran.append((" ".join(words), accepted))
        return self.shown


def shown(active="inactive", pid="0", file="", reload="no"):
    return f"ActiveState={active}\nMainPID={pid}\nUnitFileState={file}\nNeedDaemonReload={reload}\n"


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        (shown("active", "4711", "enabled"), ServiceState(True, True, False, 4711)),
        (shown("activating", "12", "disabled"), ServiceState(True, False, False, 12)),
        (shown("reloading", "12", "enabled-runtime"), ServiceState(True, False, False, 12)),
        (shown("deactivating", "12", "static", "yes"), ServiceState(True, False, True, 12)),
        (shown("failed", "0", "enabled", "yes"), ServiceState(False, True, True, 0)),
        (shown("inactive", "", "masked"), ServiceState(False, False, False, 0)),
        (shown("maintenance"), ServiceState(False, False, False, 0)),
        ("", ServiceState(False, False, False, 0)),
        ("Environment=A=b\nUnitFileState=enabled\n", ServiceState(False, True, False, 0)),
        ("a warning without a value\nUnitFileState=enabled\n", ServiceState(False, True, False, 0)),
    ],
)
def test_the_condition_that_systemctl_shows(text, expected):
    assert Service(Systemd(text)).condition() == expected


def test_systemctl_is_asked_once_for_all_of_it():
    systemd = Systemd(shown())
    Service(systemd).condition()
    asked = "systemctl show hotstandby.service --property ActiveState,MainPID,UnitFileState,NeedDaemonReload"
    assert systemd.ran == [(asked, (0,))]


@pytest.mark.parametrize(
    ("verb", "condition", "before", "after", "command"),
    [
        ("enabled", ASLEEP, "disabled\n", "enabled\n", "systemctl --quiet --no-reload enable hotstandby.service"),
        ("disabled", ALIVE, "enabled\n", "disabled\n", "systemctl --quiet disable hotstandby.service"),
        ("stopped", ALIVE, "running\n", "stopped\n", "systemctl --quiet stop hotstandby.service"),
    ],
)
def test_the_service_is_stopped_enabled_and_disabled(verb, condition, before, after, command):
    systemd = Systemd()
    (change,) = getattr(Service(systemd), verb)(condition)
    assert (change.subject, change.before, change.after) == ("hotstandby.service", before, after)
    assert systemd.ran == []
    change.apply()
    assert systemd.ran == [(command, (0,))]


@pytest.mark.parametrize(("verb", "condition"), [("enabled", ALIVE), ("disabled", ASLEEP), ("stopped", ASLEEP)])
def test_a_service_that_is_so_already_is_not_changed(verb, condition):
    assert getattr(Service(Systemd()), verb)(condition) == []


def test_a_service_that_does_not_start_shows_its_journal():
    def run(words, accepted=(0,)):
        if words[0] == "systemctl":
            raise DeploymentError("'systemctl --quiet start' ended with status 1: failed")
        return f"{' '.join(words[1:5])}\nno such interface\n"

    systemd = Systemd()
    Service(systemd).start()
    assert systemd.ran == [("systemctl --quiet start hotstandby.service", (0,))]
    with pytest.raises(DeploymentError) as caught:
        Service(run).start()
    assert str(caught.value).splitlines() == [
        "the agent does not start: 'systemctl --quiet start' ended with status 1: failed",
        "Its journal ends with:",
        "--unit hotstandby.service --lines 15",
        "no such interface",
    ]


def test_unit_files_are_read_again():
    systemd = Systemd()
    change = Service(systemd).reloaded()
    assert (change.subject, change.before, change.after) == ("systemd", "", "unit files read again\n")
    change.apply()
    assert systemd.ran == [("systemctl --quiet daemon-reload", (0,))]


def test_a_removed_unit_is_forgotten_and_so_are_its_failures():
    systemd = Systemd()
    change = Service(systemd).forgotten()
    assert (change.subject, change.before, change.after) == ("systemd", "hotstandby.service known\n", "")
    assert systemd.ran == []
    change.apply()
    assert systemd.ran == [
        ("systemctl --quiet daemon-reload", (0,)),
        ("systemctl reset-failed hotstandby.service", (0, 1)),
    ]


def test_a_machine_without_systemd_is_refused(monkeypatch):
    asked = []
    monkeypatch.setattr(os.path, "isdir", lambda path: bool(asked.append(path)))
    with pytest.raises(DeploymentError) as caught:
        Service.demand_systemd()
    assert str(caught.value) == "systemd does not run this machine, and the agent's service needs it"
    monkeypatch.setattr(os.path, "isdir", lambda path: path in asked)
    Service.demand_systemd()
    assert asked == ["/run/systemd/system"]
