# Copyright (c) 2026, the hotstandby.vrrp authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The saved state survives the process, and an invalid one is not used."""

from __future__ import annotations

import errno
import json
import os
import shutil
import signal
import subprocess
import sys
import time
from dataclasses import replace
from ipaddress import ip_interface
from pathlib import Path

import pytest

import vrrp
from vrrp.agent.process import saved_state
from vrrp.agent.process.saved_state import SavedInstance, SavedState, StateFile
from vrrp.protocol.states import SavedRouterState, State

MODULE_UTILS = Path(vrrp.__file__).parents[1]
IDENTITY = ("eth0", 51, 4)
OTHER = ("eth0", 52, 6)
INSTALLED = ((2, ip_interface("192.168.8.100/24")), (3, ip_interface("2001:db8::100/64")))
ENTRY = SavedInstance(IDENTITY, "VI_1", 2, State.MASTER, 100, "master", INSTALLED)
SECOND = SavedInstance(OTHER, "VI_2", 3, State.BACKUP, 25)
PAGE = SavedState((ENTRY, SECOND), {"script web": True, "file x": False}, drained=True)


def kept(directory, page=PAGE, beats=((IDENTITY, 123.25), (OTHER, -456.5))):
    """Make a state file as a process keeps it."""
    made = StateFile(str(directory))
    made.open()
    for identity, at in beats:
        made.beat_of(identity)(at)
    made.write(page)
    assert made.failed == ""
    return made


def test_a_ledger_is_read_as_it_was_written(tmp_path):
    kept(tmp_path)
    assert saved_state.read(str(tmp_path)) == SavedState(
        (replace(ENTRY, last_at=123.25), replace(SECOND, last_at=456.5)),
        {"script web": True, "file x": False},
        drained=True,
    )


def test_an_entry_is_a_memory(tmp_path):
    kept(tmp_path)
    page = saved_state.read(str(tmp_path))
    assert page.of(IDENTITY).memory == SavedRouterState(State.MASTER, 123.25, 100, "master")
    assert page.of(OTHER).memory == SavedRouterState(State.BACKUP, 456.5, 25)
    assert page.of(("eth1", 51, 4)) is None


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
    made.write(PAGE)
    assert [each.last_at for each in saved_state.read(str(tmp_path)).entries] == [0.0, 0.0]


def test_an_instance_has_one_place_whoever_asks(tmp_path):
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


def spoil(change):
    """Change the JSON of the state file."""

    def do(directory):
        file = directory / saved_state.LEDGER_FILE
        content = json.loads(file.read_text())
        changed = change(content)
        file.write_text(json.dumps(content if changed is None else changed))

    return do


def truncate(name, octets):
    return lambda directory: os.truncate(directory / name, octets)


def set_in_instance(key, value):
    return spoil(lambda content: content["instances"][0].update({key: value}))


@pytest.mark.parametrize(
    "spoiled",
    [
        lambda directory: (directory / saved_state.LEDGER_FILE).write_text("{"),
        lambda directory: (directory / saved_state.LEDGER_FILE).write_text(""),
        lambda directory: (directory / saved_state.LEDGER_FILE).write_bytes(b"\xff\xfe\x00"),
        truncate("ledger.json", 40),
        truncate("pulse", 12),
        lambda directory: (directory / saved_state.PULSE_FILE).unlink(),
        spoil(lambda content: content.update(format=saved_state.FORMAT + 1)),
        spoil(lambda content: content.pop("format") and None),
        spoil(lambda content: content.pop("boot_id") and None),
        spoil(lambda content: content.update(instances=None)),
        spoil(lambda content: content.update(instances=["eth0"])),
        spoil(lambda content: content.update(checks=7)),
        spoil(lambda content: [content]),
        set_in_instance("identity", ["eth0", 51]),
        set_in_instance("state", "KING"),
        set_in_instance("slot", None),
        set_in_instance("installed", [[2, "nonsense"]]),
        set_in_instance("installed", 5),
    ],
)
def test_a_damaged_ledger_is_ignored(tmp_path, spoiled):
    kept(tmp_path)
    assert saved_state.read(str(tmp_path)).entries
    spoiled(tmp_path)
    assert saved_state.read(str(tmp_path)) == SavedState()


def test_a_place_beyond_the_pulse_is_no_sign_of_life(tmp_path):
    kept(tmp_path)
    truncate("pulse", 8)(tmp_path)
    assert [each.last_at for each in saved_state.read(str(tmp_path)).entries] == [123.25, 0.0]
    truncate("pulse", 0)(tmp_path)
    assert [each.last_at for each in saved_state.read(str(tmp_path)).entries] == [0.0, 0.0]


PROGRAM = """
import sys, time
from vrrp.agent.process.saved_state import SavedInstance, StateFile, SavedState
from vrrp.protocol.states import State
made = StateFile(sys.argv[1])
made.open()
beat = made.beat_of(("eth0", 51, 4))
made.write(SavedState((SavedInstance(("eth0", 51, 4), "VI_1", 2, State.MASTER, 100),)))
began = time.monotonic()
while True:
    beat(time.monotonic())
    if began and time.monotonic() > began + 0.05:
        began = 0
        sys.stdout.write("alive\\n")
        sys.stdout.flush()
"""


def test_a_truncated_pulse_does_not_end_the_agent(tmp_path):
    made = kept(tmp_path)
    truncate("pulse", 0)(tmp_path)
    made.beat_of(IDENTITY)(5.0)  # not in a child: SIGBUS would end the tests
    made.beat_of(OTHER)(-6.0)
    assert [each.last_at for each in saved_state.read(str(tmp_path)).entries] == [5.0, 6.0]


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
    made.write(PAGE)
    assert made.there
    assert [each.last_at for each in saved_state.read(str(directory)).entries] == [123.25, 456.5]
    beat(789.0)  # the same function still works
    assert saved_state.read(str(directory)).entries[0].last_at == 789.0


@pytest.mark.parametrize("name", ["ledger.json", "ledger.json.new", "pulse", "pulse.new", "restarting"])
def test_nothing_is_written_through_a_link(tmp_path, name):
    victim = tmp_path / "victim"
    victim.write_text("precious")
    (tmp_path / name).symlink_to(victim)
    kept(tmp_path).announce_restart()
    assert victim.read_text() == "precious"
    assert saved_state.read(str(tmp_path)).entries


def test_a_ledger_survives_sigkill(tmp_path):
    command = [sys.executable, "-B", "-c", PROGRAM, str(tmp_path)]
    environment = {**os.environ, "PYTHONPATH": str(MODULE_UTILS)}
    with subprocess.Popen(command, env=environment, stdout=subprocess.PIPE, text=True) as process:
        try:
            assert process.stdout.readline() == "alive\n"
            before = time.monotonic()
        finally:
            process.send_signal(signal.SIGKILL)
        process.wait(10)
        after = time.monotonic()
    (entry,) = saved_state.read(str(tmp_path)).entries
    assert before - 0.5 < entry.last_at <= after
    assert entry.memory.has_mandate(2, entry.last_at + 3)


def test_an_interrupted_write_leaves_the_old_one(tmp_path):
    kept(tmp_path)
    (tmp_path / "ledger.json.new").write_text('{"format": 1, "ins')
    (tmp_path / "pulse.new").write_text("x")
    assert len(saved_state.read(str(tmp_path)).entries) == 2
    kept(tmp_path)
    assert sorted(os.listdir(tmp_path)) == ["ledger.json", "pulse"]


class TestWithoutRoom:
    """A runtime directory that cannot be written must not stop the agent."""

    def test_a_missing_directory_is_told(self, tmp_path):
        made = StateFile(str(tmp_path / "nowhere"))
        made.open()
        assert made.failed == f"cannot keep {tmp_path}/nowhere/pulse: No such file or directory"
        made.beat_of(IDENTITY)(1.0)
        made.write(PAGE)
        assert made.failed == f"cannot keep {tmp_path}/nowhere/pulse: No such file or directory"

    def test_without_a_pulse_nothing_old_is_left_to_mislead(self, tmp_path, monkeypatch):
        kept(tmp_path)

        def full(*_unused):
            raise OSError(28, "full")

        monkeypatch.setattr(saved_state.os, "pwrite", full)
        made = StateFile(str(tmp_path))
        made.open()
        made.write(PAGE)
        assert made.failed
        assert saved_state.read(str(tmp_path)) == SavedState()

    def test_an_error_that_is_over_is_not_told_again(self, tmp_path):
        directory = tmp_path / "run"
        directory.mkdir()
        made = kept(directory)
        shutil.rmtree(directory)
        made.write(PAGE)
        assert made.failed
        directory.mkdir()
        made.write(PAGE)
        assert made.failed == ""

    def test_a_ledger_that_cannot_be_replaced_is_no_memory(self, tmp_path, monkeypatch):
        def refuse(*_unused):
            raise OSError(errno.EBUSY, os.strerror(errno.EBUSY))  # stands for every reason

        made = kept(tmp_path)
        monkeypatch.setattr(os, "replace", refuse)
        made.write(PAGE)
        made.beat_of(IDENTITY)(-500.0)
        assert made.failed == f"cannot write {tmp_path}/ledger.json: {os.strerror(errno.EBUSY)}"
        assert saved_state.read(str(tmp_path)) == SavedState()  # no memory is better than an old one

    @pytest.mark.parametrize(
        ("commands", "expected"),
        [
            ("mount -t tmpfs -o size=4k none $1", "pulse: No space left on device"),
            ("mount -t tmpfs -o size=16k none $1; head -c 12288 /dev/zero > $1/full", "pulse: No space left on device"),
            ("mount -t tmpfs -o ro none $1", "pulse: Read-only file system"),
            ("mount -t tmpfs -o size=8k none $1", "ledger.json: No space left on device"),
        ],
    )
    def test_a_file_system_that_cannot_be_written_to_is_told(self, tmp_path, commands, expected):
        program = """
import sys
import time
from vrrp.agent.process import saved_state
from vrrp.agent.process.saved_state import SavedInstance, StateFile, SavedState
from vrrp.protocol.states import State
made = StateFile(sys.argv[1])
made.open()
failed = [made.failed]
for number in range(300):
    made.beat_of(("eth0", number, 4))(1.0 + number)
made.write(SavedState(tuple(SavedInstance(("eth0", number, 4), "VI", 2, State.MASTER, 100) for number in range(300))))
failed.append(made.failed)
sys.stdout.write(next(filter(None, failed)))
sys.stdout.write("\\n" + str(len(saved_state.read(sys.argv[1]).entries)))
"""
        done = subprocess.run(
            ["unshare", "--mount", "sh", "-ec", f'{commands}; exec "$2" -B -c "$3" "$1"', "sh"]
            + [str(tmp_path), sys.executable, program],
            env={**os.environ, "PYTHONPATH": str(MODULE_UTILS)},
            capture_output=True,
            text=True,
            timeout=20,
            check=False,
        )
        assert done.returncode == 0, done.stderr
        failed, entries = done.stdout.splitlines()
        assert failed.endswith(expected)
        assert entries == "0"


def test_routes_and_settings_of_the_host_are_remembered(tmp_path):
    route, rule, link = (bytes.fromhex("20000000" + kind + "000500" + "00" * 24) for kind in ("19", "21", "10"))
    page = SavedState((replace(ENTRY, removals=(route, rule, link)),), firewall=True, promoted=(2, 3))
    page = replace(page, macvlans=(9,), parents={2: {"arp_ignore": 0}})
    kept(tmp_path, page, ())
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
