# Copyright (c) 2026, the hotstandby.vrrp authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""A runtime directory that cannot be written does not stop the agent."""

from __future__ import annotations

import errno
import os
import shutil
import subprocess
import sys

import pytest
from kept_state import IDENTITY, MODULE_UTILS, SAVED, kept

from vrrp.agent.process import saved_state
from vrrp.agent.process.saved_state import SavedState, StateFile


class TestWithoutRoom:
    """A runtime directory that cannot be written must not stop the agent."""

    def test_a_missing_directory_is_told(self, tmp_path):
        made = StateFile(str(tmp_path / "nowhere"))
        made.open()
        assert made.failed == f"cannot keep {tmp_path}/nowhere/pulse: No such file or directory"
        made.beat_of(IDENTITY)(1.0)
        made.write(SAVED)
        assert made.failed == f"cannot keep {tmp_path}/nowhere/pulse: No such file or directory"

    def test_without_a_pulse_nothing_old_is_left_to_mislead(self, tmp_path, monkeypatch):
        kept(tmp_path)

        def full(*_unused):
            raise OSError(28, "full")

        monkeypatch.setattr(saved_state.os, "pwrite", full)
        made = StateFile(str(tmp_path))
        made.open()
        made.write(SAVED)
        assert made.failed
        assert saved_state.read(str(tmp_path)) == SavedState()

    def test_an_error_that_is_over_is_not_told_again(self, tmp_path):
        directory = tmp_path / "run"
        directory.mkdir()
        made = kept(directory)
        shutil.rmtree(directory)
        made.write(SAVED)
        assert made.failed
        directory.mkdir()
        made.write(SAVED)
        assert made.failed == ""

    def test_a_ledger_that_cannot_be_replaced_is_no_memory(self, tmp_path, monkeypatch):
        def refuse(*_unused):
            raise OSError(errno.EBUSY, os.strerror(errno.EBUSY))  # stands for every reason

        made = kept(tmp_path)
        monkeypatch.setattr(os, "replace", refuse)
        made.write(SAVED)
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
