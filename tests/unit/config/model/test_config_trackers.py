# Copyright (c) 2026, the hotstandby.vrrp authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Test that trackers have the defaults of keepalived.conf(5), and cannot be changed."""

from __future__ import annotations

from dataclasses import FrozenInstanceError, asdict
from ipaddress import ip_address

import pytest

from vrrp.config.model.trackers import (
    File,
    Process,
    Script,
    Tracked,
    TrackedGateway,
    TrackedHttp,
    TrackedTcp,
    TrackedUnit,
    Tracking,
)

LOCAL = ip_address("127.0.0.1")
TIMES = {"interval_s": 1.0, "timeout_s": 1.0}
SCRIPT = Script("chk", ("/bin/true",))
PROCESS = Process("web", "nginx")
FILE = File("load", "/run/load")
LINE = Tracked("chk")
GATEWAY = TrackedGateway(LOCAL)
TCP = TrackedTcp(LOCAL, 80)
HTTP = TrackedHttp("http://127.0.0.1/")
UNIT = TrackedUnit("nginx.service")


@pytest.mark.parametrize(
    ("item", "expected"),
    [
        (
            SCRIPT,
            {"name": "chk", "command": ("/bin/true",), **TIMES, "rise": 1, "fall": 1, "weight": 0, "user": None}
            | {"group": None, "init_fail": False, "reverse": False},
        ),
        (
            PROCESS,
            {"name": "web", "process": "nginx", "parameters": None, "param_match": None, "full_command": False}
            | {"weight": 0, "reverse": False, "quorum": 1, "quorum_max": None}
            | {"fork_delay_s": 0.0, "terminate_delay_s": 0.0},
        ),
        (
            FILE,
            {"name": "load", "path": "/run/load", "weight": 1, "reverse": False, "init": None, "init_overwrite": False},
        ),
        (LINE, {"name": "chk", "weight": 0, "reverse": False}),
        (GATEWAY, {"address": LOCAL, **TIMES, "rise": 1, "fall": 3, "weight": 0, "device": None}),
        (TCP, {"host": LOCAL, "port": 80, **TIMES, "rise": 1, "fall": 3, "weight": 0}),
        (
            HTTP,
            {"url": "http://127.0.0.1/", "status": ((200, 399),), "body": None, "host": None, "verify": False}
            | {"interval_s": 2.0, "timeout_s": 2.0, "rise": 1, "fall": 3, "weight": 0},
        ),
        (UNIT, {"unit": "nginx.service", **TIMES, "rise": 1, "fall": 1, "weight": 0}),
    ],
    ids=lambda value: type(value).__name__,
)
def test_the_defaults_of_what_can_be_tracked(item, expected):
    assert asdict(item) == expected


def test_an_instance_tracks_nothing_by_default():
    assert asdict(Tracking()) == {
        "scripts": (),
        "interfaces": (),
        "processes": (),
        "files": (),
        "gateways": (),
        "tcp": (),
        "http": (),
        "units": (),
    }


@pytest.mark.parametrize(
    ("item", "field"),
    [
        (SCRIPT, "weight"),
        (PROCESS, "quorum"),
        (FILE, "path"),
        (LINE, "weight"),
        (GATEWAY, "address"),
        (TCP, "port"),
        (HTTP, "url"),
        (UNIT, "unit"),
        (Tracking(), "scripts"),
    ],
    ids=lambda value: type(value).__name__,
)
def test_nothing_that_is_tracked_can_be_changed(item, field):
    with pytest.raises(FrozenInstanceError):
        setattr(item, field, 1)


def test_two_lines_that_say_the_same_are_one_key_of_a_dictionary():
    places = {Tracked("eth1", -5): 1, Tracked("eth1", -5, False): 2, Tracked("eth1", -5, True): 3, Tracked("eth1"): 4}
    assert places == {Tracked("eth1", -5): 2, Tracked("eth1", -5, True): 3, Tracked("eth1", 0): 4}
