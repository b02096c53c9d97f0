# Copyright (c) 2026, the hotstandby.vrrp authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The traceback of a fatal signal goes to a file, where the next process finds it."""

from __future__ import annotations

import os
import signal
import subprocess
import sys

from vrrp.agent.process import traceback_file

HANGS = """\
import faulthandler, os, signal, sys
from vrrp.agent.process import traceback_file

faulthandler.enable(traceback_file.create(sys.argv[1]))


def waits_for_ever():
    os.kill(os.getpid(), signal.SIGABRT)


waits_for_ever()
"""


def test_an_abort_leaves_the_place_in_the_code_and_nothing_on_standard_error(tmp_path):
    done = subprocess.run(
        [sys.executable, "-c", HANGS, str(tmp_path)],
        env={**os.environ, "PYTHONPATH": os.pathsep.join(sys.path)},
        capture_output=True,
        text=True,
        timeout=30,
        check=False,
    )
    assert (done.returncode, done.stdout, done.stderr) == (-signal.SIGABRT, "", "")
    assert traceback_file.keep(str(tmp_path)) == f"{tmp_path}/traceback.txt"
    assert "waits_for_ever" in (tmp_path / "traceback.txt").read_text()
    assert (tmp_path / "traceback.txt").stat().st_mode & 0o777 == 0o600


def test_one_that_nobody_has_kept_is_kept_at_the_next_start(tmp_path):
    (tmp_path / "traceback.new").write_text("Fatal Python error: Aborted\n")
    os.close(traceback_file.create(str(tmp_path)))
    assert (tmp_path / "traceback.txt").read_text() == "Fatal Python error: Aborted\n"
    assert (tmp_path / "traceback.new").read_text() == ""


def test_without_a_traceback_the_one_before_stays(tmp_path):
    (tmp_path / "traceback.txt").write_text("before")
    os.close(traceback_file.create(str(tmp_path)))
    assert traceback_file.keep(str(tmp_path)) == ""
    assert (tmp_path / "traceback.txt").read_text() == "before"
    assert traceback_file.keep(str(tmp_path / "nowhere")) == ""
