# Copyright (c) 2026, the hotstandby.vrrp authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The first line of a script tells whether the kernel executes it."""

from __future__ import annotations

import os
import subprocess
import sys

import pytest

from vrrp.agent.process import shebang

WINDOWS = "the file has Windows line ends: sed -i 's/\\r$//' FILE"
FLAWS = {
    "nothing of the kind": (b"exit 0\n", "its first line does not begin with #!", "add #!/bin/sh"),
    "an empty file": (b"", "its first line does not begin with #!", "add #!/bin/sh"),
    "a comment": (b"# a check\nexit 0\n", "its first line does not begin with #!", "add #!/bin/sh"),
    "a blank line before it": (
        b"\n#!/bin/sh\nexit 0\n",
        "its first line does not begin with #!: white space stands before it",
        "make #! the first two characters",
    ),
    "a space before it": (
        b" #!/bin/sh\nexit 0\n",
        "its first line does not begin with #!: white space stands before it",
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
    "blanks for an interpreter": (b"#! \t\nexit 0\n", "its first line names no interpreter", "write #!/bin/sh"),
    "#! and nothing else": (b"#!", "its first line names no interpreter", "write #!/bin/sh"),
    "#! and a Windows line end": (b"#!\r\nexit 0\n", "its first line names no interpreter", "write #!/bin/sh"),
    "an interpreter that is too long": (
        b"#!/" + b"a" * 300 + b"\nexit 0\n",
        "the kernel reads no interpreter that is longer than 256 octets",
        "give it a shorter path",
    ),
}
NOT_FOR_A_SHELL = {
    "a missing interpreter of another language": (
        b"#!/opt/none/python3\nimport os\n",
        "its interpreter /opt/none/python3 does not exist",
        "install it, or name another one",
    ),
    "a file for a directory": (
        b"#!/bin/true/python3\n",
        "its interpreter /bin/true/python3 does not exist",
        "install it, or name another one",
    ),
    "a directory": (b"#!HERE\nexit 0\n", "its interpreter HERE is a directory", "name the program itself"),
    "a device": (b"#!/dev/null\nexit 0\n", "its interpreter /dev/null is not a file", "name the program itself"),
    "an interpreter that is not executable": (
        b"#!HERE/plain\nexit 0\n",
        "its interpreter HERE/plain is not executable",
        "make it executable: chmod a+x HERE/plain, or name another one",
    ),
    "an interpreter that is a script without #!": (
        b"#!HERE/bare\nexit 0\n",
        "its interpreter HERE/bare: its first line does not begin with #!",
        "add #!/bin/sh",
    ),
    "an interpreter that is a script of a missing one": (
        b"#!HERE/lost\nexit 0\n",
        "its interpreter HERE/lost: its interpreter /opt/none/sh does not exist",
        "install it, or name another one",
    ),
    "an interpreter that is a chain of scripts": (
        b"#!HERE/deep5\nexit 0\n",
        "more than 5 scripts lead to its interpreter",
        "name the program itself",
    ),
    "an interpreter that is itself": (
        b"#!HERE/script\nexit 0\n",
        "more than 5 scripts lead to its interpreter",
        "name the program itself",
    ),
    "UTF-16": ("#!/bin/sh\n".encode("utf-16"), "it is UTF-16", "save it as UTF-8 without a byte order mark"),
    "neither text nor a program": (
        b"\x7fEL\0\0F",
        "it is neither a script nor a program of this machine",
        "name a program",
    ),
}


@pytest.fixture
def script(tmp_path):
    def write(octets):
        path = tmp_path / "script"
        path.write_bytes(octets)
        path.chmod(0o755)
        return str(path)

    return write


@pytest.fixture
def interpreters(tmp_path):
    """Programs beside the script, and the directory that they are in."""
    texts = {
        "plain": "#!/bin/sh\n",
        "bare": "exit 0\n",
        "lost": "#!/opt/none/sh\n",
        "deep0": '#!/bin/sh\nexec sh "$@"\n',
    }
    texts.update({f"deep{number}": f"#!{tmp_path}/deep{number - 1}\n" for number in range(1, 6)})
    for name, text in texts.items():
        (tmp_path / name).write_text(text)
        (tmp_path / name).chmod(0o644 if name == "plain" else 0o755)
    return tmp_path


def refusal(path):
    """The number of the error with which the kernel does not execute it."""
    with pytest.raises(OSError) as caught:
        subprocess.run([path], check=False)
    return caught.value.errno


@pytest.mark.parametrize("case", FLAWS.values(), ids=FLAWS.keys())
def test_a_wrong_first_line_is_reported_with_the_error_of_the_kernel(script, case):
    octets, text, fix = case
    path = script(octets)
    assert shebang.flaw(path) == (text, fix, refusal(path), shebang.BY_SHELL)


@pytest.mark.parametrize("case", NOT_FOR_A_SHELL.values(), ids=NOT_FOR_A_SHELL.keys())
def test_a_file_that_no_shell_can_run_is_named(script, interpreters, case):
    octets, text, fix = case
    here = str(interpreters)
    path = script(octets.replace(b"HERE", here.encode()))
    expected = (text.replace("HERE", here), fix.replace("HERE", here), refusal(path), shebang.BY_NOBODY)
    assert shebang.flaw(path) == expected


@pytest.mark.parametrize(
    ("argument", "program", "fix"),
    [
        ("nosuchprog", "nosuchprog", "install it, or name another one"),
        ("-S nosuchprog -e", "nosuchprog", "install it, or name another one"),
        ("/opt/none/sh", "/opt/none/sh", "install it, or name another one"),
        ("sh -e", "sh -e", "env takes it for one word: write #!/usr/bin/env -S sh -e"),
        ("sh\r", "sh^M", WINDOWS),
    ],
)
def test_a_program_that_env_does_not_find_is_named(script, argument, program, fix):
    path = script(f"#!/usr/bin/env {argument}\nexit 0\n".encode())
    text = f"env is to find its interpreter, but there is no program {program} in {shebang.PATH}"
    assert shebang.flaw(path) == (text, fix, 0, shebang.BY_NOBODY)
    assert subprocess.run([path], capture_output=True, check=False).returncode == 127


def test_env_without_a_program_is_named(script):
    assert shebang.flaw(script(b"#!/usr/bin/env\n")).text == "its interpreter env is given no program"


def test_an_interpreter_with_a_carriage_return_is_named(script):
    path = script(b"#!/bin/sh -e\r\nexit 0\r\n")
    assert shebang.flaw(path) == (
        "its interpreter /bin/sh is given a carriage return",
        WINDOWS,
        0,
        shebang.BY_ITSELF,
    )


@pytest.mark.parametrize(
    "octets",
    [
        *(b"#!/bin/sh\n", b"#! /bin/sh -e\n", b"#!\t/bin/sh\t-e\n", b"#!/bin/sh", b"#!/bin/sh\0x\n", b"#!HERE/deep3\n"),
        *(b"#!/usr/bin/env sh\n", b"#!/usr/bin/env -S sh -e\n", b"#!/usr/bin/env -S X=1 sh\n", b"#!bin/sh\n"),
    ],
)
def test_a_good_first_line_has_no_fault(script, interpreters, octets):
    path = script(octets.replace(b"HERE", str(interpreters).encode()))
    assert shebang.flaw(path) is None
    assert subprocess.run([path], cwd="/", check=False).returncode == 0


def test_a_format_that_the_kernel_knows_has_no_fault(script, tmp_path, monkeypatch):
    """A format registered in binfmt_misc (Java, another machine's programs in an emulator) is not judged."""
    path = script(b"\xca\xfe\xba\xbe\0\0")
    monkeypatch.setattr(shebang, "FORMATS", str(tmp_path))
    assert shebang.flaw(path) is None
    (tmp_path / "script").unlink()
    monkeypatch.setattr(shebang, "FORMATS", str(tmp_path / "none"))
    assert shebang.flaw(script(b"\xca\xfe\xba\xbe\0\0")).rule == shebang.BY_NOBODY


def test_a_file_that_is_no_script_is_not_read(tmp_path, script):
    os.mkfifo(tmp_path / "fifo")
    for place in (sys.executable, str(tmp_path), str(tmp_path / "none"), str(tmp_path / "fifo")):
        assert shebang.flaw(place) is None


def test_an_interpreter_that_cannot_be_looked_at_is_not_judged(tmp_path):
    """The answer of the kernel is not known here: it may be a matter of our own rights."""
    loop, script = tmp_path / "sh", tmp_path / "script"
    loop.symlink_to(loop)
    script.write_text(f"#!{loop}\nexit 0\n")
    assert shebang.flaw(str(script)) is None
