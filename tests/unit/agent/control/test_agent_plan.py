# Copyright (c) 2026, the hotstandby.vrrp authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The agent says what a reload would do: it changes nothing, and the right to reload is required."""

from __future__ import annotations

import base64
import json
import zlib

import pytest
from agent_fakes import PEER, eth, instance, table

from vrrp.agent.control.server import READ_ONLY, CommandError, ControlServer
from vrrp.agent.log import Log
from vrrp.agent.netlink.links import LinkChanged
from vrrp.agent.network import advertisement
from vrrp.config import loader

TEXT = """\
vrrp_instance VI_1 {
    interface eth0
    virtual_router_id 51
    priority 100
    virtual_ipaddress {
        192.168.8.100/24
    }
}
"""
SECOND = TEXT.replace("VI_1", "VI_2").replace("51", "52").replace("8.100", "8.101")


def packed(text):
    return base64.b64encode(zlib.compress(text.encode())).decode()


@pytest.fixture
def ask(rig, play):
    """``ask(candidate, state)``: the answer of an agent with TEXT, which is MASTER or hears one of priority 200."""

    def run(candidate, state="MASTER", prepare=lambda machine: None, running=TEXT, heard=True):
        answers = []

        async def scenario():
            configuration = loader.load(running, "f")
            async with rig(*configuration.instances, now=146.3) as machine:
                machine.agent.configuration = loader.load(running, str(machine.path))
                if state == "MASTER":
                    machine.due(150.0)
                elif heard:
                    ((packet, _destination),) = advertisement.packets(instance(), PEER, 200)
                    machine.socket().waiting.append(packet)
                    machine.due(147.0)
                prepare(machine)
                before = machine.state(), machine.agent.configuration, list(machine.kernel.done)
                answer = machine.command("plan", candidate=packed(candidate))
                assert before == (machine.state(), machine.agent.configuration, list(machine.kernel.done))
                answers.append(json.loads(json.dumps(answer)))

        play(scenario)
        return answers[0]

    return run


def moves(answer):
    return [(each["instance"], each["state"], each["moves"]) for each in answer["mastership"]]


def test_the_same_file_changes_nothing(ask):
    answer = ask("# another comment\n" + TEXT)
    assert (answer["changed"], answer["texts"], answer["plan"]["instances"]) == (False, [], [])
    assert moves(answer) == [("VI_1", "MASTER", False)]


def test_an_option_is_told_and_moves_nothing(ask):
    answer = ask(TEXT.replace("priority 100", "priority 120"))
    assert answer["texts"] == ["VI_1 priority: 100 -> 120"]
    assert moves(answer) == [("VI_1", "MASTER", False)]


def test_a_lower_priority_of_a_master_may_move_it(ask):
    answer = ask(TEXT.replace("priority 100", "priority 80"))
    assert moves(answer) == [("VI_1", "MASTER", None)]
    assert answer["mastership"][0]["why"].startswith("its priority falls from 100 to 80")


def test_a_master_with_another_virtual_router_id_stays_master(ask):
    answer = ask(TEXT.replace("_id 51", "_id 52"))
    assert moves(answer) == [("VI_1", "MASTER", False)]


def test_a_new_instance_begins(ask):
    answer = ask(TEXT + SECOND)
    assert moves(answer) == [("VI_1", "MASTER", False), ("VI_2", None, None)]


def test_a_standby_that_rises_above_the_master_takes_over(ask):
    answer = ask(TEXT.replace("priority 100", "priority 220"), "BACKUP")
    assert moves(answer) == [("VI_1", "BACKUP", True)]
    assert answer["mastership"][0]["why"] == "its priority rises from 100 to 220, above the 200 of 192.168.8.6"
    assert moves(ask(TEXT.replace("priority 100", "priority 150"), "BACKUP")) == [("VI_1", "BACKUP", False)]
    held_back = TEXT.replace("priority 100", "priority 220\n    nopreempt")
    assert moves(ask(held_back, "BACKUP")) == [("VI_1", "BACKUP", False)]


def test_another_tracker_is_not_known_yet(ask):
    text = TEXT.replace("priority 100", "priority 100\n    track_interface {\n        eth9\n    }")
    assert moves(ask(text)) == [("VI_1", "MASTER", None)]


def test_a_drained_node_moves_nothing(ask):
    answer = ask(TEXT.replace("priority 100", "priority 80"), prepare=lambda machine: machine.drain(True))
    assert [(each["moves"], each["why"]) for each in answer["mastership"]] == [(False, "this node is drained")]


@pytest.mark.parametrize(("verb", "held"), [("promote", "MASTER"), ("demote", "BACKUP")])
def test_an_instance_that_is_held_moves_nothing(ask, verb, held):
    def hold(machine):
        machine.agent._commands.handle(verb, {"instance": "VI_1"})

    answer = ask(TEXT.replace("priority 100", "priority 80"), prepare=hold)
    assert [(each["moves"], each["why"]) for each in answer["mastership"]] == [(False, f"it is held as {held}")]


def test_an_instance_in_fault_moves_nothing(ask):
    def pull_the_cable(machine):
        before = machine.kernel.table.names["eth0"]
        after = eth(running=False)
        machine.kernel.table = table(after)
        machine.events(LinkChanged(before, after))

    answer = ask(TEXT.replace("priority 100", "priority 220"), "BACKUP", prepare=pull_the_cable)
    assert [(each["moves"], each["why"]) for each in answer["mastership"]] == [(False, "it is FAULT")]


def test_an_instance_that_hears_no_master_waits_for_its_own_timer(ask):
    answer = ask(TEXT.replace("priority 100", "priority 220"), "BACKUP", heard=False)
    assert [(each["moves"], each["why"]) for each in answer["mastership"]] == [(False, "it hears no master")]


def test_without_nopreempt_a_better_standby_takes_over(ask):
    running = TEXT.replace("priority 100", "priority 220\n    nopreempt")
    answer = ask(running.replace("    nopreempt\n", ""), "BACKUP", running=running)
    why = "without nopreempt it takes over from 192.168.8.6, which has 200 against 220"
    assert [(each["moves"], each["why"]) for each in answer["mastership"]] == [(True, why)]


def test_a_standby_that_leaves_moves_nothing(ask):
    answer = ask(SECOND, "BACKUP")
    assert [(each["moves"], each["why"]) for each in answer["mastership"]] == [
        (False, "it goes, and is not MASTER"),
        (None, "it is new: it begins as BACKUP, and the priorities of both nodes decide"),
    ]


def test_the_path_is_a_text(rig, play):
    async def scenario():
        async with rig() as machine:
            with pytest.raises(CommandError, match="path is the name of a file"):
                machine.agent._commands.handle("plan", {"path": ["/etc"], "candidate": packed(TEXT)})

    play(scenario)


def test_an_address_outside_every_subnet_is_a_warning_of_the_plan(ask):
    answer = ask(TEXT.replace("192.168.8.100/24", "10.9.9.9/24"))
    assert any("10.9.9.9 is outside every subnet of eth0" in text for text in answer["warnings"])


def test_a_bad_file_is_refused_with_every_problem(ask):
    with pytest.raises(CommandError) as caught:
        ask(TEXT.replace("priority 100", "priority 300").replace("_id 51", "_id 0"))
    assert len(caught.value.problems) == 2


@pytest.mark.parametrize("candidate", [None, 7, "%%%", "", base64.b64encode(b"plain").decode()])
def test_a_candidate_that_is_not_an_encoded_file_is_refused(rig, play, candidate):
    async def scenario():
        async with rig() as machine:
            with pytest.raises(CommandError, match="candidate is a file as base64 of zlib of UTF-8|cut off"):
                machine.command("plan", candidate=candidate)

    play(scenario)


def test_a_file_that_swells_is_refused(rig, play):
    async def scenario():
        async with rig() as machine:
            with pytest.raises(CommandError, match="longer than 1048576 octets"):
                machine.command("plan", candidate=packed("#" * (1 << 24)))

    play(scenario)


def test_a_stranger_may_not_ask():
    assert "plan" not in READ_ONLY
    server = ControlServer("/nonexistent", lambda command, request: {}, Log())
    line = json.dumps({"command": "plan", "candidate": packed(TEXT)}).encode()
    assert server.answer(line, privileged=False)["error"].startswith("only root and the agent's own user may plan")


def test_a_password_is_in_no_answer(ask):
    block = "    authentication {\n        auth_type PASS\n        auth_pass %s\n    }\n    virtual_ip"
    running = TEXT.replace("    virtual_ip", block % "secret1")
    answer = ask(TEXT.replace("    virtual_ip", block % "secret2"), running=running)
    assert answer["changed"] and answer["plan"]["peer_must_follow"]
    assert "secret" not in json.dumps(answer)
