# Copyright (c) 2026, the hotstandby.vrrp authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Test what a node tells, logs and reports of the other one: with two of them joined in this process."""

from __future__ import annotations

import asyncio
import errno
import io
import re
from dataclasses import replace
from ipaddress import ip_address
from types import SimpleNamespace

import pytest
from agent_fakes import Bench, instance
from peer_links import OTHER, OWN, LoopScheduler, Network
from virtual_time import play

from vrrp.agent.control.status import instance_status
from vrrp.agent.errors import CommandError
from vrrp.agent.log import Log
from vrrp.agent.network.peer_keys import digest
from vrrp.agent.peer.other_node import OtherNode
from vrrp.cli_watch import View
from vrrp.config.model.configuration import Globals, PeerStatus
from vrrp.protocol.priority import CheckResult

KEY = bytes(range(32))
DOWN_S = 3.0 + 156 / 256
SETTINGS = PeerStatus(ip_address(OTHER), ip_address(OWN), keys=(KEY,))
BACK = PeerStatus(ip_address(OWN), ip_address(OTHER), keys=(KEY,))


class Node:
    """It is one node with the instances VI_1 and VI_2; ``leaving`` is (drained, stopping)."""

    def __init__(self, network, settings, name, master=False, wall=1e9) -> None:
        self.benches = {each: Bench(instance(name=each)) for each in ("VI_1", "VI_2")}
        for bench in self.benches.values():
            bench.master(0.0) if master else bench.start(0.0)
        self.leaving = False, False
        self.text = io.StringIO()
        running = {each: bench.instance for each, bench in self.benches.items()}
        self.other = OtherNode(
            *(lambda: self.leaving, SimpleNamespace(running=running), LoopScheduler(network), lambda: wall),
            *(Log(self.text), network.open),
        )
        self.name = name
        self.apply(settings)

    def apply(self, settings, name=None):
        self.other.apply(Globals(router_id=name or self.name, peer_status=settings))

    def reload(self, settings, address):
        """Take the same settings, and another address of each instance after them, as the agent does."""
        self.apply(settings)
        for name, bench in self.benches.items():
            bench.instance.config = instance(name=name, addresses=(address,))

    def standby(self, name="VI_1"):
        return self.other.standby(self.benches[name].instance)

    def fails(self, failed, name="VI_1"):
        self.benches[name].instance.tracking.check_results([CheckResult("chk", "script", not failed)], 10.0)
        self.other.changed()

    @property
    def log(self):
        return [line.split(" ", 2)[2] for line in self.text.getvalue().splitlines() if "chk" not in line.split(") ")[0]]


def played(scenario):
    async def run():
        network = Network()
        a, b = Node(network, SETTINGS, "web-a", master=True), Node(network, BACK, "web-b")
        try:
            await scenario(network, a, b)
        finally:
            a.other.close()
            b.other.close()

    play(run)


def test_a_master_knows_its_standby_and_the_standby_says_nothing_of_its_own():
    async def scenario(network, a, b):
        assert a.standby()["ready"] is None
        await asyncio.sleep(1)
        good = {
            "node": "web-b",
            "ready": True,
            "why": "",
            "remedy": "",
            "planned": False,
            "state": "BACKUP",
            "stopped": False,
        }
        assert a.standby() == {**good, "priority": 100, "troubles": []}
        assert b.standby() is None
        told = a.other.status()
        assert {name: told[name] for name in ("address", "port", "name", "drained", "clock_s", "warnings")} == {
            **{"address": OTHER, "port": 61112, "name": "web-b", "drained": False, "clock_s": 0.0, "warnings": []},
        }
        assert told["heard_s"] <= 1

    played(scenario)


def test_of_two_instances_one_may_be_ready():
    async def scenario(network, a, b):
        await asyncio.sleep(1)
        b.fails(True, "VI_2")
        await asyncio.sleep(0.2)
        assert (a.standby("VI_1")["ready"], a.standby("VI_2")["ready"]) == (True, False)
        why = "web-b, the standby of VI_2, is not ready: it is in FAULT: script chk failed"
        assert (a.standby("VI_2")["why"], a.standby("VI_2")["state"]) == (why, "FAULT")

    played(scenario)


def test_a_change_is_logged_once():
    async def scenario(network, a, b):
        await asyncio.sleep(3)
        b.fails(True)
        await asyncio.sleep(3)
        b.fails(False)
        await asyncio.sleep(3)
        assert about_standbys(a) == [
            "web-b, the standby of VI_1, is not ready: it is in FAULT: script chk failed",
            "web-b, the standby of VI_1, is ready again",
        ]

    played(scenario)


def about_standbys(node, name="VI_1"):
    return [line.split(") ", 1)[1] for line in node.text.getvalue().splitlines() if f"standby of {name}" in line]


def test_a_socket_that_cannot_be_opened_is_logged_and_the_end_of_that_too():
    async def scenario(network, a, b):
        await asyncio.sleep(1)
        network.error = errno.EADDRNOTAVAIL
        a.apply(replace(SETTINGS, keys=(KEY, KEY[::-1])))
        await asyncio.sleep(8)
        why = f"this node cannot send to {OTHER}: Cannot assign requested address"
        assert about_standbys(a) == [f"{OTHER}, the standby of VI_1, is not ready: {why}"]
        network.error = 0
        await asyncio.sleep(2)
        assert about_standbys(a)[1:] == ["web-b, the standby of VI_1, is ready again"]

    played(scenario)


def test_a_change_in_step_is_told_at_once_and_logs_nothing():
    async def scenario(network, a, b):
        await asyncio.sleep(1.5)
        b.reload(BACK, "192.168.8.101/24")
        await asyncio.sleep(0.5)
        a.reload(SETTINGS, "192.168.8.101/24")
        await asyncio.sleep(0.2)
        assert (a.standby()["ready"], about_standbys(a)) == (True, []), "no second has passed"
        b.reload(BACK, "192.168.8.102/24")
        await asyncio.sleep(0.2)
        assert (a.standby()["ready"], about_standbys(a)) == (None, [])
        await asyncio.sleep(5)
        assert (a.standby()["ready"], len(about_standbys(a))) == (False, 1), "only one of them was changed"

    played(scenario)


def test_a_missing_key_is_logged_once_until_a_reload_finds_one():
    missing = "is not ready: the key file cannot be read"

    async def scenario(network, a, b):
        await asyncio.sleep(1)
        a.apply(replace(SETTINGS, keys=(), problem="the key file cannot be read"))
        a.other.changed()
        assert about_standbys(a) == [f"{OTHER}, the standby of VI_1, {missing}"]
        a.apply(SETTINGS)
        await asyncio.sleep(2)
        assert about_standbys(a)[1:] == ["web-b, the standby of VI_1, is ready again"]
        b.apply(replace(BACK, keys=(), problem="the key file cannot be read"))
        assert about_standbys(b) == [], "it is no master"
        b.benches["VI_1"].instance.expire(4.0)
        b.other.changed()
        assert about_standbys(b) == [f"{OWN}, the standby of VI_1, {missing}"]

    played(scenario)


def test_a_drained_node_and_one_that_stops_are_told():
    async def scenario(network, a, b):
        b.leaving = True, False
        await asyncio.sleep(2)
        assert (a.standby()["why"].endswith("it is drained"), a.other.status()["drained"]) == (True, True)
        assert a.standby()["planned"]
        b.leaving = False, True
        b.other.close()
        assert b.other.status() is None
        await asyncio.sleep(0.1)
        assert a.standby()["why"].endswith("its agent is stopping")

    played(scenario)


def test_the_view_of_a_master_shows_the_state_of_its_standby():
    async def scenario(network, a, b):
        await asyncio.sleep(1.4)
        bench = a.benches["VI_1"]
        seen = instance_status(bench.instance, 1.4, bench.kernel.table, standby=a.other.standby)
        view = View()
        view.take({"config": "f", "instances": [seen], "peer": a.other.status()})
        (row,) = [line for line in view.lines(80, 24, 0.0) if "priority" in line]
        assert re.fullmatch(rf"VI_1 +{OTHER}  BACKUP, priority 100, heard 0\.[0-9]s ago", row)

    played(scenario)


def test_the_same_settings_forget_nothing_and_others_begin_anew():
    async def scenario(network, a, b):
        await asyncio.sleep(1)
        a.apply(replace(SETTINGS))
        assert a.standby()["ready"] is True
        a.apply(replace(SETTINGS, keys=(KEY[::-1], KEY)))
        assert a.standby()["ready"] is None
        await asyncio.sleep(0.5)
        b.apply(replace(BACK, keys=(KEY, KEY[::-1])))
        await asyncio.sleep(0.5)
        assert a.standby()["ready"] is True, "both accept both keys"
        a.apply(None)
        assert (a.standby(), a.other.status(), OWN in network.ends) == (None, None, False)
        a.other.changed()

    played(scenario)


def test_without_a_key_that_is_said_until_a_reload_finds_one():
    async def scenario(network, a, b):
        a.apply(replace(SETTINGS, keys=(), problem="the key file cannot be read"))
        assert a.standby()["why"] == f"{OTHER}, the standby of VI_1, is not ready: the key file cannot be read"
        (warning,) = a.other.status()["warnings"]
        assert warning.startswith(f"{OTHER}: the key file cannot be read (run the playbook")
        assert "warning: peer_status: the key file cannot be read" in a.text.getvalue()
        a.apply(SETTINGS)
        await asyncio.sleep(0.5)
        assert a.standby()["ready"] is True

    played(scenario)


def test_a_clock_that_was_set_back_is_a_warning_and_the_standby_is_ready():
    async def scenario(network, a, b):
        await asyncio.sleep(1)
        b.other.close()
        again = Node(network, BACK, "web-b", wall=1e9 - 3600)
        await asyncio.sleep(1.5)
        assert a.standby()["ready"] is True
        (warning,) = a.other.status()["warnings"]
        assert warning.startswith("web-b: its clock is 3600 s behind")
        again.other.close()

    played(scenario)


def test_no_key_is_shown():
    async def scenario(network, a, b):
        await asyncio.sleep(2)
        said = f"{a.other.status()}{a.standby()}{a.text.getvalue()}{a.other._settings!r}"
        assert KEY.hex() not in said
        assert repr(KEY)[2:-1] not in said

    played(scenario)


def test_an_agent_has_it_from_its_start_and_a_reload_takes_it_away(rig):
    missing = replace(SETTINGS, keys=(), problem="the key file cannot be read")

    async def scenario():
        async with rig(instance(), globals=Globals(peer_status=missing)) as machine:
            machine.due(100.0 + DOWN_S)
            status = machine.command("status")
            assert (machine.state(), status["peer"]["address"]) == ("MASTER", OTHER)
            why = status["instances"][0]["why"]
            assert why.endswith(f"{OTHER}, the standby of VI_1, is not ready: the key file cannot be read")
            machine.apply(globals=Globals())
            status = machine.command("status")
            assert (machine.state(), status["peer"], status["instances"][0]["standby"]) == ("MASTER", None, None)

    asyncio.run(scenario())


def test_the_key_is_read_alone_and_a_file_that_was_edited_stays_unread(rig, tmp_path):
    path = tmp_path / "peer.key"
    path.write_text(f"hex:{KEY.hex()}\n")
    settings = replace(SETTINGS, key_file=str(path))

    async def scenario():
        async with rig(instance(), globals=Globals(peer_status=settings)) as machine:
            machine.path.write_text("edited { by hand }\n")
            assert machine.command("read_peer_key") == {"keys": [digest(KEY)], "problem": ""}
            assert machine.command("status")["peer"]["keys"] == [digest(KEY)]
            path.write_text(f"hex:{KEY[::-1].hex()}\nhex:{KEY.hex()}\n")
            told = machine.command("read_peer_key")["keys"]
            assert told == machine.command("status")["peer"]["keys"] == [digest(KEY[::-1]), digest(KEY)]
            assert machine.command("status")["config_sha256"] == "0" * 64
            path.unlink()
            told = machine.command("read_peer_key")
            assert told == {"keys": [], "problem": f"the key file cannot be read: No such file or directory: {path}"}
            machine.apply(globals=Globals())
            with pytest.raises(CommandError, match="has no peer_status, or another one since just now"):
                machine.command("read_peer_key")

    asyncio.run(scenario())


def test_a_configuration_that_waited_does_not_restore_old_keys():
    async def scenario(network, a, b):
        other = KEY[::-1]
        a.other.take_keys(replace(SETTINGS, keys=(other,), read_at=20.0))
        a.apply(replace(SETTINGS, read_at=10.0))
        assert a.other.status()["keys"] == [digest(other)]
        a.apply(replace(SETTINGS, read_at=30.0))
        assert a.other.status()["keys"] == [digest(KEY)]

    played(scenario)


def test_keys_that_were_read_for_another_configuration_are_not_taken():
    async def scenario(network, a, b):
        found = a.other.read_keys()
        a.apply(replace(SETTINGS, port=61113))
        with pytest.raises(CommandError):
            a.other.take_keys(found)
        assert a.other.status()["keys"] == [digest(KEY)]

    played(scenario)
