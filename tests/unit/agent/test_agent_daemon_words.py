# Copyright (c) 2026, the hotstandby.vrrp authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The loop notifies FIFOs of each state and priority, and of removed instances, and runs scripts at both ends."""

from __future__ import annotations

import os
from dataclasses import replace

import pytest
from agent_fakes import PEER, Bench, advertisement, instance
from running_daemon import DOWN_S, running
from waiting import until

from vrrp.agent.notify.fifo import Fifos
from vrrp.config.model.configuration import Fifo, Globals, NotifyCommand, NotifyScripts
from vrrp.protocol.priority import CheckResult
from vrrp.protocol.states import SavedRouterState, State


def listening(bench):
    """The lines of a FIFO, as tuples."""
    bench.told.clear()
    return bench.told


def test_a_fifo_hears_every_state():
    bench = Bench(instance())
    told = listening(bench)
    bench.start(0.0).instance.expire(4.0)
    bench.stop(5.0)
    bench.instance.expire(bench.instance.deadline)
    assert told == [
        ("INSTANCE", "VI_1", "BACKUP", 100),
        ("INSTANCE", "VI_1", "MASTER", 100),
        ("INSTANCE", "VI_1", "STOP", 100),
    ]


def test_a_fifo_hears_of_priorities_where_that_is_asked_for():
    for asked, expected in (
        (True, [("INSTANCE", "VI_1", "BACKUP_PRIORITY", 110), ("INSTANCE", "VI_1", "MASTER_PRIORITY", 100)]),
        (False, []),
    ):
        bench = Bench(instance(notify=NotifyScripts(priority_changes=asked))).start(0.0)
        told = listening(bench)
        bench.instance.tracking.check_results([CheckResult("chk", "script", True, 10)], 1.0)
        bench.instance.expire(4.0)
        bench.instance.tracking.check_results([CheckResult("chk", "script", False, 10)], 4.5)
        assert [line for line in told if line[2].endswith("PRIORITY")] == expected


def test_a_fifo_hears_of_a_rival_with_our_priority():
    bench = Bench(instance()).master()
    told = listening(bench)
    bench.instance.heard(advertisement(90), PEER, 11.5)
    bench.instance.heard(advertisement(90), PEER, 12.5)
    assert told == [("INSTANCE", "VI_1", "MASTER_RX_LOWER_PRI", 100)]


def test_an_instance_that_is_aborted_says_stop_once():
    bench = Bench(instance()).master()
    told = listening(bench)
    bench.instance.abort(20.0)
    bench.instance.abort(20.0)
    assert told == [("INSTANCE", "VI_1", "STOP", 100)]


def test_an_instance_that_is_kept_for_a_successor_says_nothing():
    bench = Bench(instance()).master()
    told = listening(bench)
    bench.instance.keep_for_restart(11.0)
    bench.instance.abort(20.0)
    assert told == []


@pytest.fixture
def told(monkeypatch):
    """Return the state and priority in each line that goes to the FIFOs."""
    lines: list = []
    monkeypatch.setattr(Fifos, "tell", lambda self, kind, name, *line: lines.append(line))
    return lines


@pytest.fixture
def removed(rig, play, told):
    """``removed(notify)``: what is told when a reload removes an instance that has these scripts."""

    def run(notify, *before):
        async def scenario():
            async with rig(instance(notify=notify), instance("VI_2", virtual_router_id=52)) as machine:
                told.clear()
                for each in before:
                    each(machine.agent.instances.running["VI_1"])
                machine.apply(instances=(instance("VI_2", virtual_router_id=52),))
                return list(told)

        return play(scenario)

    return run


def test_a_removed_instance_says_fault(removed):
    assert removed(NotifyScripts()) == [("FAULT", 100)]


def test_with_notify_deleted_a_removed_instance_says_deleted(removed):
    assert removed(NotifyScripts(says_deleted=True)) == [("DELETED", 100)]


def test_a_removed_instance_in_fault_does_not_say_it_again(removed):
    def fault(gone):
        gone.tracking.check_results([CheckResult("web", "script", False, 0, "exited with status 1")], 101.0)

    assert removed(NotifyScripts(), fault) == [("FAULT", 100)]
    assert removed(NotifyScripts(says_deleted=True), fault) == [("FAULT", 100), ("DELETED", 100)]


@pytest.mark.parametrize("master", [False, True])
def test_the_new_instance_of_a_name_has_the_last_word(rig, play, tmp_path, master):
    """Another virtual router id is another instance of the same name, which continues as MASTER."""
    told = tmp_path / "told"
    slow = NotifyCommand(("/bin/sh", "-c", f'sleep 0.1; echo "$3" >> {told}', "sh"))

    async def scenario():
        async with rig(instance(notify=NotifyScripts(any=slow))) as machine:
            old = machine.agent.instances.running["VI_1"]
            if master:
                machine.due(100.0 + DOWN_S)
            new = instance(notify=NotifyScripts(any=slow), virtual_router_id=77)
            machine.agent.apply(replace(machine.agent.configuration, instances=(new,)), "1" * 64)
            await machine.agent.instances.running["VI_1"].reporter.notifications.finish(10)
            await old.reporter.notifications.finish(10)

    play(scenario)
    assert told.read_text().split() == ["BACKUP", *(["MASTER", "MASTER"] if master else ["FAULT", "BACKUP"])]


def test_a_reload_tells_the_states_where_that_is_asked_for(rig, play, told):
    async def scenario(asked):
        async with rig() as machine:
            told.clear()
            settings = Globals(fifo_write_states_on_reload=asked)
            machine.agent.apply(replace(machine.agent.configuration, globals=settings), "1" * 64)
            return list(told)

    assert play(lambda: scenario(True)) == [("BACKUP", 100)]
    assert play(lambda: scenario(False)) == []


def test_the_scripts_of_both_ends_run_outside_of_the_instances(rig, play, tmp_path):
    """The startup script ends before any instance starts, the shutdown script starts when everything has ended."""
    told, fifo, heard, reads = (tmp_path / name for name in ("told", "fifo", "heard", "reads"))

    def script(text):
        return NotifyCommand(("/bin/sh", "-c", text, "sh"))

    settings = Globals(
        startup_script=script(f"sleep 0.1; echo startup >> {told}"),
        shutdown_script=script(f"test -p {fifo} || echo shutdown >> {told}"),
        notify_fifo=Fifo(str(fifo), script=script(f'exec 3<"$1"; touch {reads}; cat <&3 > {heard}')),
    )
    config = instance(notify=NotifyScripts(any=script(f'echo "$3" >> {told}')))

    async def scenario():
        async with rig(config, start=False, globals=settings) as machine:
            task = running(machine)
            await until(lambda: machine.agent.instances and reads.exists())  # later there is no FIFO
            assert told.read_text().split()[0] == "startup"
            machine.due(100.0 + DOWN_S)
            machine.agent.shutdown.stop()
            machine.agent.shutdown.stop()
            assert await task == 0

    play(scenario)
    assert told.read_text().split() == ["startup", "BACKUP", "MASTER", "STOP", "shutdown"]
    assert heard.read_text().splitlines() == [f'INSTANCE "VI_1" {state} 100' for state in ("BACKUP", "MASTER", "STOP")]
    assert not os.path.exists(fifo)


def test_a_stop_during_the_startup_script_begins_nothing(rig, play, tmp_path):
    settings = Globals(startup_script=NotifyCommand(("/bin/sleep", "60")), startup_script_timeout_s=60)

    async def scenario():
        async with rig(start=False) as machine:
            machine.agent.configuration = replace(machine.agent.configuration, globals=settings)
            task = running(machine)
            await until(lambda: "Running startup script" in machine.text.getvalue())
            machine.agent.shutdown.stop()
            assert await task == 0
            assert machine.agent.instances.running == {}

    play(scenario)


def test_a_successor_that_goes_on_says_master_again():
    """The state is told again: a reader of the FIFO that was started with this process has heard nothing yet."""
    bench = Bench(instance())
    told = listening(bench)
    bench.instance.restart.saved = SavedRouterState(State.MASTER, last_at=99.9, interval_cs=100)
    bench.start(100.0)
    assert told == [("INSTANCE", "VI_1", "MASTER", 100)]


def test_somebody_takes_an_address_off():
    bench = Bench(instance()).master()
    bench.instance.address_changed(bench.kernel.somebody_deletes("192.168.8.100/24"), 11.0)
    assert "Netlink reflector reports IP 192.168.8.100 removed from eth0" in bench.lines()


def test_a_weaker_one_is_heard_by_a_backup():
    bench = Bench(instance()).start(0.0)
    for now in (1.0, 2.0):
        bench.instance.heard(advertisement(90), PEER, now)
    assert bench.lines().count("(VI_1) received lower priority (90) advert from 192.168.8.6 - discarding") == 1
    bench.instance.expire(4.0)
    assert "(VI_1) Receive advertisement timeout" in bench.lines()
