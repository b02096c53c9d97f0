# Copyright (c) 2026, the hotstandby.vrrp authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Test that the command line of a process shows its release, and the kernel its start."""

from __future__ import annotations

import os
import shutil
import subprocess
import time
from contextlib import contextmanager

import pytest
from ansible_collections.hotstandby.vrrp.plugins.module_utils.deployment.running_release import release_of, started_at

NOBODY = 2**22 + 1  # above the highest number that the kernel gives
TICK_S = 0.011
LOADED = time.time()


@contextmanager
def shell(*words, program="/bin/sh"):
    """Yield the number of a waiting shell that has these words at the end of its command line."""
    command = [program, "-c", "echo; read line", *words]
    child = subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE)
    try:
        child.stdout.readline()  # now it is the shell, and not a copy of this process any more
        yield child.pid
    finally:
        child.communicate(b"\n", timeout=10)


@pytest.mark.parametrize(
    ("words", "release"),
    [
        (("/usr/local/lib/hotstandby/releases/0a1b2c/hotstandby.py", "agent"), "0a1b2c"),
        (("python3", "-IB", "/usr/local/lib/hotstandby/releases/7/a/b/c.py"), "7"),
        (("a\udcffb", "/usr/local/lib/hotstandby/releases/12/x", "/usr/local/lib/hotstandby/releases/34/x"), "12"),
        (("/usr/local/lib/hotstandby/releases/56",), "56"),
        (("/usr/local/lib/hotstandby/current/hotstandby.py",), None),
        (("/usr/local/lib/hotstandby/releases.old/78/hotstandby.py",), None),
        (("/srv/usr/local/lib/hotstandby/releases/90/hotstandby.py",), None),
        ((), None),
    ],
)
def test_the_release_is_read_from_a_command_line(words, release):
    with shell(*words) as pid:
        assert release_of(pid) == release


def test_a_process_that_is_not_there_has_no_release():
    assert (release_of(NOBODY), started_at(NOBODY)) == (None, None)


@pytest.mark.parametrize("name", ["agent", "a) R (b 1 2", "a b) "])
def test_a_process_tells_when_it_was_started(tmp_path, name):
    program = str(tmp_path / name)
    shutil.copy(os.path.realpath("/bin/sh"), program)
    before = time.time()
    with shell(program=program) as pid:
        after = time.time()
        assert before - TICK_S <= started_at(pid) <= after + TICK_S


def test_this_process_was_started_before_it_loaded_this_file():
    assert LOADED - 86400 < started_at(os.getpid()) < LOADED
