# Copyright (c) 2026, the hotstandby.vrrp authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""A changed file: what it touches, and what it leaves alone."""

from __future__ import annotations

import asyncio
import hashlib
import io
import pickle
from ipaddress import ip_interface

import pytest
from agent_fakes import PEER, FakeVrrpSocket, eth, instance

from vrrp.agent.control import reload
from vrrp.agent.control.server import CommandError
from vrrp.agent.log import Log
from vrrp.agent.netlink.links import ActualAddress, AddressChanged, LinkChanged
from vrrp.agent.network import advertisement, transport
from vrrp.agent.network.sockets import SocketError
from vrrp.config import loader
from vrrp.config.model.configuration import Configuration

FILE = """\
global_defs {{
    router_id NodeA
}}
vrrp_instance {name} {{
    interface {interface}
    virtual_router_id {vrid}
    priority {priority}
    virtual_ipaddress {{
        {vip}
    }}
}}
"""
SECOND = FILE[FILE.index("vrrp_instance") :].format(
    name="VI_2", interface="eth0", vrid=52, priority=100, vip="192.168.8.102/24"
)
VIP = "192.168.8.100/24"


def text(**fields):
    return FILE.format(**{"name": "VI_1", "interface": "eth0", "vrid": 51, "priority": 100, "vip": VIP, **fields})


@pytest.fixture
def reloading(rig, play):
    """``reloading(before, after, look)``: an agent that is MASTER of everything in ``before`` reads ``after``.

    ``look(machine, answer)`` sees what came of it; what it did until the reload is forgotten.
    """

    def run(before, after, look, master=True):
        async def scenario():
            configuration = loader.load(before, "f")
            async with rig(*configuration.instances, now=146.3) as machine:
                machine.agent.configuration = loader.load(before, str(machine.path))
                if master:
                    machine.due(150.0)
                machine.kernel.done.clear()
                for channel in machine.agent.network.channels.values():
                    channel.socket.sent.clear()
                machine.path.write_text(after)
                look(machine, machine.agent._commands.handle("reload", {}))
                await asyncio.sleep(0)

        play(scenario)

    return run


def moved(machine):
    """Return everything that the segment could have noticed."""
    sent = [packet for channel in machine.agent.network.channels.values() for packet in channel.socket.sent]
    return machine.kernel.done + sent


NOTHING = {"added": [], "removed": [], "changed": [], "changes": [], "warnings": []}


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
        assert list(machine.agent.network.channels["eth0", 4].instances) == [51]

    reloading(text() + SECOND, text(), look)


def test_the_last_instance_of_an_interface_takes_its_socket_along(reloading):
    def look(machine, answer):
        assert machine.agent.network.channels == {}
        assert machine.agent.instances.leaving == []

    reloading(text(), "global_defs {\n    router_id NodeA\n}\n", look, master=False)


def test_another_name_moves_nothing(reloading):
    def look(machine, answer):
        assert (answer["added"], answer["removed"]) == (["web"], ["VI_1"])
        assert (machine.state("web"), moved(machine)) == ("MASTER", [])

    reloading(text(), text(name="web"), look)


def test_a_master_with_another_virtual_router_id_stays_master_and_says_nothing_under_the_old_one(reloading):
    def look(machine, answer):
        assert answer["changed"] == ["VI_1"]
        sent = [each for each in moved(machine) if each[0] not in ("install", "announce")]
        assert sent == [("release",), (100, "224.0.0.18")], "it releases none, and advertises no priority 0"
        assert machine.state() == "MASTER"
        assert machine.agent.instances.leaving == []

    reloading(text(), text(vrid=99), look)


def test_an_instance_that_leaves_does_not_end_the_burst_of_its_successor(reloading):
    def look(machine, answer):
        machine.agent._commands.handle("promote", {"instance": "VI_1"})
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
                machine.agent._commands.handle("reload", {})
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


def test_a_reload_that_fails_half_way_loses_no_running_instance(rig, play):
    first, second = instance(unicast_peers=(PEER,)), instance("VI_2", ("192.168.8.102/24",), virtual_router_id=52)
    third = instance("VI_3", ("192.168.8.103/24",), virtual_router_id=53)

    async def scenario():
        async with rig(first, second) as machine:

            def broken(group):
                raise OSError(19, "No such device")

            machine.socket().join = broken
            with pytest.raises(OSError):
                machine.agent.apply(Configuration(str(machine.path), instances=(third, first, second)), "1" * 64)
            assert {each.name for each in machine.agent.instances.all()} >= {"VI_1", "VI_2"}

    play(scenario)


def test_what_was_heard_before_counts_no_more_with_a_new_password(rig, play):
    secret = "    authentication {\n        auth_type PASS\n        auth_pass 1111\n    }\n    virtual_ipaddress"

    async def scenario():
        async with rig() as machine:
            ((packet, _destination),) = advertisement.packets(instance(), PEER, 200)
            machine.socket().waiting.append(packet)
            machine.due(100.1)
            machine.path.write_text(text().replace("    virtual_ipaddress", secret))
            machine.agent._commands.handle("reload", {})
            machine.socket().waiting.append(packet)
            machine.due(100.2)
            known = machine.agent.instances.running["VI_1"].reporter.counters
            assert (known.received, known.discarded) == (1, {"auth_type": 1})

    play(scenario)


def test_what_is_doubtful_or_does_not_fit_this_machine_is_answered_and_logged(reloading):
    def look(machine, answer):
        twice, outside = answer["warnings"]
        assert "priority is given twice" in twice
        assert "10.0.0.1 is outside every subnet of eth0" in outside
        assert set(answer["warnings"]) <= set(machine.lines())

    reloading(text(), text(vip="10.0.0.1/24", priority="100\n    priority 90"), look)


def test_a_new_password_is_expected_from_the_next_packet_on(reloading):
    secret = "    authentication {\n        auth_type PASS\n        auth_pass 1111\n    }\n    virtual_ipaddress"

    def look(machine, answer):
        ((packet, _destination),) = advertisement.packets(instance(), PEER, 200)
        machine.socket().waiting.append(packet)
        machine.due(150.1)
        assert machine.agent.instances.running["VI_1"].reporter.counters.discarded == {"auth_type": 1}
        assert "1111" not in machine.text.getvalue() + str(answer)

    reloading(text(), text().replace("    virtual_ipaddress", secret), look)


def test_a_bad_file_changes_nothing_and_is_answered_line_by_line(rig, play):
    async def scenario():
        async with rig() as machine:
            before = machine.agent.configuration
            machine.path.write_text(text(priority=256) + "nonsense\n")
            with pytest.raises(CommandError, match="the old configuration stays in force") as caught:
                machine.agent._commands.handle("reload", {})
            assert [problem.split(": error: ")[0] for problem in caught.value.problems] == [
                f"{machine.path}:7:14",
                f"{machine.path}:12:1",
            ]
            assert machine.agent.configuration is before

    play(scenario)


def test_a_file_that_is_gone_changes_nothing(rig, play):
    async def scenario():
        async with rig() as machine:
            with pytest.raises(CommandError) as caught:
                machine.agent._commands.handle("reload", {})
            assert "cannot read the file" in caught.value.problems[0]

    play(scenario)


def test_sighup_of_a_bad_file_is_logged(rig, play):
    async def scenario():
        async with rig() as machine:
            machine.path.write_text("nonsense\n")
            machine.agent._hangup.signal()
            assert f"{machine.path}:1:1: error: " in machine.text.getvalue()
            assert machine.state() == "BACKUP"

    play(scenario)


class Signals:
    """Signals, and what they lead to: each reload ends when the test says so."""

    def __init__(self):
        self.begun, self.rests, self.text = [], [], io.StringIO()
        self.on = reload.OnSignal(self._reload, lambda delay_s, callback: self.rests.append(callback), Log(self.text))

    def _reload(self):
        self.begun.append(asyncio.get_event_loop().create_future())
        return self.begun[-1]


def test_however_many_signals_come_there_is_one_reload_and_one_more(play):
    """The second reload is needed as the file may have changed after it was read."""

    async def scenario():
        signals = Signals()
        for _number in range(1000):
            signals.on.signal()
        assert len(signals.begun) == 1
        signals.begun[0].set_result({})
        await asyncio.sleep(0)
        for _number in range(1000):
            signals.on.signal()
        assert len(signals.begun) == 1, "it rests"
        signals.rests.pop()()
        assert len(signals.begun) == 2
        signals.begun[1].set_result({})
        await asyncio.sleep(0)
        signals.rests.pop()()
        assert (len(signals.begun), signals.rests) == (2, [])
        signals.on.signal()
        assert len(signals.begun) == 3

    play(scenario)


def test_a_file_that_stays_bad_is_told_in_full_once(play):
    async def scenario():
        signals = Signals()
        for problems in (("f:1:1: x", "f:2:1: y"),) * 3 + (("f:1:1: z",),):
            signals.on.signal()
            signals.begun[-1].set_exception(CommandError("it is not valid", problems))
            await asyncio.sleep(0)
            signals.rests.pop()()
        said = [line.split(" ", 2)[2] for line in signals.text.getvalue().splitlines()]
        bad = "error: it is not valid"
        assert said == [bad, "error: f:1:1: x", "error: f:2:1: y", bad, bad, bad, "error: f:1:1: z"]

    play(scenario)


def test_what_is_not_different_is_not_judged_anew(reloading, monkeypatch):
    """255 instances that have not changed must not take a part of an interval."""
    looked_at = []

    def look(machine, answer):
        assert answer["changed"] == ["VI_2"]
        assert looked_at == ["VI_2"]

    monkeypatch.setattr(transport.Transport, "reconfigured", lambda self, instance: looked_at.append(instance.name))
    reloading(text() + SECOND, "# moved\n" + text() + SECOND.replace("priority 100", "priority 120"), look)


def test_nothing_is_applied_at_the_end(rig, play):
    async def scenario():
        async with rig() as machine:
            machine.path.write_text(text(priority=120))
            found = reload.look(machine.agent._current())
            machine.agent.shutdown.stop()
            with pytest.raises(CommandError, match="the agent is stopping"):
                machine.agent.reload.take(found)
            assert machine.agent.instances.running["VI_1"].config.priority == 100

    play(scenario)


def test_what_was_found_travels_from_the_child(rig, play):
    async def scenario():
        async with rig() as machine:
            machine.path.write_text(text(priority=120) + SECOND)
            found = reload.look(machine.agent._current())
            assert pickle.loads(pickle.dumps(found)) == found

    play(scenario)


def test_an_address_that_no_host_of_a_subnet_can_have_is_refused(rig, play):
    async def scenario():
        async with rig() as machine:
            machine.path.write_text(text(vip="192.168.8.255/32"))
            with pytest.raises(CommandError) as caught:
                reload.look(machine.agent._current())
            (problem,) = caught.value.problems
            assert "error: vrrp_instance VI_1: 192.168.8.255 is the broadcast address of 192.168.8.0/24" in problem

    play(scenario)


def test_while_the_node_is_drained_a_new_instance_does_not_begin(reloading):
    def look(machine, answer):
        machine.agent._commands.handle("drain", {})
        machine.path.write_text(text(priority=120) + SECOND)
        machine.agent._commands.handle("reload", {})
        assert (machine.state("VI_1"), machine.state("VI_2")) == ("STOP", "STOP")
        machine.due(300.0)
        assert machine.kernel.done == []
        machine.agent._commands.handle("undrain", {})
        assert (machine.state("VI_1"), machine.state("VI_2")) == ("BACKUP", "BACKUP")
        assert machine.agent.instances.running["VI_1"].router.priority == 120

    reloading(text(), text(), look, master=False)


def test_an_instance_that_comes_back_does_not_go_on_where_one_was_before(rig, play):
    async def scenario():
        async with rig(now=146.3) as machine:
            machine.due(150.0)
            machine.path.write_text("global_defs {\n    router_id NodeA\n}\n")
            machine.agent._commands.handle("reload", {})
            machine.due(151.5)
            machine.path.write_text(text())
            machine.agent._commands.handle("reload", {})
            assert (machine.state(), machine.agent.instances.running["VI_1"].router.hold) == ("BACKUP", None)
            assert machine.agent.instances.running["VI_1"].deadline == pytest.approx(151.5 + 3.609375)

    play(scenario)


def test_who_loses_its_socket_by_a_reload_knows_it_and_gets_it_back(rig, play, monkeypatch):
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
                machine.agent._commands.handle("reload", {})
                assert [machine.state(name) for name in ("VI_1", "VI_2")] == [state] * 2
                assert bool(machine.agent.network.channels) is (state == "BACKUP")
            machine.path.write_text(other + SECOND)  # one that was there before
            machine.agent._commands.handle("reload", {})
            assert [machine.state(name) for name in ("VI_1", "VI_2")] == ["FAULT"] * 2

    play(scenario)


@pytest.mark.parametrize(
    "content", ["", "\n\n", "# VI_1 was here\n", "! nothing", "@elsewhere vrrp_instance x {\n@elsewhere }\n"]
)
def test_a_file_that_says_nothing_is_no_reload(rig, play, content):
    """A full disk, an editor, a template that failed leave such a file, and the address must not be lost then."""

    async def scenario():
        configuration = loader.load(text(), "f")
        async with rig(*configuration.instances, now=146.3) as machine:
            machine.due(150.0)
            machine.path.write_text(content)
            with pytest.raises(CommandError, match="says nothing: an empty file is not taken"):
                machine.agent.reload.reload()
            assert machine.state() == "MASTER"

    play(scenario)


def test_a_file_without_instances_that_says_something_is_one(rig, play):
    async def scenario():
        configuration = loader.load(text(), "f")
        async with rig(*configuration.instances, now=146.3) as machine:
            machine.path.write_text("global_defs {\n    vrrp_version 3\n}\n")
            assert machine.agent.reload.reload()["removed"] == ["VI_1"]

    play(scenario)
