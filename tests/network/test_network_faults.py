# Copyright (c) 2026, the hotstandby.vrrp authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Test that a lost interface and a failed check script are faults."""

from __future__ import annotations

import contextlib

import pytest

from lab.capture import Capture, intervals
from lab.example_pair import ADDRESS_A, VIP, pair, script
from lab.peers import Agent, poll

A, B = pair(version=3, advert_int=0.1)


def _reasons(agent) -> str:
    status = agent.status()
    return " ".join([*status["faults"], status["why"], *(reason["text"] for reason in status["reasons"])])


@pytest.fixture
def check(tmp_path):
    """It is a check that fails as long as its file is missing."""
    good = tmp_path / "good"
    good.touch()
    program = tmp_path / "check.sh"
    program.write_text(f"#!/bin/sh\ntest -e {good}\n")
    program.chmod(0o755)
    return program, good


@pytest.mark.parametrize("how", ["carrier", "administrator"])
def test_an_interface_that_is_down_is_a_fault_until_it_is_up(wire, how):
    a, b = wire.start_pair(Agent, Agent, A, B)
    if how == "carrier":
        wire.segment.unplug("a")
    else:
        wire.a.ip("link", "set", "eth0", "down")
    a.wait_state("FAULT")
    assert "eth0" in _reasons(a)
    poll(
        lambda: wire.a.addresses() == {ADDRESS_A + "/24"},
        5,
        "A gave up the address",
        lambda: str(wire.a.addresses()),
    )
    b.wait_state("MASTER")
    if how == "carrier":
        wire.segment.plug("a")
    else:
        wire.a.ip("link", "set", "eth0", "up")
    wire.settled(a, b)
    assert a.status()["faults"] == []


LOST = {
    "down": ("is down", ("set", "eth1", "down"), ("set", "eth1", "up")),
    "without carrier": ("has no carrier", ("set", "far1", "down"), ("set", "far1", "up")),
    "renamed": ("does not exist", ("set", "eth1", "down", "name", "eth9"), ("set", "eth9", "name", "eth1", "up")),
    "deleted": ("does not exist", ("del", "eth1"), None),
}


def _second_interface(host) -> None:
    host.ip("link", "add", "eth1", "type", "veth", "peer", "name", "far1")
    host.ip("link", "set", "eth1", "up")
    host.ip("link", "set", "far1", "up")


@pytest.mark.parametrize("kind", ["virtual_ipaddress", "virtual_ipaddress_excluded"])
@pytest.mark.parametrize("how", LOST)
def test_a_lost_interface_of_a_virtual_address_is_a_fault(wire, how, kind):
    trouble, lose, find = LOST[how]
    for host in (wire.a, wire.b):
        _second_interface(host)
    entry = "172.16.5.100/24 dev eth1"
    if kind == "virtual_ipaddress":
        pair_of = [each.but(virtual_ipaddress=(entry,)) for each in (A, B)]
    else:
        pair_of = [each.but(lines=("virtual_ipaddress_excluded {", f"    {entry}", "}")) for each in (A, B)]
    a, b = (wire.start(Agent, host, each) for host, each in zip((wire.a, wire.b), pair_of))
    a.wait_state("MASTER")
    wire.a.ip("link", *lose)
    a.wait_state("FAULT")
    b.wait_state("MASTER")
    assert f"interface eth1 {trouble}" in _reasons(a)
    if find is None:
        _second_interface(wire.a)
    else:
        wire.a.ip("link", *find)
    a.wait_state("MASTER")
    b.wait_state("BACKUP")
    assert "172.16.5.100/24" in wire.a.ip("addr", "show", "dev", "eth1")
    assert "172.16.5.100/24" not in wire.b.ip("addr", "show", "dev", "eth1")


def test_a_missing_interface_is_a_fault_until_it_appears(wire):
    wire.a.ip("link", "set", "eth0", "down")
    a = wire.start(Agent, wire.a, A)
    a.wait_state("FAULT")
    assert "eth0" in _reasons(a)
    wire.a.ip("link", "set", "eth0", "up")
    b = wire.start(Agent, wire.b, B)
    wire.settled(a, b)


def test_a_check_with_weight_moves_mastership(wire, check):
    program, good = check
    block = script("chk_web", str(program), interval=1, weight=-20)
    tracked = A.but(track_script=("chk_web",)), B.but(track_script=())
    a = wire.start(Agent, wire.a, tracked[0], block)
    b = wire.start(Agent, wire.b, tracked[1])
    wire.settled(a, b)
    good.unlink()
    wire.settled(b, a)
    status = a.status()
    assert (status["base_priority"], status["priority"]) == (100, 80)
    assert "chk_web" in _reasons(a)
    good.touch()
    wire.settled(a, b)
    assert a.status()["priority"] == 100


def test_a_check_without_weight_is_a_fault(wire, check):
    program, good = check
    block = script("chk_web", str(program), interval=1, fall=1)
    a = wire.start(Agent, wire.a, A.but(track_script=("chk_web",)), block)
    b = wire.start(Agent, wire.b, B)
    wire.settled(a, b)
    good.unlink()
    a.wait_state("FAULT")
    assert "chk_web" in _reasons(a)
    b.wait_state("MASTER")
    good.touch()
    wire.settled(a, b)


@pytest.mark.timing
def test_a_hanging_check_does_not_delay_advertisements(wire, tmp_path):
    program = tmp_path / "hang.sh"
    program.write_text("#!/bin/sh\nexec sleep 61\n")
    program.chmod(0o755)
    block = script("chk_hang", str(program), interval=1, timeout=2, weight=-5)
    with Capture(wire.client) as capture:
        a = wire.start(Agent, wire.a, A.but(track_script=("chk_hang",)), block)
        a.wait_state("MASTER")
        seen: set[int] = set()

        def run_again() -> bool:
            running = _sleeping(wire.a)
            assert len(running) <= 1, "the check runs twice at once"
            seen.update(running)
            return len(seen) >= 2

        poll(run_again, 8, "the check outlived its timeout", a.tail)
        times = [at for at, _unused in capture.adverts(source=ADDRESS_A)]
    assert len(times) >= 15
    assert max(intervals(times)) < 0.2, intervals(times)
    poll(lambda: a.status()["priority"] == 95, 5, "a check that timed out has failed", lambda: str(a.status()))
    assert not [address for address in wire.b.addresses() if address.startswith(VIP)]


def _sleeping(host) -> list[int]:
    """Return the processes of the hanging check."""
    found = []
    for pid in host.pids():
        with contextlib.suppress(OSError), open(f"/proc/{pid}/cmdline", "rb") as cmdline:
            if cmdline.read() == b"sleep\00061\0":
                found.append(pid)
    return found


def test_an_owner_may_advertise_from_its_virtual_address(wire):
    wire.a.ip("addr", "flush", "dev", "eth0")
    a = wire.start(Agent, wire.a, A.but(priority=255))
    a.wait_state("FAULT")
    wire.a.ip("addr", "add", f"{VIP}/24", "dev", "eth0")
    a.wait_state("MASTER")


def test_a_node_whose_only_address_is_virtual_says_why_it_is_in_fault(wire):
    a = wire.start(Agent, wire.a, A)
    wire.a.ip("addr", "flush", "dev", "eth0")
    a.wait_state("FAULT")
    assert "has no IPv4 address" in _reasons(a)
    wire.a.ip("addr", "add", f"{VIP}/24", "dev", "eth0")
    said = f"the only IPv4 address of eth0, {VIP}, is virtual"
    poll(lambda: said in _reasons(a), 5, "the reason", lambda: _reasons(a))


def _known_mac(wire, address: str) -> str:
    """Return the MAC address that the client has for an address, or ""."""
    words = wire.client.ip("neigh", "show", "to", address).split()
    return words[words.index("lladdr") + 1] if "lladdr" in words else ""


@pytest.mark.parametrize("kind", ["virtual_ipaddress", "virtual_ipaddress_excluded"])
def test_another_mac_address_is_announced(wire, kind):
    entry = "192.168.8.105/24"
    if kind == "virtual_ipaddress":
        config = A.but(virtual_ipaddress=(entry,))
    else:
        config = A.but(lines=("virtual_ipaddress_excluded {", f"    {entry}", "}"))
    a = wire.start(Agent, wire.a, config)
    a.wait_state("MASTER")
    wire.client.run(["ping", "-c", "1", "-W", "2", "192.168.8.105"], check=True)
    assert _known_mac(wire, "192.168.8.105") == wire.a.mac()
    wire.a.ip("link", "set", "eth0", "address", "02:00:00:00:0a:99")
    poll(
        lambda: _known_mac(wire, "192.168.8.105") == "02:00:00:00:0a:99",
        3,  # the client's entry becomes stale after 30 s
        "the client knows the new MAC address",
        a.tail,
    )
    a.wait_log(r"\(eth0\) MAC Address changed from \S+ to 02:00:00:00:0a:99")
