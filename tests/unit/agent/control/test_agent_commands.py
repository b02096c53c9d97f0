# Copyright (c) 2026, the hotstandby.vrrp authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The tests check the commands of the control socket, and the words of their answers."""

from __future__ import annotations

import json
import os

import pytest
from agent_fakes import PEER, instance, table
from agent_fakes import advertisement as from_master

from vrrp import cli, cli_follow
from vrrp.agent.control.server import CommandError
from vrrp.agent.network import advertisement
from vrrp.client import AgentError, AgentUnreachable, Client
from vrrp.config.model.trackers import Script, Tracked, Tracking
from vrrp.protocol.event_codec import read

INSTANCE_KEYS = {
    *("name", "state", "interface", "virtual_router_id", "version", "base_priority", "priority", "advert_int_s"),
    *("preempt", "source", "addresses", "addresses_present", "hold", "master", "peers", "since_s", "transitions"),
    *("faults", "reasons", "checks", "why", "warnings", "last_event", "counters"),
}
COUNTERS = {"sent", "received", "priority_zero_sent", "priority_zero_received", "became_master", "discarded"}


def ask(machine, command, **request):
    return machine.command(command, **request)


def hear(machine, priority, at):
    ((packet, _destination),) = advertisement.packets(instance(), PEER, priority)
    machine.socket().waiting.append(packet)
    machine.due(at)


def test_status_has_everything_and_is_json(rig, play):
    async def scenario():
        async with rig() as machine:
            machine.now = 101.5
            status = json.loads(json.dumps(ask(machine, "status")))
            assert status["pid"] == os.getpid()
            assert status["config"] == str(machine.path)
            assert (status["config_sha256"], status["discarded"], status["router_id"]) == ("0" * 64, {}, None)
            (entry,) = status["instances"]
            assert set(entry) >= INSTANCE_KEYS
            assert set(entry["counters"]) >= COUNTERS
            assert (entry["state"], entry["master"], entry["since_s"]) == ("BACKUP", None, 1.5)
            assert (entry["addresses"], entry["addresses_present"]) == (["192.168.8.100/24"], [])
            assert (entry["source"], entry["advert_int_s"]) == ("192.168.8.4", 1.0)

    play(scenario)


def test_status_of_a_backup_says_whom_it_hears(rig, play):
    async def scenario():
        async with rig() as machine:
            hear(machine, 200, 101.0)
            machine.now = 101.25
            (entry,) = ask(machine, "status")["instances"]
            seen = {"address": "192.168.8.6", "priority": 200, "seen_s": 0.25}
            assert (entry["master"], entry["peers"]) == (seen, [seen])
            assert entry["why"] == "BACKUP because 192.168.8.6 advertises 200 > our 100"

    play(scenario)


def test_status_of_a_master_names_itself(rig, play):
    async def scenario():
        async with rig() as machine:
            machine.due(104.0)
            (entry,) = ask(machine, "status")["instances"]
            assert entry["master"] == {"address": "192.168.8.4", "priority": 100, "seen_s": 0.0}
            assert entry["addresses_present"] == ["192.168.8.100/24"]
            assert entry["why"] == "MASTER because no master was heard; our 100"
            assert (entry["counters"]["sent"], entry["counters"]["became_master"]) == (1, 1)

    play(scenario)


def test_why_names_the_check_that_waits(rig, play):
    config = instance(track=Tracking(scripts=(Tracked("web"),)))

    async def scenario():
        async with rig(config, scripts=[Script("web", ("/bin/sleep", "30"), timeout_s=60)]) as machine:
            (entry,) = ask(machine, "status")["instances"]
            assert entry["why"] == "INIT because it waits for the first result of web"
            said = {"name": "web", "kind": "script", "ok": None, "weight": 0, "detail": ""}
            assert entry["checks"] == [{**said, "reverse": False, "value": None}]

    play(scenario)


def test_promote_moves_at_once_and_release_lets_go(rig, play):
    async def scenario():
        async with rig() as machine:
            hear(machine, 200, 101.0)
            answer = ask(machine, "promote", instance="VI_1")
            assert (answer["state"], answer["hold"], answer["priority"]) == ("MASTER", "master", 254)
            machine.due(101.011)
            assert machine.socket().sent == [(254, "224.0.0.18")]
            answer = ask(machine, "release", instance="VI_1")
            assert (answer["hold"], answer["priority"]) == (None, 100)
            assert "(VI_1) promote was asked for" in machine.lines()

    play(scenario)


def test_demote_waits_for_the_peer(rig, play):
    async def scenario():
        async with rig() as machine:
            machine.due(104.0)
            answer = ask(machine, "demote", instance="VI_1")
            assert (answer["state"], answer["yielding"]) == ("MASTER", True)
            assert machine.socket().sent[-1] == (0, "224.0.0.18")

    play(scenario)


def test_an_address_that_is_the_hosts_own_cannot_be_demoted_away(rig, play):
    async def scenario():
        async with rig(instance(priority=255), filled=table(addresses=("192.168.8.100/24",))) as machine:
            assert machine.state() == "MASTER"
            with pytest.raises(CommandError, match="cannot demote VI_1: this host owns 192.168.8.100, which cannot "):
                ask(machine, "demote", instance="VI_1")
            assert (machine.state(), machine.agent.instances.running["VI_1"].router.hold) == ("MASTER", None)

    play(scenario)


def test_priority_255_alone_can_be_demoted(rig, play):
    async def scenario():
        async with rig(instance(priority=255)) as machine:
            assert ask(machine, "demote", instance="VI_1")["yielding"]

    play(scenario)


def test_a_move_that_cannot_be_says_why(rig, play):
    async def scenario():
        async with rig(instance(interface="eth9")) as machine:
            with pytest.raises(CommandError, match="cannot promote VI_1: .*interface eth9 does not exist"):
                ask(machine, "promote", instance="VI_1")

    play(scenario)


@pytest.mark.parametrize("name", ["web", None, 7])
def test_an_instance_that_is_not_there(rig, play, name):
    async def scenario():
        async with rig() as machine:
            with pytest.raises(CommandError, match=f"there is no instance {name}; there are: VI_1"):
                ask(machine, "promote", instance=name)

    play(scenario)


def test_an_unknown_command_lists_the_known_ones(rig, play):
    async def scenario():
        async with rig() as machine:
            with pytest.raises(
                CommandError, match="it is one of status, promote, demote, release, drain, undrain, reload"
            ):
                ask(machine, "dance")

    play(scenario)


@pytest.mark.parametrize("command", ["promote", "reload"])
def test_an_agent_that_stops_moves_nothing(rig, play, command):
    async def scenario():
        async with rig() as machine:
            machine.agent.shutdown.stop()
            with pytest.raises(CommandError, match="the agent is stopping"):
                ask(machine, command, instance="VI_1")
            assert ask(machine, "status")["stopping"]

    play(scenario)


def test_a_node_is_drained_and_undrained_by_commands(rig, play):
    async def scenario():
        async with rig() as machine:
            machine.due(104.0)
            answer = ask(machine, "drain")
            assert (answer["drained"], answer["instances"][0]["yielding"]) == (True, True)
            assert not ask(machine, "undrain")["drained"]
            assert machine.state() == "MASTER"

    play(scenario)


def test_events_are_asked_for_by_instance(rig, play):
    async def scenario():
        async with rig(instance(), instance("VI_2", virtual_router_id=52)) as machine:
            known = machine.client().events()
            assert known["instances"] == ["VI_1", "VI_2"]
            header, *entries = machine.client().events("VI_2")["lines"]
            assert header["instance"] == "VI_2"
            assert known["ends"]["VI_2"] == [len(entries), entries[-1]["at"]] == [2, 100.0]
            with pytest.raises(CommandError, match="there is no instance VI_3; there are: VI_1, VI_2"):
                ask(machine, "events", instance="VI_3", after=[0, 0.0])

    play(scenario)


@pytest.mark.parametrize("after", [None, 3, [], [1], ["x", 0.0], [1e400, 0.0], [1, {}], {"number": 1}, "ab"])
def test_an_invalid_event_position_is_refused_with_a_hint_at_the_release(rig, play, after):
    async def scenario():
        async with rig() as machine:
            with pytest.raises(CommandError, match="use the command hotstandby of this agent's release"):
                ask(machine, "events", instance="VI_1", after=after)
            with pytest.raises(CommandError, match="use the command hotstandby of this agent's release"):
                ask(machine, "events", instance="VI_1")

    play(scenario)


def test_an_old_event_that_is_still_repeated_belongs_to_the_last_hour(rig, play, monkeypatch, capsys):
    """It is one entry, which began long before."""

    async def scenario():
        async with rig() as machine:
            for second in range(7200):
                machine.agent.instances.running["VI_1"].heard(from_master(200), PEER, 100.0 + second)
            machine.now = 7299.5
            monkeypatch.setattr(cli, "Client", lambda runtime_dir: machine.client())
            assert cli.main(["events", "VI_1", "--since", "1h"]) == 0

    play(scenario)
    assert "heard 192.168.8.6 priority 200, 7200 times" in capsys.readouterr().out


def test_a_follower_is_told_each_entry_once(rig, play, monkeypatch, capfd):
    """The agent encodes what is new, however many entries it has."""

    class Follower(Client):
        """It follows an agent that tells no log, in ten looks. Meanwhile the second instance hears two priorities."""

        encoded = [0]
        steps = {3: 150, 7: 151}

        def watch(self):
            raise AgentError("8 others watch this agent already: end one of them")

        def request(self, request):
            if "instance" not in request:
                number = len(self.encoded)
                if number == 10:
                    raise AgentUnreachable("it has ended")
                if number in self.steps:
                    two.heard(from_master(self.steps[number]), PEER, 1000.0 + number)
                self.encoded.append(0)
            answer = machine.client().request(request)
            self.encoded[-1] += len(answer.get("lines", ["no header"])) - 1
            return answer

    async def scenario():
        nonlocal machine, two
        monkeypatch.setattr(cli_follow, "POLL_S", 0.0)
        async with rig(instance(), instance("VI_2", virtual_router_id=52)) as machine:
            for name, entries in (("VI_1", 300), ("VI_2", 100)):
                two = machine.agent.instances.running[name]
                for number in range(entries):
                    two.heard(from_master(200 + number % 2), PEER, 101.0 + number)
            with pytest.raises(AgentUnreachable):
                cli_follow.run(Follower(), None)

    machine = two = None
    play(scenario)
    lines = [json.loads(text) for text in capfd.readouterr().out.splitlines()]
    assert Follower.encoded == [0, 256 + 102, 0, 1, 0, 0, 0, 1, 0, 0]
    assert [line["lost"] for line in lines if "lost" in line] == [46, 0, 102, 103]
    records = read("\n".join(map(json.dumps, lines)))
    assert [len(record.steps) for record in records] == [256, 102, 1, 1]
