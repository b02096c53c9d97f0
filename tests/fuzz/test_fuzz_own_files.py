# Copyright (c) 2026, the hotstandby.vrrp authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Test that any content of a ledger, marks, what outlives a boot or a script is read, or ignored."""

from __future__ import annotations

import json
import math
import subprocess
import tempfile
from pathlib import Path

from fuzzing import fuzz
from hypothesis import strategies as st

from vrrp.agent.process import elf, maintenance_file, replay_window_file, saved_state, shebang, state_file

JSON = st.recursive(
    st.one_of(
        *(st.none(), st.booleans(), st.integers(), st.integers(-1, 300), st.floats(), st.text(max_size=5)),
        st.sampled_from(["MASTER", "master", "192.168.8.100/24", "eth0", "00ff", "zz", "9" * 400, "fe80::1/64", "1"]),
    ),
    lambda inner: st.one_of(st.lists(inner, max_size=3), st.dictionaries(st.text(max_size=5), inner, max_size=3)),
    max_leaves=6,
)
INSTANCE = {
    "identity": ["eth0", 51, 4],
    "name": "VI_1",
    "version": 3,
    "state": "MASTER",
    "interval_cs": 100,
    "hold": None,
    "mandate_s": 3.6,
    "installed": [[2, "192.168.8.100/24"]],
    "slot": 0,
    "removals": ["00ff"],
}
LEDGER = {
    "format": state_file.FORMAT,
    "boot_id": "b",
    "drained": False,
    "checks": {"chk": True},
    "instances": [INSTANCE],
    "firewall": True,
    "promoted": [2],
    "macvlans": [3],
    "parents": {"2": {"rp_filter": 1}},
}
MARKS = {"format": 1, "instances": [{"identity": ["eth0", 51, 4], "marks": {"c0a80804": 7}}]}

TERMS = {"reason": "disk", "by": "root", "until": 1796040000}
MAINTENANCE = {"format": 1, "drain": TERMS, "holds": {"VI_1": {"hold": "backup", **TERMS}}}
NAMES = (state_file.LEDGER_FILE, replay_window_file.MARKS_FILE, maintenance_file.MAINTENANCE_FILE)


def changed(content, path, value):
    """Return ``content`` with another value at one of its places."""
    if not path or not isinstance(content, (dict, list)) or not content:
        return value
    if isinstance(content, dict):
        name = sorted(content)[path[0] % len(content)]
        return {**content, name: changed(content[name], path[1:], value)}
    at = path[0] % len(content)
    return [*content[:at], changed(content[at], path[1:], value), *content[at + 1 :]]


PATH = st.lists(st.integers(0, 20), max_size=5)
OCTETS = st.one_of(st.binary(max_size=60), st.sampled_from([b"[" * 100_000, b"{", b"", b"NaN", b"[1e999]", b"\xff"]))


def read_all(name, octets, pulse=b""):
    with tempfile.TemporaryDirectory() as folder:
        (Path(folder) / name).write_bytes(octets)
        (Path(folder) / state_file.PULSE_FILE).write_bytes(pulse)
        found = state_file.load(folder)
        assert found is None or all(math.isfinite(entry.beat) for entry in found.entries)
        assert state_file.is_damaged(folder) == (name == state_file.LEDGER_FILE and found is None)
        saved_state.read(folder)
        replay_window_file.read(folder)
        kept, problem = maintenance_file.read(folder)
        assert not problem or kept == maintenance_file.NOTHING
        assert problem.isprintable()
        for terms in (kept.drain, *(terms for _hold, terms in kept.holds.values())):
            assert terms is None or terms.words(0.0).isprintable() and terms.values(0.0)


@fuzz(st.sampled_from(NAMES), OCTETS, few=40)
def test_any_octets_are_read_or_ignored(name, octets):
    read_all(name, octets)


@fuzz(PATH, JSON, st.binary(max_size=16), few=60)
def test_a_ledger_with_any_value_is_read_or_ignored(path, value, pulse):
    read_all(state_file.LEDGER_FILE, json.dumps(changed(LEDGER, path, value)).encode(), pulse)


@fuzz(PATH, JSON, few=60)
def test_marks_with_any_value_are_read_or_ignored(path, value):
    read_all(replay_window_file.MARKS_FILE, json.dumps(changed(MARKS, path, value)).encode())


@fuzz(PATH, JSON, few=60)
def test_a_changed_maintenance_file_is_read_or_ignored(path, value):
    read_all(maintenance_file.MAINTENANCE_FILE, json.dumps(changed(MAINTENANCE, path, value)).encode())


QUIET = {"stdout": subprocess.DEVNULL, "stderr": subprocess.DEVNULL}
LINE = st.lists(
    st.sampled_from(
        [
            *(
                b"#!",
                b"#!",
                b"#!",
                b"#",
                b"!",
                b" ",
                b"\t",
                b"\n",
                b"\r",
                b"\0",
                b"/bin/sh",
                b"/bin/true",
                b"sh",
                b"-e",
            ),
            *(b"/tmp", b"/dev/null", b"/opt/none/sh", b"\xef\xbb\xbf", b"\xff\xfe", elf.MAGIC, b"a" * 260, b"-S"),
            *(b"/usr/bin/env", b"x=1"),
            *(b"\xc3", b"exit 0", b"/", b"//bin/sh", b"bin/sh", b"true", b"\x02\x01\x01", b"\x7fEL"),
        ]
    ),
    max_size=7,
).map(b"".join)


@fuzz(LINE, few=60)
def test_any_first_line_of_a_script_is_judged(line):
    """Compare our reason with the kernel's error for a file that it refuses; there is none for a file that it runs."""
    with tempfile.TemporaryDirectory() as folder:
        script = Path(folder) / "script"
        script.write_bytes(line)
        script.chmod(0o755)
        found = shebang.flaw(str(script))
        try:
            child = subprocess.Popen([script], cwd="/", stdin=subprocess.DEVNULL, **QUIET)
        except OSError as error:
            assert found is not None, (line, error)
            assert found.error == error.errno, (line, found, error)
            return
        try:
            child.wait(0.5)
        except subprocess.TimeoutExpired:
            child.kill()
            child.wait()
        assert found is None or found.error == 0, (line, found)
