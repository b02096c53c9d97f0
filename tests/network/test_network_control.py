# Copyright (c) 2026, the hotstandby.vrrp authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Test that the command moves mastership of running agents, and makes them read a changed file."""

from __future__ import annotations

import re
import subprocess

import pytest

from lab.capture import Capture, intervals
from lab.example_pair import ADDRESS_A, ADDRESS_B, VIP, pair
from lab.peers import Agent, assert_one_owner, poll

A, B = pair(version=3, advert_int=0.1)


@pytest.fixture
def agents(wire):
    return wire.start_pair(Agent, Agent, A, B)


@pytest.mark.timing
def test_promote_and_release_move_mastership_there_and_back(wire, figure, agents):
    a, b = agents
    report = wire.lost(lambda: b.cli("promote", "VI_1", check=True), answers_then=wire.b)
    figure(f"promote: {report.lost_ms:.0f} ms lost")
    wire.settled(b, a)
    assert b.status()["hold"] == "master"
    report = wire.lost(lambda: b.cli("release", "VI_1", check=True), answers_then=wire.a)
    figure(f"release: {report.lost_ms:.0f} ms lost")
    wire.settled(a, b)
    assert b.status()["hold"] is None


@pytest.mark.timing
def test_demote_and_release_move_mastership_there_and_back(wire, figure, agents):
    a, b = agents
    report = wire.lost(lambda: a.cli("demote", "VI_1", check=True), answers_then=wire.b)
    figure(f"demote: {report.lost_ms:.0f} ms lost")
    wire.settled(b, a)
    assert a.status()["hold"] == "backup"
    a.cli("release", "VI_1", check=True)
    wire.settled(a, b)


def test_status_names_both_nodes_and_the_reason(wire, agents):
    a, b = agents
    master, backup = a.status(), b.status()
    assert master["master"]["address"] == backup["master"]["address"] == ADDRESS_A
    assert master["addresses_present"] == [VIP + "/24"] and backup["addresses_present"] == []
    assert master["source"] == ADDRESS_A and backup["source"] == ADDRESS_B
    assert re.search(r"BACKUP because .*192\.168\.8\.4.*100.*90", backup["why"]), backup["why"]
    assert re.search("MASTER because ", master["why"]), master["why"]
    text = b.cli("status", check=True).stdout
    assert "VI_1" in text and "BACKUP" in text
    poll(lambda: '"MASTER"' in a.cli("history", "--json", check=True).stdout, 5, "a child has written the history")


@pytest.mark.timing
def test_reload_with_another_priority_moves_nothing_else(wire, tmp_path, agents):
    a, b = agents
    before = a.status()
    with (tmp_path / "events").open("wb") as events:
        monitor = wire.a.popen(["ip", "monitor", "address"], stdout=events, stdin=subprocess.DEVNULL)
        with Capture(wire.client) as capture:
            capture.wait(lambda seen: len(seen.adverts()) >= 3, 3, "three advertisements")
            a.write(A.but(priority=95).text("NodeA"))
            a.cli("reload", check=True)
            capture.wait(lambda seen: [v for _unused, v in seen.adverts() if v.priority == 95][2:], 3, "priority 95")
            seen = capture.adverts()
            assert {str(vrrp.source) for _unused, vrrp in seen} == {ADDRESS_A}, "the backup spoke"
            assert {vrrp.priority for _unused, vrrp in seen} == {100, 95}
            assert max(intervals([at for at, _unused in seen])) < 0.2
            assert capture.gratuitous_arps() == []
        monitor.terminate()
        monitor.wait(timeout=5)
    after = a.status()
    assert (after["state"], after["priority"], after["base_priority"]) == ("MASTER", 95, 95)
    assert after["transitions"] == before["transitions"]
    assert "Deleted" not in (tmp_path / "events").read_text()
    assert_one_owner(wire.segment, VIP, "a")


def test_reload_can_take_mastership_away(wire, agents):
    a, b = agents
    a.write(A.but(priority=50).text("NodeA"))
    a.cli("reload", check=True)
    wire.settled(b, a)


def test_sighup_reloads_the_file(wire, agents):
    a, _unused = agents
    a.write(A.but(priority=95).text("NodeA"))
    a.process.send_signal(1)  # SIGHUP, as keepalived has it
    poll(lambda: a.status()["base_priority"] == 95, 5, "the file was not read")
