# Copyright (c) 2026, the hotstandby.vrrp authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""A changed file: what it touches, and what it leaves alone."""

from __future__ import annotations

import hashlib
import pickle
from ipaddress import ip_interface

import pytest
from agent_fakes import PEER, eth, instance
from fake_sockets import FakeVrrpSocket
from reloaded_file import NOTHING, SECOND, VIP, found_in_file, moved, text

from vrrp.agent.netlink.links import ActualAddress, AddressChanged, LinkChanged
from vrrp.agent.network import advertisement, transport
from vrrp.agent.network.sockets import SocketError
from vrrp.config import loader


def test_the_same_file_does_nothing(reloading):
    def look(machine, answer):
        assert answer == NOTHING
        assert moved(machine) == []
        assert machine.agent.instances.running["VI_1"].deadline == pytest.approx(151.0)
        assert machine.lines()[-1] == f"Reloaded {machine.path}: nothing has changed"

    reloading(text(), text(), look)


def test_a_comment_moves_lines_and_nothing_else(reloading):
    def look(machine, answer):
        assert (answer, moved(machine)) == (NOTHING, [])
        assert machine.agent.instances.running["VI_1"].config.line == 6

    reloading(text(), "# one\n# two\n" + text(), look)


def test_the_digest_is_of_the_file_in_force(reloading):
    def look(machine, answer):
        assert machine.agent.digest == hashlib.sha256(machine.path.read_bytes()).hexdigest()

    reloading(text(), text() + "# größer\n", look)


def test_another_priority_is_told_with_the_next_advertisement(reloading):
    def look(machine, answer):
        assert answer == {**NOTHING, "changed": ["VI_1"], "changes": ["VI_1 priority: 100 -> 120"]}
        assert (machine.state(), moved(machine)) == ("MASTER", [])
        machine.due(151.0)
        assert moved(machine) == [(120, "224.0.0.18")]

    reloading(text(), text(priority=120), look)


def test_another_address_moves_that_address_alone(reloading):
    def look(machine, answer):
        assert moved(machine) == [
            ("release", VIP),
            ("install", "192.168.8.103/24"),
            ("announce", 5, "192.168.8.103/24"),
        ]
        assert machine.state() == "MASTER"
        machine.events(machine.kernel.somebody_deletes("192.168.8.103/24"))
        assert machine.kernel.done[-2][0] == "install"

    reloading(text(), text(vip="192.168.8.103/24"), look)


def test_an_instance_more_leaves_the_other_one_alone(reloading):
    def look(machine, answer):
        assert answer == {**NOTHING, "added": ["VI_2"]}
        assert moved(machine) == []
        assert (machine.state("VI_1"), machine.state("VI_2")) == ("MASTER", "BACKUP")

    reloading(text(), text() + SECOND, look)


def test_an_instance_less_stops_cleanly(reloading):
    def look(machine, answer):
        assert answer == {**NOTHING, "removed": ["VI_2"]}
        assert moved(machine) == [(0, "224.0.0.18")]
        assert [each.name for each in machine.agent.instances.leaving] == ["VI_2"]
        machine.due(152.5)
        assert ("release", "192.168.8.102/24") in machine.kernel.done
        assert machine.agent.instances.leaving == []
        assert list(machine.agent.network.receivers["eth0", 4].instances) == [51]

    reloading(text() + SECOND, text(), look)


def test_the_last_instance_of_an_interface_takes_its_socket_along(reloading):
    def look(machine, answer):
        assert machine.agent.network.receivers == {}
        assert machine.agent.instances.leaving == []

    reloading(text(), "global_defs {\n    router_id NodeA\n}\n", look, master=False)


def test_another_name_moves_nothing(reloading):
    def look(machine, answer):
        assert (answer["added"], answer["removed"]) == (["web"], ["VI_1"])
        assert (machine.state("web"), moved(machine)) == ("MASTER", [])

    reloading(text(), text(name="web"), look)


def test_a_master_with_another_virtual_router_id_leaves_the_old_one(reloading):
    def look(machine, answer):
        assert answer["changed"] == ["VI_1"]
        sent = [each for each in moved(machine) if each[0] not in ("install", "announce")]
        assert sent == [("release",), (100, "224.0.0.18")], "it releases none, and advertises no priority 0"
        assert machine.state() == "MASTER"
        assert machine.agent.instances.leaving == []

    reloading(text(), text(vrid=99), look)


def test_an_instance_that_leaves_does_not_end_the_burst_of_its_successor(reloading):
    def look(machine, answer):
        machine.command("promote", instance="VI_1")
        machine.due(152.5)
        assert machine.agent.instances.leaving == []
        assert machine.agent.announcer.under_way == {machine.agent.instances.running["VI_1"]}

    reloading(text(), text(vrid=99), look)


def test_an_address_that_moves_to_another_instance_is_not_torn_down_there(reloading):
    before = text() + SECOND
    after = text(vip="192.168.8.103/24") + SECOND.replace("192.168.8.102/24", VIP)

    def look(machine, answer):
        present = [str(entry.address) for entry in machine.kernel.table.on("eth0")]
        assert sorted(present) == [VIP, "192.168.8.103/24", "192.168.8.4/24"]

    reloading(before, after, look)


def test_a_former_virtual_address_may_become_the_hosts_own(reloading):
    def look(machine, answer):
        own, former = (ActualAddress(2, ip_interface(address)) for address in ("192.168.8.4/24", VIP))
        machine.kernel.table.remember(former)
        machine.kernel.table.forget(2, own.address)
        machine.events(AddressChanged(former, added=True), AddressChanged(own, added=False))
        source = machine.agent.instances.running["VI_1"].tracking.source
        assert (machine.state(), str(source)) == ("MASTER", "192.168.8.100")

    reloading(text(), text(vip="192.168.8.103/24"), look)


def test_an_instance_that_comes_back_at_once_hears(rig, play):
    """Also when something happens to the links while the first one has not given up its addresses yet."""

    async def scenario():
        async with rig(now=146.3) as machine:
            machine.due(150.0)
            for content in ("global_defs {\n    router_id NodeA\n}\n", text()):
                machine.path.write_text(content)
                machine.command("reload")
            assert [each.name for each in machine.agent.instances.leaving] == ["VI_1"]
            machine.events(LinkChanged(eth(), eth()))
            machine.due(152.5)
            assert machine.agent.instances.leaving == []
            ((packet, _destination),) = advertisement.packets(instance(), PEER, 200)
            machine.socket().waiting.append(packet)
            machine.due(153.0)
            assert str(machine.agent.instances.running["VI_1"].router.master.address) == "192.168.8.6"
            assert machine.agent.discarded.discarded == {}

    play(scenario)


def test_a_packet_without_the_new_password_is_discarded_after_a_reload(rig, play):
    secret = "    authentication {\n        auth_type PASS\n        auth_pass 1111\n    }\n    virtual_ipaddress"

    async def scenario():
        async with rig() as machine:
            ((packet, _destination),) = advertisement.packets(instance(), PEER, 200)
            machine.socket().waiting.append(packet)
            machine.due(100.1)
            machine.path.write_text(text().replace("    virtual_ipaddress", secret))
            machine.command("reload")
            machine.socket().waiting.append(packet)
            machine.due(100.2)
            known = machine.agent.instances.running["VI_1"].reporter.counters
            assert (known.received, known.discarded) == (1, {"auth_type": 1})

    play(scenario)


def test_a_new_password_is_expected_from_the_next_packet_on(reloading):
    secret = "    authentication {\n        auth_type PASS\n        auth_pass 1111\n    }\n    virtual_ipaddress"

    def look(machine, answer):
        ((packet, _destination),) = advertisement.packets(instance(), PEER, 200)
        machine.socket().waiting.append(packet)
        machine.due(150.1)
        assert machine.agent.instances.running["VI_1"].reporter.counters.discarded == {"auth_type": 1}
        assert "1111" not in machine.text.getvalue() + str(answer)

    reloading(text(), text().replace("    virtual_ipaddress", secret), look)


def test_a_reload_reconfigures_only_changed_instances(reloading, monkeypatch):
    """255 instances that have not changed must not take a part of an interval."""
    looked_at = []

    def look(machine, answer):
        assert answer["changed"] == ["VI_2"]
        assert looked_at == ["VI_2"]

    monkeypatch.setattr(transport.Transport, "reconfigured", lambda self, instance: looked_at.append(instance.name))
    reloading(text() + SECOND, "# moved\n" + text() + SECOND.replace("priority 100", "priority 120"), look)


def test_the_findings_in_the_file_can_be_pickled(rig, play):
    async def scenario():
        async with rig() as machine:
            machine.path.write_text(text(priority=120) + SECOND)
            found = found_in_file(machine)
            assert pickle.loads(pickle.dumps(found)) == found

    play(scenario)


def test_while_the_node_is_drained_a_new_instance_does_not_begin(reloading):
    def look(machine, answer):
        machine.command("drain")
        machine.path.write_text(text(priority=120) + SECOND)
        machine.command("reload")
        assert (machine.state("VI_1"), machine.state("VI_2")) == ("STOP", "STOP")
        machine.due(300.0)
        assert machine.kernel.done == []
        machine.command("undrain")
        assert (machine.state("VI_1"), machine.state("VI_2")) == ("BACKUP", "BACKUP")
        assert machine.agent.instances.running["VI_1"].router.priority == 120

    reloading(text(), text(), look, master=False)


def test_an_instance_that_comes_back_does_not_go_on_where_one_was_before(rig, play):
    async def scenario():
        async with rig(now=146.3) as machine:
            machine.due(150.0)
            machine.path.write_text("global_defs {\n    router_id NodeA\n}\n")
            machine.command("reload")
            machine.due(151.5)
            machine.path.write_text(text())
            machine.command("reload")
            assert (machine.state(), machine.agent.instances.running["VI_1"].router.hold) == ("BACKUP", None)
            assert machine.agent.instances.running["VI_1"].deadline == pytest.approx(151.5 + 3.609375)

    play(scenario)


def test_an_instance_that_loses_its_socket_by_a_reload_gets_it_back(rig, play, monkeypatch):
    """The kernel limits the groups of a socket. A master without a socket would be silent and keep its address."""

    def join(sock, group):
        if str(group) == "224.0.0.99":
            raise SocketError("cannot join the multicast group 224.0.0.99 on eth0: No buffer space available")

    monkeypatch.setattr(FakeVrrpSocket, "join", join)
    other = text().replace("priority 100", "priority 100\n    mcast_dst_ip 224.0.0.99")

    async def scenario():
        async with rig(*loader.load(other + SECOND, "f").instances[1:], now=146.3) as machine:
            machine.agent.configuration = loader.load(SECOND, str(machine.path))
            machine.due(150.0)
            assert machine.state("VI_2") == "MASTER"
            for content, state in ((other + SECOND, "FAULT"), (text() + SECOND, "BACKUP")):
                machine.path.write_text(content)
                machine.command("reload")
                assert [machine.state(name) for name in ("VI_1", "VI_2")] == [state] * 2
                assert bool(machine.agent.network.receivers) is (state == "BACKUP")
            machine.path.write_text(other + SECOND)  # one that was there before
            machine.command("reload")
            assert [machine.state(name) for name in ("VI_1", "VI_2")] == ["FAULT"] * 2

    play(scenario)
