# Copyright (c) 2026, the hotstandby.vrrp authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What the first line of a script tells of whether the kernel executes it."""

from __future__ import annotations

import os
import subprocess
import sys

import pytest

from vrrp.agent.life import firstline

WINDOWS = "the file has Windows line ends: sed -i 's/\\r$//' FILE"
FLAWS = {
    "nothing of the kind": (b"exit 0\n", "its first line does not begin with #!", "add #!/bin/sh"),
    "an empty file": (b"", "its first line does not begin with #!", "add #!/bin/sh"),
    "a comment": (b"# a check\nexit 0\n", "its first line does not begin with #!", "add #!/bin/sh"),
    "a blank line before it": (
        b"\n#!/bin/sh\nexit 0\n",
        "its first line does not begin with #!: what stands before is blank",
        "make #! the first two characters",
    ),
    "a space before it": (
        b" #!/bin/sh\nexit 0\n",
        "its first line does not begin with #!: what stands before is blank",
        "make #! the first two characters",
    ),
    "a byte order mark": (
        b"\xef\xbb\xbf#!/bin/sh\nexit 0\n",
        "a byte order mark stands before its #!",
        "save it as UTF-8 without one",
    ),
    "Windows line ends": (b"#!/bin/sh\r\ntrue\r\n", "its interpreter /bin/sh^M does not exist", WINDOWS),
    "a missing interpreter": (
        b"#!/opt/none/bash -e\nexit 0\n",
        "its interpreter /opt/none/bash does not exist",
        "install it, or name another one",
    ),
    "no interpreter": (b"#!\nexit 0\n", "its first line names no interpreter", "write #!/bin/sh"),
}


@pytest.fixture
def script(tmp_path):
    def write(octets):
        path = tmp_path / "script"
        path.write_bytes(octets)
        path.chmod(0o755)
        return str(path)

    return write


@pytest.mark.parametrize("case", FLAWS.values(), ids=FLAWS.keys())
def test_what_is_wrong_is_named_and_the_kernel_says_the_same(script, case):
    octets, text, fix = case
    path = script(octets)
    assert firstline.flaw(path) == (text, fix)
    with pytest.raises(OSError, match=r"Exec format error|No such file|Permission denied"):
        subprocess.run([path], check=False)


def test_an_interpreter_that_is_given_a_carriage_return(script):
    path = script(b"#!/usr/bin/env sh\r\nexit 0\r\n")
    assert firstline.flaw(path) == ("its interpreter /usr/bin/env is given a carriage return", WINDOWS)


@pytest.mark.parametrize(
    "octets", [b"#!/bin/sh\n", b"#! /bin/sh -e\n", b"#!\t/bin/sh\texit\n", b"#!/bin/sh", b"\x7fELF\0\0"]
)
def test_nothing_is_wrong(script, octets):
    assert firstline.flaw(script(octets)) is None


def test_what_is_no_script_is_not_read(tmp_path, script):
    os.mkfifo(tmp_path / "fifo")
    for place in (sys.executable, str(tmp_path), str(tmp_path / "none"), str(tmp_path / "fifo")):
        assert firstline.flaw(place) is None
