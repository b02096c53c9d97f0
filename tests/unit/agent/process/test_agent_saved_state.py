# Copyright (c) 2026, the hotstandby.vrrp authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The saved state survives the process, and an invalid one is not used."""

from __future__ import annotations

import json
import os
import shutil
from dataclasses import replace
from ipaddress import ip_interface
from pathlib import Path

import pytest
from kept_state import ENTRY, IDENTITY, OTHER, SAVED, SECOND, kept

from vrrp.agent.process import saved_state
from vrrp.agent.process.saved_state import SavedState, StateFile
from vrrp.protocol.states import SavedRouterState, State


def test_a_ledger_is_read_as_it_was_written(tmp_path):
    kept(tmp_path)
    assert saved_state.read(str(tmp_path)) == SavedState(
        (replace(ENTRY, last_at=123.25), replace(SECOND, last_at=456.5)),
        {"script web": True, "file x": False},
        drained=True,
    )


def test_an_entry_is_a_memory(tmp_path):
    kept(tmp_path)
    saved = saved_state.read(str(tmp_path))
    assert saved.of(IDENTITY).memory == SavedRouterState(State.MASTER, 123.25, 100, "master")
    assert saved.of(OTHER).memory == SavedRouterState(State.BACKUP, 456.5, 25)
    assert saved.of(("eth1", 51, 4)) is None


def test_a_sign_of_life_needs_no_writing(tmp_path):
    beat = kept(tmp_path).beat_of(IDENTITY)
    before = (tmp_path / saved_state.LEDGER_FILE).stat().st_mtime_ns
    beat(789.0)
    assert [each.last_at for each in saved_state.read(str(tmp_path)).entries] == [789.0, 456.5]
    assert (tmp_path / saved_state.LEDGER_FILE).stat().st_mtime_ns == before


@pytest.mark.parametrize(
    ("written", "beat", "state"),
    [
        (State.BACKUP, 5.0, State.MASTER),
        (State.MASTER, 5.0, State.MASTER),
        (State.MASTER, -5.0, State.BACKUP),
        (State.BACKUP, -5.0, State.BACKUP),
        (State.FAULT, -5.0, State.FAULT),
        (State.STOP, -5.0, State.STOP),
    ],
)
def test_the_pulse_counts_more_than_the_ledger(tmp_path, written, beat, state):
    kept(tmp_path, SavedState((replace(ENTRY, state=written),)), ((IDENTITY, beat),))
    (entry,) = saved_state.read(str(tmp_path)).entries
    assert (entry.state, entry.last_at) == (state, 5.0)


def test_without_a_sign_of_life_no_instance_is_master(tmp_path):
    kept(tmp_path, SavedState((ENTRY,)), ())
    (entry,) = saved_state.read(str(tmp_path)).entries
    assert (entry.state, entry.last_at) == (State.BACKUP, 0.0)


def test_a_new_ledger_is_no_older_than_its_process(tmp_path):
    kept(tmp_path)
    made = StateFile(str(tmp_path))
    made.open()
    made.beat_of(OTHER)
    made.beat_of(IDENTITY)
    made.write(SAVED)
    assert [each.last_at for each in saved_state.read(str(tmp_path)).entries] == [0.0, 0.0]


def test_an_instance_has_one_place_however_often_it_is_asked_for(tmp_path):
    made = kept(tmp_path)
    made.beat_of(IDENTITY)(1.0)
    made.beat_of(IDENTITY)(2.0)
    assert [each.last_at for each in saved_state.read(str(tmp_path)).entries] == [2.0, 456.5]


def test_instances_beyond_the_places_are_not_remembered(tmp_path, monkeypatch):
    monkeypatch.setattr(saved_state, "SLOTS", 1)
    kept(tmp_path)
    assert [each.last_at for each in saved_state.read(str(tmp_path)).entries] == [123.25, 0.0]


def test_a_ledger_may_be_read_by_its_owner_only(tmp_path):
    kept(tmp_path)
    assert {name: (tmp_path / name).stat().st_mode & 0o777 for name in os.listdir(tmp_path)} == {
        "ledger.json": 0o600,
        "pulse": 0o600,
    }


def test_a_removed_ledger_is_nothing(tmp_path):
    made = kept(tmp_path)
    made.remove()
    assert os.listdir(tmp_path) == []
    assert saved_state.read(str(tmp_path)) == SavedState()
    made.remove()
    made.beat_of(IDENTITY)(5.0)


def test_without_a_ledger_nothing_is_known(tmp_path):
    assert saved_state.read(str(tmp_path)) == SavedState()
    assert saved_state.read(str(tmp_path / "nowhere")) == SavedState()


def test_a_ledger_of_another_boot_is_ignored(tmp_path, monkeypatch):
    boot = tmp_path / "boot_id"
    boot.write_text("one\n")
    monkeypatch.setattr(saved_state, "BOOT_ID", str(boot))
    kept(tmp_path)
    assert saved_state.read(str(tmp_path)).entries
    boot.write_text("another\n")
    assert saved_state.read(str(tmp_path)) == SavedState()


def test_the_id_of_the_boot_is_that_of_the_kernel():
    assert saved_state.boot_id() == Path("/proc/sys/kernel/random/boot_id").read_text().strip()


def test_a_ledger_goes_on_in_a_directory_that_was_made_again(tmp_path):
    directory = tmp_path / "run"
    directory.mkdir()
    made = kept(directory)
    beat = made.beat_of(IDENTITY)
    assert made.there
    shutil.rmtree(directory)
    assert not made.there
    directory.mkdir()
    made.reopen()
    made.write(SAVED)
    assert made.there
    assert [each.last_at for each in saved_state.read(str(directory)).entries] == [123.25, 456.5]
    beat(789.0)  # the same function still works
    assert saved_state.read(str(directory)).entries[0].last_at == 789.0


def test_routes_and_settings_of_the_host_are_remembered(tmp_path):
    route, rule, link = (bytes.fromhex("20000000" + kind + "000500" + "00" * 24) for kind in ("19", "21", "10"))
    saved = SavedState((replace(ENTRY, removals=(route, rule, link, route[:8])),), firewall=True, promoted=(2, 3))
    saved = replace(saved, macvlans=(9,), parents={2: {"arp_ignore": 0}})
    kept(tmp_path, saved, ())
    found = saved_state.read(str(tmp_path))
    assert found.entries[0].removals == (route, rule)  # no other request of a file is sent
    assert (found.firewall, found.promoted) == (True, (2, 3))
    assert (found.macvlans, found.parents) == ((9,), {2: {"arp_ignore": 0}})


def test_a_ledger_of_a_release_without_routes_is_read(tmp_path):
    kept(tmp_path)
    file = tmp_path / "ledger.json"
    content = json.loads(file.read_text())
    del content["firewall"], content["promoted"], content["macvlans"], content["parents"]
    for entry in content["instances"]:
        del entry["removals"]
    file.write_text(json.dumps(content))
    assert saved_state.read(str(tmp_path)).of(IDENTITY).removals == ()


@pytest.mark.parametrize(("adverts", "expected_s"), [(3, 3.0078125), (1, 2.0078125), (10, 10.0078125)])
def test_the_mandate_is_as_long_as_the_peer_waits(adverts, expected_s):
    assert replace(ENTRY, adverts=adverts).as_dict(0)["mandate_s"] == expected_s


def test_the_last_sign_of_life_of_a_process_is_known():
    """It gives a sign of life in each interval, and may set an address right after one."""
    first, second = (2, ip_interface("192.0.2.1/24")), (3, ip_interface("192.0.2.2/24"))
    quick = replace(ENTRY, last_at=7.0, interval_cs=10, installed=(first,))
    slow = replace(ENTRY, last_at=5.0, interval_cs=1000, installed=(second,))
    assert SavedState((quick,)).lived_until == 8.0
    assert SavedState((quick, slow)).places == {first: 15.0, second: 15.0}
    assert (SavedState().lived_until, SavedState().places) == (0.0, {})
