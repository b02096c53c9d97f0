# Copyright (c) 2026, the hotstandby.vrrp authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""One process leaves its state to the next, and the next one uses it."""

from __future__ import annotations

import asyncio
import errno
import io
import os
from ipaddress import ip_interface

import pytest
from agent_fakes import PEER, Bench, advertisement, instance, table
from fake_kernel import FakeKernel

from vrrp.agent.graceful_restart import PAUSE_S, GracefulRestart, entries
from vrrp.agent.log import Log
from vrrp.agent.process import saved_state
from vrrp.agent.process.saved_state import SavedInstance, SavedState, StateFile
from vrrp.config.model.configuration import Configuration
from vrrp.protocol.states import SavedRouterState, State

VIP = "192.168.8.100/24"
IDENTITY = ("eth0", 51, 4)
INSTALLED = ((2, ip_interface(VIP)),)


class TestEntries:
    """The tests check the entry of an instance in the state file."""

    def entry(self, bench):
        (found,) = entries([bench.instance])
        return found

    def test_a_master(self):
        bench = Bench(instance()).master()
        assert self.entry(bench) == SavedInstance(IDENTITY, "VI_1", 2, State.MASTER, 100, None, INSTALLED)

    def test_a_backup_with_the_interval_that_it_has_learned(self):
        bench = Bench(instance(version=3)).start()
        bench.instance.heard(advertisement(200, version=3, interval_cs=25), PEER, 1.0)
        assert self.entry(bench) == SavedInstance(IDENTITY, "VI_1", 3, State.BACKUP, 25)

    def test_a_hold(self):
        bench = Bench(instance()).master()
        bench.instance.inputs.promote(10.1)
        assert self.entry(bench).hold == "master"

    @pytest.mark.parametrize("why", ["demote", "stop", "drain", "outbid"])
    def test_an_instance_that_gives_up_is_saved_as_backup_with_its_addresses(self, why):
        bench = Bench(instance()).master()
        if why == "outbid":
            bench.instance.heard(advertisement(200), PEER, 10.5)
        else:
            getattr(bench.instance.inputs, why)(10.5)
        assert (self.entry(bench).state, self.entry(bench).installed) == (State.BACKUP, INSTALLED)
        bench.instance.heard(advertisement(200), PEER, 11.0)
        bench.instance.expire(11.5)
        assert self.entry(bench).installed == ()

    def test_the_hosts_own_addresses_are_not_ours(self):
        both = instance(priority=255, addresses=(VIP, "192.168.8.101/24"))
        bench = Bench(both, table(addresses=(VIP,))).start()
        assert bench.state == "MASTER"
        assert self.entry(bench).installed == ((2, ip_interface("192.168.8.101/24")),)

    def test_before_it_has_begun_it_is_what_the_one_before_was(self):
        bench = Bench(instance(), table(addresses=("192.168.8.4/24", VIP)))
        bench.instance.restart.saved = SavedRouterState(State.MASTER, 5.0, 200, "backup")
        bench.instance.addresses.inherit(INSTALLED)
        assert self.entry(bench) == SavedInstance(IDENTITY, "VI_1", 2, State.MASTER, 200, "backup", INSTALLED)
        bench.start(100.0)
        assert self.entry(bench) == SavedInstance(IDENTITY, "VI_1", 2, State.BACKUP, 100, "backup")

    def test_in_the_order_of_the_file(self):
        benches = [Bench(instance(name, virtual_router_id=vrid)) for name, vrid in (("b", 2), ("a", 1))]
        assert [each.name for each in entries(bench.instance for bench in benches)] == ["b", "a"]


@pytest.fixture
def one(tmp_path):
    """Return ``one()``, which makes the graceful restart of a process."""

    def make(*found, checks=None, drained=False):
        if found or drained:
            before = StateFile(str(tmp_path))
            before.open()
            for each in found:
                before.beat_of(each.identity)(each.last_at)
            before.write(SavedState(found, checks or {}, drained))
        made = GracefulRestart(str(tmp_path), Log(io.StringIO()), lambda: made.saved)
        made.saved = SavedState()
        made.pages = []
        write, made.state_file.write = made.state_file.write, lambda saved: (made.pages.append(saved), write(saved))
        made.kernel = FakeKernel([], table(addresses=("192.168.8.4/24", VIP)))
        made.begin_with = lambda *instances: made.begin(Configuration("f", instances=instances), made.kernel)
        return made

    return make


def found(identity=IDENTITY, state=State.MASTER, last_at=5.0, hold=None, installed=INSTALLED):
    return SavedInstance(identity, "VI_1", 2, state, 100, hold, installed, last_at)


class TestBeginning:
    def test_a_memory_and_the_addresses_are_given_to_whom_they_belong(self, one):
        made = one(found(hold="master"))
        made.begin_with(instance())
        bench, other = Bench(instance(priority=255)), Bench(instance("VI_2", virtual_router_id=52))
        made.restore_instance(bench.instance)
        made.restore_instance(other.instance)
        assert made.memory_of(bench.instance.config).saved == SavedRouterState(State.MASTER, 5.0, 100, "master")
        assert bench.instance.addresses.installed == frozenset(INSTALLED)
        assert made.memory_of(other.instance.config).saved is None
        assert other.instance.addresses.installed == frozenset()

    def test_each_has_its_own_place_in_the_new_ledger(self, one, tmp_path):
        made = one(found())
        made.begin_with(instance())
        bench, other = Bench(instance()), Bench(instance("VI_2", virtual_router_id=52))
        made.memory_of(bench.instance.config).record_heartbeat(7.0)
        made.memory_of(other.instance.config).record_heartbeat(8.0)
        made.state_file.write(SavedState(entries([bench.instance, other.instance])))
        assert [each.last_at for each in saved_state.read(str(tmp_path)).entries] == [7.0, 8.0]

    def test_the_addresses_of_a_removed_instance_are_released_at_the_start(self, one):
        made = one(found(), found(("eth0", 52, 4), installed=((2, ip_interface("192.168.8.101/24")),)))
        made.begin_with(instance("VI_2", virtual_router_id=52))
        assert made.kernel.done == [("release", VIP)]

    def test_of_an_instance_that_is_still_there_nothing_is(self, one):
        made = one(found())
        made.begin_with(instance("another name"))
        assert made.kernel.done == []

    def test_a_stranger_without_addresses_is_not_mentioned(self, one):
        made = one(found(installed=()))
        made.begin_with(instance(virtual_router_id=52))
        assert made.kernel.done == []

    def test_an_instance_gets_no_memory_after_the_saved_state_is_discarded(self, one):
        made = one(found())
        made.begin_with(instance())
        made.discard_saved_state()
        assert made.memory_of(instance()).saved is None

    def test_the_inherited_state_stays_known_after_the_state_file_is_rewritten(self, one):
        made = one(found(), checks={"script web": True}, drained=True)
        made.begin_with(instance())
        made.state_file.write(SavedState())
        assert (made.inherited.checks, made.inherited.drained) == ({"script web": True}, True)
        assert made.inherited.of(IDENTITY) == found()


@pytest.fixture
def turns():
    """``turns(async function)``: run it in a loop."""
    return lambda scenario: asyncio.run(asyncio.wait_for(scenario(), 10))


class TestWriting:
    def test_once_for_a_turn_of_the_loop(self, one, turns):
        async def scenario():
            made = one()
            for number in range(5):
                made.saved = SavedState(drained=bool(number))
                made.changed()
            assert made.pages == []
            await asyncio.sleep(0)
            await asyncio.sleep(0)
            assert made.pages == [SavedState(drained=True)]

        turns(scenario)

    def test_changes_that_go_on_are_written_a_moment_later_and_the_last_counts(self, one, turns):
        async def scenario():
            made = one()
            loop, written_at, number = asyncio.get_running_loop(), [], 0
            while len(written_at) < 3:
                number += 1
                made.saved = SavedState(checks={str(number): True})
                made.changed()
                await asyncio.sleep(0.001)
                if len(made.pages) > len(written_at):
                    written_at.append(loop.time())
            gaps = [later - earlier for earlier, later in zip(written_at, written_at[1:])]
            assert all(gap >= PAUSE_S / 2 for gap in gaps), gaps
            assert made.pages[-1] == made.saved

        turns(scenario)

    def test_at_the_end_what_is_left_is_written_at_once(self, one, turns):
        async def scenario():
            made = one()
            made.changed()
            made.saved = SavedState(drained=True)
            made.end(leave=True)
            assert made.pages == [SavedState(drained=True)]
            made.changed()
            await asyncio.sleep(PAUSE_S * 1.5)
            assert made.pages == [SavedState(drained=True)]

        turns(scenario)

    def test_without_a_successor_no_file_is_left(self, one, turns, tmp_path):
        async def scenario():
            made = one(found())
            made.begin_with(instance())
            made.write()
            assert (tmp_path / "ledger.json").exists() and (tmp_path / "pulse").exists()
            made.changed()
            made.end(leave=False)
            await asyncio.sleep(PAUSE_S * 1.5)
            assert not (tmp_path / "ledger.json").exists() and not (tmp_path / "pulse").exists()

        turns(scenario)

    def test_ending_twice_is_ending_once(self, one, turns, tmp_path):
        async def scenario():
            made = one()
            made.begin_with(instance())
            made.saved = SavedState(drained=True)
            made.end(leave=True)
            made.saved = SavedState()
            made.end(leave=True)
            assert saved_state.read(str(tmp_path)) == SavedState(drained=True)

        turns(scenario)

    @pytest.mark.parametrize("name", ["ledger.json", "pulse"])
    def test_a_deleted_state_file_is_not_kept_until_it_is_made_again(self, one, turns, tmp_path, name):
        """Otherwise a restart would leave the addresses to a successor that knows nothing of them."""

        async def scenario():
            made = one()
            made.begin_with(instance())
            made.write()
            assert made.kept
            (tmp_path / name).unlink()
            assert not made.kept
            made.restore()
            await asyncio.sleep(0.01)
            assert made.kept

        turns(scenario)

    def test_a_ledger_that_cannot_be_kept_is_told_once(self, tmp_path, turns):
        async def scenario():
            text = io.StringIO()
            made = GracefulRestart(str(tmp_path / "nowhere"), Log(text), SavedState)
            made.begin(Configuration("f"), FakeKernel([], table()))
            for _number in range(3):
                made.write()
            lines = [line.split(" ", 2)[2] for line in text.getvalue().splitlines()]
            assert lines == [
                f"cannot keep {tmp_path}/nowhere/pulse: No such file or directory: a restart would begin from nothing"
            ]
            assert not made.kept

        turns(scenario)


class TestMarks:
    """The sequences that auth_hmac has heard survive a restart, so a recording stays refused."""

    HEARD = {PEER.packed: 5}  # noqa: RUF012

    def test_marks_outlive_a_stop_that_leaves_no_ledger(self, one, tmp_path):
        made, bench = one(), Bench(instance())
        made.restore_instance(bench.instance)
        bench.instance.authenticator.restore(self.HEARD)
        made.end(leave=False)
        assert not (tmp_path / "ledger.json").exists()
        after, other = one(), Bench(instance())
        after.restore_instance(other.instance)
        assert other.instance.authenticator.heard == self.HEARD

    def test_a_reload_that_brings_an_instance_back_forgets_nothing(self, one):
        made, first, second = one(), Bench(instance()), Bench(instance())
        made.restore_instance(first.instance)
        first.instance.authenticator.restore(self.HEARD)
        made.restore_instance(second.instance)
        assert second.instance.authenticator.heard == self.HEARD

    def test_without_any_there_is_no_file(self, one, tmp_path):
        made, bench = one(), Bench(instance())
        made.restore_instance(bench.instance)
        made.keep_marks()
        assert not (tmp_path / "marks.json").exists()

    def test_unchanged_marks_are_not_written_again(self, one, tmp_path):
        made, bench = one(), Bench(instance())
        made.restore_instance(bench.instance)
        bench.instance.authenticator.restore(self.HEARD)
        made.keep_marks()
        before = (tmp_path / "marks.json").stat().st_ino
        made.keep_marks()
        assert (tmp_path / "marks.json").stat().st_ino == before

    def test_a_marks_file_that_cannot_be_written_is_logged(self, one, tmp_path, monkeypatch):
        def refuse(*_unused):
            raise OSError(errno.EBUSY, os.strerror(errno.EBUSY))

        made, bench = one(), Bench(instance())
        made.restore_instance(bench.instance)
        bench.instance.authenticator.restore(self.HEARD)
        monkeypatch.setattr(os, "replace", refuse)
        made.keep_marks()
        text = f"cannot keep marks.json: {os.strerror(errno.EBUSY)}: after a restart a recording may be accepted"
        assert text in made._log._stream.getvalue()


def test_an_address_that_was_left_behind_and_cannot_be_removed_is_told(one):
    made = one(found(("eth0", 52, 4)))
    text = io.StringIO()
    made._log = Log(text)
    made.kernel.release = lambda wanted: [f"cannot remove {want.address} from eth0: Not permitted" for want in wanted]
    made.begin_with(instance("VI_2", virtual_router_id=51))
    lines = [line.split(" ", 2)[2] for line in text.getvalue().splitlines()]
    assert lines == [
        "warning: (VI_1) removing VIPs that were left behind.",
        f"error: (VI_1) cannot remove {VIP} from eth0: Not permitted",
    ]
