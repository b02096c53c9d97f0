# Copyright (c) 2026, the hotstandby.vrrp authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""A saved state outlives its process also where it was killed while it wrote. One that is damaged is not used."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import time

import pytest
from kept_state import IDENTITY, MODULE_UTILS, OTHER, kept

from vrrp.agent.process import saved_state
from vrrp.agent.process.saved_state import SavedState


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
