# Copyright (c) 2026, the hotstandby.vrrp authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""A drain and a hold with a reason and an end are told, kept in a file, and ended by themselves.

The wall clock belongs to the test. What is due at a step of it is done by the timer of the running loop.
"""

from __future__ import annotations

import json

import pytest
from agent_fakes import instance
from maintenance_parts import NOON, NOTED, TOLD, UPDATE, ask, hear, kept, notes
from running_daemon import DOWN_S, left_behind
from waiting import until

from vrrp.agent.control import maintenance
from vrrp.agent.errors import CommandError
from vrrp.agent.process import maintenance_file
from vrrp.config.model.configuration import SyncGroup
from vrrp.protocol.event_codec import read
from vrrp.protocol.terms import Terms


@pytest.fixture(autouse=True)
def quick(monkeypatch):
    """Have the timer look at the clock of the test all the time."""
    monkeypatch.setattr(maintenance, "PERIOD_S", 0.01)
    monkeypatch.setattr(maintenance, "SOONEST_S", 0.01)


class TestTold:
    def test_a_drain_says_why_and_until_when(self, rig, play):
        async def scenario():
            async with rig(wall=NOON) as machine:
                answer = ask(machine, "drain", maintenance=UPDATE)
                expected = {"reason": "kernel update", "by": "anna", "expires": "2026-11-30T14:00:00Z"}
                assert (answer["drained"], answer["maintenance"]) == (True, {**expected, "expires_in_s": 7200.0})
                (entry,) = answer["instances"]
                assert (entry["why"], entry["maintenance"]) == (f"STOP because this node is drained{TOLD}", None)
                machine.wall += 5700.5
                assert ask(machine, "status")["maintenance"]["expires_in_s"] == 1499.5
                assert ask(machine, "status")["instances"][0]["why"].endswith("until 14:00 UTC, 25 min left")
                assert notes(machine)[-2:] == ["drain", f"drained{NOTED}"]
                assert f"(this node) drained{NOTED}" in machine.lines()

        play(scenario)

    @pytest.mark.parametrize(
        ("verb", "why"),
        [
            ("demote", f"BACKUP because 192.168.8.6 advertises 200 > our 1 (demoted{TOLD})"),
            ("promote", f"MASTER because it was promoted; our 254 (promoted{TOLD})"),
        ],
    )
    def test_a_hold_says_why_and_until_when(self, rig, play, verb, why):
        async def scenario():
            async with rig(wall=NOON) as machine:
                hear(machine, 200, 101.0)
                answer = ask(machine, verb, instance="VI_1", maintenance=UPDATE)
                assert answer["maintenance"]["expires"] == "2026-11-30T14:00:00Z"
                assert answer["why"] == why
                assert ask(machine, "status")["maintenance"] is None
                assert notes(machine)[-2:] == [verb, f"{verb}d{NOTED}"]
                ask(machine, "release", instance="VI_1")
                (entry,) = ask(machine, "status")["instances"]
                assert (entry["hold"], entry["maintenance"]) == (None, None)
                assert kept(machine) is None

        play(scenario)

    def test_without_terms_nothing_is_told_or_kept(self, rig, play):
        async def scenario():
            async with rig() as machine:
                answer = ask(machine, "drain", maintenance={"by": "anna"})
                (entry,) = answer["instances"]
                assert (answer["maintenance"], entry["why"]) == (None, "STOP because this node is drained")
                assert (kept(machine), notes(machine)[-1]) == (None, "drain")

        play(scenario)

    def test_maintenance_terms_that_are_not_given_again_stay(self, rig, play):
        async def scenario():
            async with rig(wall=NOON) as machine:
                ask(machine, "drain", maintenance=UPDATE)
                ask(machine, "drain", maintenance={"reason": "disk"})
                assert kept(machine)["drain"] == {"reason": "disk", "by": "anna", "until": NOON + 7200}
                assert ask(machine, "drain")["maintenance"]["reason"] == "disk"
                ask(machine, "undrain")
                ask(machine, "demote", instance="VI_1", maintenance=UPDATE)
                ask(machine, "demote", instance="VI_1")
                ask(machine, "demote", instance="VI_1", maintenance={"expires": "1h"})
                terms = {"reason": "kernel update", "by": "anna", "until": NOON + 3600}
                assert kept(machine) == {"format": 1, "drain": None, "holds": {"VI_1": {"hold": "backup", **terms}}}
                assert ask(machine, "promote", instance="VI_1")["maintenance"] is None  # another hold
                assert kept(machine) is None

        play(scenario)

    @pytest.mark.parametrize(
        ("terms", "text"),
        [
            ({"expires": "2026-11-30T11:59:59Z"}, "is in the past: on this node it is 2026-11-30T12:00:00Z"),
            ({"expires": "soon"}, "expires 'soon' is neither a duration"),
            ({"reason": "two\nlines"}, "reason is one line of text"),
            ("kernel update", "maintenance is an object"),
        ],
    )
    def test_bad_terms_are_refused_before_anything_moves(self, rig, play, terms, text):
        async def scenario():
            async with rig(wall=NOON) as machine:
                machine.due(104.0)
                for command in ("drain", "demote", "promote"):
                    with pytest.raises(CommandError, match=text):
                        ask(machine, command, instance="VI_1", maintenance=terms)
                (entry,) = ask(machine, "status")["instances"]
                assert (entry["state"], entry["hold"], machine.agent.mastership.drained) == ("MASTER", None, False)

        play(scenario)

    def test_a_record_with_remarks_is_read_back(self, rig, play):
        async def scenario():
            async with rig(wall=NOON) as machine:
                ask(machine, "drain", maintenance=UPDATE)
                lines = machine.client().events("VI_1")["lines"]
                (record,) = read("\n".join(map(json.dumps, lines)))
                assert record.steps[-1].arguments == {"text": f"drained{NOTED}"}

        play(scenario)


class TestEnd:
    def test_a_drain_ends_by_itself(self, rig, play):
        async def scenario():
            async with rig(wall=NOON - 0.02) as machine:
                ask(machine, "drain", maintenance={"reason": "disk", "expires": "0h0m1s"})
                assert machine.state() == "STOP"
                machine.wall = NOON + 1  # the second in which it ends
                await until(lambda: machine.state() == "BACKUP")
                assert not ask(machine, "status")["drained"]
                text = "no longer drained: disk, until 2026-11-30 12:00:01 UTC: its time is over"
                assert notes(machine)[-2:] == [text, "undrain"]
                assert f"(this node) {text}" in machine.lines()
                await until(lambda: kept(machine) is None and not left_behind(machine).drained)
                machine.due(100.0 + DOWN_S)
                assert machine.state() == "MASTER"

        play(scenario)

    def test_a_hold_ends_by_itself(self, rig, play):
        async def scenario():
            async with rig(wall=NOON) as machine:
                hear(machine, 200, 101.0)
                ask(machine, "promote", instance="VI_1", maintenance=UPDATE)
                machine.wall += 7200
                await until(lambda: ask(machine, "status")["instances"][0]["hold"] is None)
                assert notes(machine)[-2:] == [f"no longer promoted{NOTED}: its time is over", "release"]
                assert machine.state() == "MASTER"  # the priorities decide: it has heard nobody since
                assert kept(machine) is None

        play(scenario)

    def test_a_sync_group_ends_as_one(self, rig, play):
        second = instance("VI_2", ("192.168.8.101/24",), virtual_router_id=52)

        async def scenario():
            groups = (SyncGroup("G", 1, ("VI_1", "VI_2")),)
            async with rig(instance(), second, wall=NOON, sync_groups=groups) as machine:
                ask(machine, "demote", instance="VI_2", maintenance=UPDATE)
                told = [each["maintenance"]["reason"] for each in ask(machine, "status")["instances"]]
                assert told == ["kernel update", "kernel update"]
                machine.wall += 7200
                await until(lambda: all(each["hold"] is None for each in ask(machine, "status")["instances"]))
                assert [notes(machine, name).count("release") for name in ("VI_1", "VI_2")] == [1, 1]

        play(scenario)

    def test_a_clock_that_is_set_is_followed(self, rig, play):
        async def scenario():
            async with rig(wall=NOON) as machine:
                ask(machine, "drain", maintenance=UPDATE)
                machine.wall -= 86400  # back: it lasts longer
                await until(lambda: ask(machine, "status")["maintenance"]["expires_in_s"] == 86400 + 7200)
                assert ask(machine, "status")["instances"][0]["why"].endswith("2026-11-30 14:00 UTC, 1 d 2 h left")
                machine.wall += 2 * 86400
                await until(lambda: not ask(machine, "status")["drained"])

        play(scenario)

    def test_a_promotion_that_was_lost_is_forgotten(self, rig, play):
        async def scenario():
            async with rig(wall=NOON) as machine:
                machine.due(104.0)
                ask(machine, "promote", instance="VI_1", maintenance={"reason": "disk"})
                assert kept(machine)["holds"]["VI_1"]["hold"] == "master"
                hear(machine, 255, 105.0)
                assert ask(machine, "status")["instances"][0]["hold"] is None
                await until(lambda: kept(machine) is None)

        play(scenario)

    def test_an_instance_with_another_name_keeps_its_end(self, rig, play):
        async def scenario():
            async with rig(wall=NOON) as machine:
                ask(machine, "demote", instance="VI_1", maintenance=UPDATE)
                machine.apply(instances=(instance("VI_9"),))
                await until(lambda: list(kept(machine)["holds"]) == ["VI_9"])
                machine.wall += 7200
                await until(lambda: ask(machine, "status")["instances"][0]["hold"] is None)

        play(scenario)

    def test_an_instance_that_a_reload_removes_is_forgotten(self, rig, play):
        async def scenario():
            async with rig(wall=NOON) as machine:
                ask(machine, "demote", instance="VI_1", maintenance=UPDATE)
                machine.apply(instances=(instance(name="web", virtual_router_id=77),))
                await until(lambda: kept(machine) is None)
                (entry,) = ask(machine, "status")["instances"]
                assert (entry["hold"], entry["maintenance"]) == (None, None)

        play(scenario)

    def test_an_instance_with_another_virtual_router_id_keeps_them(self, rig, play):
        async def scenario():
            async with rig(wall=NOON) as machine:
                ask(machine, "demote", instance="VI_1", maintenance=UPDATE)
                machine.apply(instances=(instance(virtual_router_id=77),))
                machine.agent.maintenance._look()
                (entry,) = ask(machine, "status")["instances"]
                assert (entry["hold"], entry["maintenance"]["reason"]) == ("backup", "kernel update")

        play(scenario)

    def test_an_agent_that_stops_ends_nothing(self, rig, play):
        async def scenario():
            async with rig(wall=NOON) as machine:
                ask(machine, "drain", maintenance=UPDATE)
                machine.agent.shutdown.stop()
                machine.wall += 9000
                machine.agent.maintenance._look()
                machine.agent.maintenance.end()
                assert (machine.agent.mastership.drained, kept(machine)["drain"]["reason"]) == (True, "kernel update")

        play(scenario)


class TestFile:
    def test_a_directory_that_cannot_be_written_is_tried_again_and_told(self, rig, play, tmp_path, monkeypatch):
        written, problem = [], ["cannot write x: No space left on device"]
        monkeypatch.setattr(
            maintenance_file, "write", lambda directory, kept: written.append(kept) or (problem[0] if problem else "")
        )

        async def scenario():
            async with rig(wall=NOON) as machine:
                ask(machine, "drain", maintenance=UPDATE)
                for _each in range(3):
                    machine.agent.maintenance._look()
                assert len(written) == 1
                machine.now += 10
                machine.agent.maintenance._look()
                assert (len(written), machine.agent.mastership.drained) == (2, True)
                assert any("a boot ends the drain" in line for line in machine.lines())
                problem.clear()
                machine.agent.maintenance.end()
                assert written[-1].drain == Terms("kernel update", "anna", int(NOON) + 7200)

        play(scenario)

    def test_an_answer_that_never_comes_is_tried_again(self, rig, play):
        async def scenario():
            async with rig(wall=NOON) as machine:
                asked = []
                machine.agent.fork.run = lambda function, then, does: asked.append(
                    function
                )  # the child hangs on its disk
                ask(machine, "drain", maintenance=UPDATE)
                machine.now += 11
                machine.agent.maintenance._look()
                assert (len(asked), kept(machine)) == (2, None)
                machine.agent.maintenance.end()
                assert kept(machine)["drain"]["reason"] == "kernel update"

        play(scenario)

    def test_an_end_does_not_wait_for_a_disk_that_hangs(self, rig, play):
        async def scenario():
            async with rig(wall=NOON) as machine:
                machine.agent.fork.run = lambda function, then, does: None
                machine.agent.fork.finish = lambda function, does: f"the process that {does} is ended"
                ask(machine, "drain", maintenance=UPDATE)
                machine.agent.maintenance.end()
                told = "error: the drain and the holds are not kept over a boot: the process that writes the terms of"
                assert kept(machine) is None and any(line.startswith(told) for line in machine.lines())

        play(scenario)
