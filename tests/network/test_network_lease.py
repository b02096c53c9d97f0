# Copyright (c) 2026, the hotstandby.vrrp authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Test that an agent that dies loses its virtual address, and that one that restarts in time keeps it.

There is no service manager here: molecule/faults tests systemd.
"""

from __future__ import annotations

import contextlib
import re
import subprocess
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from lab.capture import Capture, intervals
from lab.example_pair import ADDRESS_A, ADDRESS_B, PREFIX, VIP, Instance, pair
from lab.host import Host
from lab.peers import LEASE_GONE_S, Agent, Keepalived, Ownership, assert_one_owner, poll

SLOW = {2: pair(), 3: pair(version=3, advert_int=1)}
A, B = pair(version=3, advert_int=0.1)
SECOND, THIRD = "192.168.8.101", "192.168.8.102"


def leased(instance: Instance, seconds: int, router_id: str = "NodeA") -> str:
    """Return the file with another lifetime of the virtual addresses."""
    return instance.text(router_id).replace("global_defs {", f"global_defs {{\n    @hotstandby vip_lease {seconds}")


@contextlib.contextmanager
def address_events(host: Host, path: Path) -> Iterator[Path]:
    """Write what ``ip monitor`` reports about the addresses of a host into a file, and yield its path."""
    with path.open("wb") as events:
        monitor = host.popen(["ip", "-o", "monitor", "address"], stdout=events, stdin=subprocess.DEVNULL)
    try:
        yield path
    finally:
        monitor.terminate()
        monitor.wait(timeout=5)


#  It is not started again


@pytest.mark.timing
@pytest.mark.parametrize("instances", [SLOW[2], (A, B)], ids=["v2-1s", "v3-100ms"])
def test_the_kernel_drops_the_address_of_a_killed_agent(wire, figure, instances):
    a, _unused = wire.start_pair(Agent, Agent, *instances)
    ownership = Ownership(wire.segment, VIP)
    a.kill()
    ownership.watch(lambda found: found == ["b"], what="B alone has it")
    assert_one_owner(wire.segment, VIP, "b")
    figure(
        f"SIGKILL, lease alone, advert_int {instances[0].advert_int:g}: gone after {ownership.held_s('a'):.2f} s,"
        f" two owners for {ownership.several_s():.2f} s ({ownership})"
    )
    assert ownership.held_s("a") <= LEASE_GONE_S


def test_the_address_of_a_killed_agent_stays_without_a_lease(wire):
    """It shows that in the test above only the lease removed the address."""
    a, b = wire.start_pair(Agent, Agent, leased(A, 0), B)
    ownership = Ownership(wire.segment, VIP)
    a.kill()
    b.wait_state("MASTER")
    ownership.watch(lambda found: ownership.samples[-1][0] > LEASE_GONE_S)
    assert ownership.samples[-1][1] == ["a", "b"], str(ownership)


#  It is started again before the peer can have taken over


@pytest.mark.timing
@pytest.mark.parametrize("version, peer", [(3, Agent), (2, Keepalived)], ids=["v3-hotstandby", "v2-keepalived"])
def test_a_killed_agent_that_restarts_in_time_stays_master(wire, figure, peer, version):
    a, b = wire.start_pair(Agent, peer, *SLOW[version])
    with wire.probe() as probe, Capture(wire.client) as capture:
        capture.wait(lambda seen: seen.adverts(source=ADDRESS_A), 3, "an advertisement of A")
        a.kill()
        a.start().wait_state("MASTER")
        said = len(capture.adverts(source=ADDRESS_A))
        capture.wait(lambda seen: len(seen.adverts(source=ADDRESS_A)) >= said + 2, 4, "A goes on advertising")
        report = probe.report()
    gap_s = max(intervals([at for at, _unused in capture.adverts(source=ADDRESS_A)]))
    down_s = SLOW[version][1].master_down_interval_s
    figure(
        f"SIGKILL and started again, v{version}, peer {peer.kind}: {report.lost} of {report.sent} lost,"
        f" longest gap {gap_s:.2f} s (the peer waits {down_s:.2f} s)"
    )
    assert report.lost == 0, str(report)
    assert gap_s < down_s
    assert not capture.adverts(source=ADDRESS_B), "the backup spoke"
    assert "MASTER" not in re.findall(r"Entering (\w+) STATE", b.log_text())
    wire.settled(a, b)


def test_holds_of_an_operator_survive_a_crash(wire):
    a, b = wire.start_pair(Agent, Agent, *SLOW[3])
    b.cli("promote", "VI_1", check=True)
    wire.settled(b, a)
    b.kill()
    b.start().wait_state("MASTER")
    status = b.status()
    assert (status["hold"], status["priority"], status["transitions"]) == ("master", 254, 1), "it went on at once"
    a.cli("drain", check=True)
    a.kill()
    a.start()
    poll(a.state, 5, "A answers", a.tail)
    assert a.client().status()["drained"]
    assert_one_owner(wire.segment, VIP, "b")


def test_a_standby_that_comes_back_knows_the_interval_of_its_master(wire):
    """The reload that lengthens the interval is just before the crash: the state file has the new one all the same."""
    a, b = wire.start_pair(Agent, Agent, A, B)
    for agent, instance, router_id in ((b, B, "NodeB"), (a, A, "NodeA")):
        agent.write(instance.but(advert_int=1).text(router_id))
        agent.cli("reload", check=True)
    with Capture(wire.client) as capture:

        def long(seen):
            return [vrrp for _at, vrrp in seen.adverts() if vrrp.decoded().interval_cs == 100]

        # The first one comes soon after the reload, the second one a whole interval before the third.
        capture.wait(lambda seen: len(long(seen)) >= 2, 4, "advertisements with the longer interval")
        b.kill()
        b.start().wait_state("BACKUP")
        count = len(capture.adverts(source=ADDRESS_A))
        capture.wait(lambda seen: len(seen.adverts(source=ADDRESS_A)) > count, 3, "the next advertisement of A")
    assert not capture.adverts(source=ADDRESS_B), "the standby spoke"
    wire.settled(a, b)


#  It is started again too late


@pytest.mark.timing
def test_a_killed_agent_that_restarts_too_late_lets_go_and_listens(wire, figure, tmp_path):
    a = wire.start(Agent, wire.a, leased(A.but(state="BACKUP", nopreempt=True), 60))
    a.wait_state("MASTER")
    b = wire.start(Agent, wire.b, B)
    wire.settled(a, b)
    a.kill()
    b.wait_state("MASTER")
    transitions = b.status()["transitions"]
    assert VIP + PREFIX in wire.a.addresses(), "there is something to let go of"
    with wire.probe() as probe, Capture(wire.client) as capture, address_events(wire.a, tmp_path / "events") as events:
        ownership = Ownership(wire.segment, VIP)
        a.start()
        ownership.watch(lambda found: found == ["b"], what="B alone has it")
        a.wait_state("BACKUP")
        capture.wait(lambda seen: len(seen.adverts(source=ADDRESS_B)) > 5, 3, "B goes on")
        report = probe.report()
        assert_one_owner(wire.segment, VIP, "b")
    figure(f"started too late: address gone {ownership.held_s('a'):.2f} s after the start, {report.lost} lost")
    assert not capture.adverts(source=ADDRESS_A), capture.summary()
    assert not capture.gratuitous_arps(mac=wire.a.mac()), "it announced what is not its own"
    assert [line.split()[0] for line in events.read_text().splitlines()] == ["Deleted"], events.read_text()
    assert report.lost == 0, str(report)
    assert (a.state(), b.status()["transitions"]) == ("BACKUP", transitions)


@pytest.mark.timing
def test_with_a_short_interval_the_peer_takes_over_once(wire, figure):
    a, b = wire.start_pair(Agent, Agent, A, B)
    before = b.status()["transitions"]
    with wire.probe() as probe:
        a.kill()
        b.wait_state("MASTER")
        a.start()
        a.wait_state("MASTER")
        wire.settled(a, b)
        report = probe.report()
    figure(
        f"SIGKILL and started again, advert_int 0.1: {report.longest_outage_ms:.0f} ms lost, {len(report.moves)} moves"
    )
    assert b.status()["transitions"] == before + 2, "MASTER and BACKUP again, no more"
    assert a.status()["transitions"] == 2, "BACKUP and MASTER, no more"
    assert len(report.moves) == 2, str(report)
    assert report.lost == 0, str(report)


def test_a_ledger_that_cannot_be_read_is_ignored(wire):
    """The file is cut, of another release, or of another boot: the agent listens first, as after a reboot."""
    a = wire.start(Agent, wire.a, leased(A.but(advert_int=0.5), 60))
    a.wait_state("MASTER")
    for damage in (lambda text: text[: len(text) // 2], lambda text: re.sub(r'"boot_id": "\w', '"boot_id": "x', text)):
        ledger = a.runtime_dir / "ledger.json"
        a.kill()
        ledger.write_text(damage(ledger.read_text()))
        a.start()
        poll(lambda: a.state() == "BACKUP", 3, "it listens first", a.tail)
        assert VIP + PREFIX not in wire.a.addresses()
        a.wait_state("MASTER")


#  Reload


@pytest.mark.timing
def test_reload_of_the_same_file_does_nothing(wire, figure, tmp_path):
    # Without the second burst, which on a busy machine could come during the check.
    a, b = wire.start_pair(Agent, Agent, A.but(lines=("garp_master_delay 0",)), B)
    before = a.status(), b.status()
    with wire.probe() as probe, Capture(wire.client) as capture, address_events(wire.a, tmp_path / "events") as events:
        for _unused in range(5):
            said = len(capture.adverts())
            capture.wait(lambda seen, said=said: len(seen.adverts()) >= said + 2, 3, "two advertisements")
            assert a.cli("reload", check=True).stdout.strip() == "nothing has changed"
        said = len(capture.adverts())
        capture.wait(lambda seen: len(seen.adverts()) >= said + 2, 3, "two advertisements")
        report = probe.report()
    times = [at for at, _unused in capture.adverts()]
    figure(
        f"reload of the same file, five times: {report.lost} of {report.sent} lost, advertisements"
        f" {min(intervals(times)) * 1000:.0f} to {max(intervals(times)) * 1000:.0f} ms apart"
    )
    assert report.lost == 0, str(report)
    assert {(str(vrrp.source), vrrp.priority) for _unused, vrrp in capture.adverts()} == {(ADDRESS_A, 100)}
    assert min(intervals(times)) > 0.05 and max(intervals(times)) < 0.2, "an extra one, or a late one"
    assert capture.gratuitous_arps() == []
    seen = events.read_text()
    assert "Deleted" not in seen
    assert {VIP + PREFIX} >= set(re.findall(r"inet (\S+)", seen)), "only the lease was renewed"
    assert (a.status()["transitions"], b.status()["transitions"]) == (
        before[0]["transitions"],
        before[1]["transitions"],
    )


@pytest.mark.timing
def test_reload_touches_only_what_has_changed(wire, figure, tmp_path):
    """One address goes, one comes, one stays: the third is not touched, and no probe to it is lost."""
    first, then = [(VIP + PREFIX, other + PREFIX) for other in (SECOND, THIRD)]
    a, b = wire.start_pair(Agent, Agent, A.but(virtual_ipaddress=first), B.but(virtual_ipaddress=first))
    with wire.probe() as probe, Capture(wire.client) as capture, address_events(wire.a, tmp_path / "events") as events:
        b.write(B.but(virtual_ipaddress=then).text("NodeB"))
        b.cli("reload", check=True)
        a.write(A.but(virtual_ipaddress=then).text("NodeA"))
        a.cli("reload", check=True)
        capture.wait(lambda seen: seen.gratuitous_arps(THIRD), 3, "the new address is announced")
        time.sleep(0.6)  # no condition to wait for: one renewal passes, and nothing must happen
        report = probe.report()
    figure(f"reload with another address: {report.lost} of {report.sent} lost at the one that stays")
    assert report.lost == 0, str(report)
    assert wire.a.addresses() == {ADDRESS_A + PREFIX, VIP + PREFIX, THIRD + PREFIX}
    deleted = [line for line in events.read_text().splitlines() if line.startswith("Deleted")]
    assert len(deleted) == 1 and SECOND in deleted[0], deleted
    assert capture.gratuitous_arps(VIP) == []
    assert {str(vrrp.source) for _unused, vrrp in capture.adverts()} == {ADDRESS_A}, "the backup spoke"
    assert b.status()["transitions"] == 1
