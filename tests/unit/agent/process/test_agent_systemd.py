# Copyright (c) 2026, the hotstandby.vrrp authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""sd_notify sends to a socket that stands for systemd."""

from __future__ import annotations

import os
import socket
import time

import pytest
from agent_fakes import gone

from vrrp.agent.process import systemd as systemd_module
from vrrp.agent.process.systemd import ServiceManager, own_unit, restart_follows, restart_wanted


@pytest.fixture
def systemd(tmp_path):
    with socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) as sock:
        sock.bind(str(tmp_path / "notify"))
        sock.settimeout(5)
        yield sock, {"NOTIFY_SOCKET": str(tmp_path / "notify")}


def test_each_message_to_systemd_is_sent(systemd):
    sock, environment = systemd
    manager = ServiceManager(environment)
    manager.ready()
    manager.status("1 MASTER")
    manager.status("1 MASTER")
    manager.alive()
    manager.stopping()
    assert [sock.recv(100) for _number in range(4)] == [b"READY=1", b"STATUS=1 MASTER", b"WATCHDOG=1", b"STOPPING=1"]


def test_a_reload_says_when_it_began(systemd):
    sock, environment = systemd
    before = time.monotonic_ns() // 1000
    ServiceManager(environment).reloading()
    first, second = sock.recv(100).decode().splitlines()
    assert first == "RELOADING=1"
    assert before <= int(second.split("=")[1]) <= time.monotonic_ns() // 1000


def test_an_abstract_socket_is_used():
    with socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) as sock:
        name = f"hotstandby-test-{os.getpid()}"
        sock.bind("\0" + name)
        sock.settimeout(5)
        ServiceManager({"NOTIFY_SOCKET": "@" + name}).ready()
        assert sock.recv(100) == b"READY=1"


@pytest.mark.parametrize(
    ("environment", "interval_s"),
    [
        ({"WATCHDOG_USEC": "2000000"}, 1.0),
        ({"WATCHDOG_USEC": "2000000", "WATCHDOG_PID": str(os.getpid())}, 1.0),
        ({"WATCHDOG_USEC": "2000000", "WATCHDOG_PID": "1"}, None),
        ({"WATCHDOG_USEC": "nonsense"}, None),
        ({}, None),
    ],
)
def test_the_watchdog_is_fed_twice_in_its_time(systemd, environment, interval_s):
    assert ServiceManager({**systemd[1], **environment}).watchdog_s == interval_s


def test_without_systemd_nothing_happens():
    manager = ServiceManager({"WATCHDOG_USEC": "2000000"})
    manager.ready()
    manager.status("x")
    assert manager.watchdog_s is None


def test_a_systemd_that_went_away_is_no_error(tmp_path):
    ServiceManager({"NOTIFY_SOCKET": str(tmp_path / "nobody")}).ready()


@pytest.mark.parametrize(
    ("cgroup", "unit"),
    [
        ("0::/system.slice/hotstandby.service\n", "hotstandby.service"),
        (
            "12:pids:/system.slice/hotstandby.service\n11:cpuset:/\n1:name=systemd:/system.slice/hotstandby.service\n",
            "hotstandby.service",
        ),
        (
            "1:name=systemd:/system.slice/hotstandby.service\n0::/system.slice/hotstandby.service\n",
            "hotstandby.service",
        ),
        ("11:cpuset:/\n1:name=systemd:/system.slice/hotstandby.service\n0::/\n", "hotstandby.service"),
        ("0::/docker/4711/system.slice/hotstandby@a.service\n", "hotstandby@a.service"),
        ("0::/system.slice/hotstandby.service", "hotstandby.service"),
        ("0::/user.slice/user-1000.slice/session-1.scope\n", ""),
        ("0::/user.slice/user-1000.slice/user@1000.service/init.scope\n", ""),
        ("0::/\n", ""),
        ("", ""),
        ("\xe4\n", ""),
    ],
)
def test_the_own_unit_is_the_name_of_the_control_group(tmp_path, cgroup, unit):
    file = tmp_path / "cgroup"
    file.write_bytes(cgroup.encode("latin-1"))
    assert own_unit(str(file)) == unit


def test_where_there_are_no_control_groups_there_is_no_unit(tmp_path):
    assert own_unit(str(tmp_path / "nowhere")) == ""


UNIT = "hotstandby.service"


@pytest.fixture
def systemctl(tmp_path, monkeypatch):
    """``systemctl(jobs=..., show=...)`` is what the next ones print; returns the file of what they were asked."""
    monkeypatch.setenv("PATH", f"{tmp_path / 'bin'}:/usr/bin:/bin")
    monkeypatch.delenv("SERVICE_RESULT", raising=False)
    asked = tmp_path / "asked"

    def say(jobs="", show="", script=""):
        (tmp_path / "bin").mkdir(exist_ok=True)
        program = tmp_path / "bin" / "systemctl"
        (tmp_path / "jobs").write_text(jobs)
        (tmp_path / "show").write_text(show)
        program.write_text(
            f'#!/bin/sh\necho "$@" >> {asked}\n{script}\n'
            f'case "$2" in\nlist-jobs) cat {tmp_path}/jobs ;;\nshow) cat {tmp_path}/show ;;\nesac\n'
        )
        program.chmod(0o755)
        return asked

    return say


@pytest.mark.parametrize(
    ("jobs", "wanted"),
    [
        ("123 hotstandby.service restart running\n", True),
        ("  122 tomcat.service stop running\n  123 hotstandby.service restart waiting\n", True),
        ("123 hotstandby.service stop running\n", False),
        (
            "123 hotstandby.service try-restart running\n",
            False,
        ),  # systemd knows no such job: it is a restart or nothing
        ("123 tomcat.service restart running\n", False),
        ("123 hotstandby.service.d restart running\n", False),
        ("No jobs running.\n", False),
        ("nonsense\n\n", False),
        ("", False),
    ],
)
def test_a_restart_is_a_job_of_our_unit(systemctl, jobs, wanted):
    asked = systemctl(jobs=jobs)
    assert restart_wanted(UNIT) is wanted
    assert asked.read_text() == "--no-pager list-jobs --no-legend\n"


@pytest.mark.parametrize(
    ("show", "result", "jobs", "follows"),
    [
        ("Restart=always\nUnitFileState=enabled\n", "", "", True),
        ("Restart=always\nUnitFileState=disabled\nJob=\n", "success", "", True),
        ("Restart=always\nJob=0\n", "", "", True),
        ("Restart=always\nUnitFileState=masked\n", "", "", False),
        ("Restart=no\n", "signal", "", False),
        ("Restart=on-success\n", "signal", "", False),
        ("Restart=on-failure\n", "signal", "", True),
        ("Restart=on-failure\n", "success", "", False),
        ("Restart=on-failure\n", "", "", False),
        ("Restart=on-watchdog\n", "watchdog", "", True),
        ("Restart=on-abort\n", "core-dump", "", True),
        ("Restart=on-abnormal\n", "success", "", False),
        ("Job=17\nRestart=always\n", "", f"17 {UNIT} stop running\n", False),
        ("Job=17\nRestart=always\n", "signal", f"17 {UNIT} stop running\n", False),
        ("Job=17\nRestart=no\n", "", f"17 {UNIT} restart running\n", True),
        ("", "signal", "", False),
        ("nonsense\n", "signal", "", False),
    ],
)
def test_the_restart_setting_says_whether_the_service_comes_again(systemctl, monkeypatch, show, result, jobs, follows):
    asked = systemctl(jobs=jobs, show=show)
    if result:
        monkeypatch.setenv("SERVICE_RESULT", result)
    assert restart_follows(UNIT) is follows
    assert asked.read_text().splitlines()[0] == f"--no-pager show --property=Job,Restart,UnitFileState {UNIT}"


def test_outside_of_a_service_nothing_is_asked(systemctl, monkeypatch):
    asked = systemctl(show="Restart=always\n")
    monkeypatch.setattr(systemd_module, "own_unit", lambda: "")
    assert restart_follows() is False
    assert not asked.exists()
    monkeypatch.setattr(systemd_module, "own_unit", lambda: UNIT)
    assert restart_follows() is True


def test_without_systemctl_there_is_no_restart(systemctl, tmp_path, monkeypatch):
    (tmp_path / "bin").mkdir()
    monkeypatch.setenv("PATH", str(tmp_path / "bin"))
    before = os.listdir("/proc/self/fd")
    assert (restart_wanted(UNIT), restart_follows(UNIT)) == (False, False)
    assert len(os.listdir("/proc/self/fd")) == len(before)


def test_a_systemctl_that_hangs_is_not_waited_for(systemctl, monkeypatch, tmp_path):
    monkeypatch.setattr(systemd_module, "ANSWER_S", 0.2)
    pid = tmp_path / "pid"
    systemctl(jobs=f"1 {UNIT} restart running\n", script=f"echo $$ > {pid}; cat {tmp_path}/jobs; exec sleep 60")
    before = os.listdir("/proc/self/fd")
    began = time.monotonic()
    assert restart_wanted(UNIT) is False  # what it has said so far may be half of it
    assert 0.2 <= time.monotonic() - began < 5
    assert gone(int(pid.read_text()))
    assert len(os.listdir("/proc/self/fd")) == len(before)


def test_a_systemctl_that_writes_without_end_is_not_read(systemctl, monkeypatch):
    monkeypatch.setattr(systemd_module, "ANSWER_S", 0.2)
    systemctl(script=f"while :; do echo 1 {UNIT} restart running; done")
    began = time.monotonic()
    assert restart_wanted(UNIT) is False
    assert time.monotonic() - began < 5


def test_systemctl_leaves_no_child_behind(systemctl):
    systemctl(jobs=f"1 {UNIT} restart running\n")
    assert restart_wanted(UNIT) is True
    with pytest.raises(ChildProcessError):
        os.waitpid(-1, os.WNOHANG)


def test_a_long_answer_is_read_to_its_end(systemctl):
    systemctl(
        jobs="".join(f"{number} {'x' * 90}.service start waiting\n" for number in range(2000)) + f"9 {UNIT} restart x\n"
    )
    assert restart_wanted(UNIT) is True


def test_systemctl_has_a_second_to_answer():
    assert systemd_module.ANSWER_S <= 1.0
