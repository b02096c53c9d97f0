# Copyright (c) 2026, the hotstandby.vrrp authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Test that a hold changes what is advertised, and that the file comes back as it was."""

from __future__ import annotations

import pytest
from ansible_collections.hotstandby.vrrp.plugins.module_utils.keepalived import holds
from ansible_collections.hotstandby.vrrp.plugins.module_utils.keepalived.holds import Holds

FILE = """# Written by the role hotstandby.vrrp.ha_pair; the next run of it undoes changes.
global_defs {
    router_id node-b
}

vrrp_instance VI_1 {
    priority 90
    nopreempt
}

vrrp_instance VI_2 {
    priority 100
    preempt_delay 300
}

vrrp_instance OWNER {
    priority 255
}
"""
MASTER = Holds({"VI_1": ("master", "switchover")})


def lines(text):
    return [line.strip() for line in text.splitlines()]


def test_a_master_advertises_more_and_waits_for_nobody():
    text = holds.apply(FILE, MASTER)
    assert lines(text)[1] == "# hold: VI_1 master, switchover"
    assert "priority 254 # held, else 90" in lines(text)
    assert "# held: nopreempt" in lines(text)
    assert "priority 100" in lines(text)
    assert "preempt_delay 300" in lines(text)


def test_a_drained_node_advertises_the_least_of_every_instance():
    text = holds.apply(FILE, Holds(drained="new kernel"))
    assert lines(text)[1] == "# drained: new kernel"
    assert [line for line in lines(text) if line.startswith("priority")] == [
        *("priority 1 # held, else 90", "priority 1 # held, else 100"),
        "priority 255",  # an owner is always master (RFC 9568 section 5.2.4)
    ]
    assert "nopreempt" in lines(text)


@pytest.mark.parametrize(
    "wanted",
    [
        MASTER,
        Holds({"VI_1": ("backup", None), "VI_2": ("master", "a, b: c")}),
        Holds(drained=""),
        Holds({"VI_2": ("master", None)}, "why"),
    ],
)
def test_holds_are_read_as_written_and_can_be_removed_again(wanted):
    text = holds.apply(FILE, wanted)
    assert holds.read(text) == wanted
    assert holds.apply(text, wanted) == text
    assert holds.without(text) == FILE
    assert holds.apply(text, Holds()) == FILE


def test_a_drain_is_stronger_than_a_promotion():
    assert holds.apply(FILE, Holds({"VI_1": ("master", None)}, "")).count("priority 1 # held") == 2


def test_a_hold_of_an_instance_that_has_gone_goes_with_it():
    assert holds.apply(FILE, Holds({"VI_9": ("master", None)})) == FILE


def test_the_own_priority_is_known():
    assert holds.own_priorities(holds.apply(FILE, MASTER)) == {"VI_1": 90}
    assert holds.own_priorities(FILE) == {}


def test_a_file_of_somebody_else_has_no_holds():
    foreign = "! Configuration File for keepalived\n# hold: VI_1 master\n# drained\n"
    assert not holds.is_ours(foreign)
    assert holds.read(foreign) == Holds()
    assert holds.is_ours(FILE)
