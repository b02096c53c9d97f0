# Copyright (c) 2026, the hotstandby.vrrp authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""A file that cannot be taken is answered with the reason, and the old configuration stays in force."""

from __future__ import annotations

import pytest
from agent_fakes import PEER, instance
from reloaded_file import found_in_file, text

from vrrp.agent.control.server import CommandError
from vrrp.config import loader
from vrrp.config.model.configuration import Configuration


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


def test_warnings_about_the_new_file_are_answered_and_logged(reloading):
    def look(machine, answer):
        twice, outside = answer["warnings"]
        assert "priority is given twice" in twice
        assert "10.0.0.1 is outside every subnet of eth0" in outside
        assert set(answer["warnings"]) <= set(machine.lines())

    reloading(text(), text(vip="10.0.0.1/24", priority="100\n    priority 90"), look)


def test_a_bad_file_changes_nothing_and_is_answered_line_by_line(rig, play):
    async def scenario():
        async with rig() as machine:
            before = machine.agent.configuration
            machine.path.write_text(text(priority=256) + "nonsense\n")
            with pytest.raises(CommandError, match="the old configuration stays in force") as caught:
                machine.command("reload")
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
                machine.command("reload")
            assert "cannot read the file" in caught.value.problems[0]

    play(scenario)


def test_nothing_is_applied_at_the_end(rig, play):
    async def scenario():
        async with rig() as machine:
            machine.path.write_text(text(priority=120))
            found = found_in_file(machine)
            machine.agent.shutdown.stop()
            with pytest.raises(CommandError, match="the agent is stopping"):
                machine.agent.reload.take(found)
            assert machine.agent.instances.running["VI_1"].config.priority == 100

    play(scenario)


def test_an_address_that_no_host_of_a_subnet_can_have_is_refused(rig, play):
    async def scenario():
        async with rig() as machine:
            machine.path.write_text(text(vip="192.168.8.255/32"))
            with pytest.raises(CommandError) as caught:
                machine.command("reload")
            (problem,) = caught.value.problems
            assert "error: vrrp_instance VI_1: 192.168.8.255 is the broadcast address of 192.168.8.0/24" in problem

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
