# Copyright (c) 2026, the hotstandby.vrrp authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""sd_notify, spoken to a socket that stands for systemd."""

from __future__ import annotations

import os
import socket
import time

import pytest

from vrrp.agent.systemd import ServiceManager


@pytest.fixture
def systemd(tmp_path):
    with socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) as sock:
        sock.bind(str(tmp_path / "notify"))
        sock.settimeout(5)
        yield sock, {"NOTIFY_SOCKET": str(tmp_path / "notify")}


def test_what_it_says(systemd):
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


def test_an_abstract_socket():
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
