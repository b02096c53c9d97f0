# Copyright (c) 2026, the hotstandby.vrrp authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Test what a play says of each pair, and when a host of a pair stops."""

from __future__ import annotations

import pytest
from ansible_collections.hotstandby.vrrp.plugins.module_utils.inventory.fleet import Pair
from ansible_collections.hotstandby.vrrp.plugins.module_utils.inventory.results import (
    first_line,
    result_lines,
    stopped,
)

DONE = {"step": {"changed": False}}
WEB = Pair("web", ("a", "b"))
FAILED = {"step": {"failed": True, "msg": "no space\nleft on device"}}


def test_both_hosts_go_on_after_a_step_that_both_did():
    assert stopped("a", {"a": DONE, "b": {"step": {"skipped": True}}}, "step") == []


@pytest.mark.parametrize(
    ("other", "text"),
    [
        (FAILED, "b failed (step): no space"),
        ({"step": {"unreachable": True, "msg": "timed out"}}, "b is unreachable (step): timed out"),
        ({}, "b failed in a check before"),
        ({**DONE, "earlier": {"failed": True, "msg": "refused"}}, "b failed (earlier): refused"),
        ({"earlier": {"changed": True}}, "b failed in a check before"),
    ],
)
def test_a_failure_on_one_host_stops_the_other_host(other, text):
    assert stopped("a", {"a": DONE, "b": other}, "step") == [f"stopped, because {text}"]
    assert stopped("b", {"a": DONE, "b": other}, "step") == [text]


LIBRARY = "error while loading shared libraries: libpython3.11.so.1.0: cannot open shared object file"
ADVICE = ". Install Python 3.9 or later, or name it with ansible_python_interpreter"


@pytest.mark.parametrize(
    ("rc", "error", "output", "text"),
    [
        (
            126,
            "sh: 1: /usr/bin/python3: Exec format error\n",
            "",
            f"126): sh: 1: /usr/bin/python3: Exec format error{ADVICE}",
        ),
        (127, f"{LIBRARY}\n", "", f"127): {LIBRARY}{ADVICE}"),
        (127, "Shared connection to b closed.\n", f"{LIBRARY}\r\n", f"127): {LIBRARY}{ADVICE}"),
        (1, "Traceback\n  File x\nMemoryError\n", "", "1): MemoryError"),
        (127, "sh: 1: sudo: not found\n", "", "127): sh: 1: sudo: not found"),
        (137, "", "", "137): it said nothing"),
    ],
    ids=["another processor", "a library is missing", "by a terminal", "it crashed", "no sudo", "it was killed"],
)
def test_a_python_that_cannot_run_says_why(rc, error, output, text):
    """As ansible-core 2.19 returns it."""
    msg = "Module result deserialization failed: No start of json char found"
    broken = {"step": {"failed": True, "msg": msg, "module_stderr": error, "module_stdout": output, "rc": rc}}
    assert stopped("b", {"b": broken}, "step") == [f"b failed (step): the module gave no answer (exit status {text}"]
    broken["step"]["msg"] = missing = "The module interpreter '/usr/bin/python3' was not found."
    assert stopped("b", {"b": broken}, "step") == [f"b failed (step): {missing}"]


def test_a_host_tells_its_own_failure_first():
    assert stopped("a", {"a": FAILED, "b": FAILED}, "step") == ["a failed (step): no space"]


@pytest.mark.parametrize(
    ("text", "line"), [("one\ntwo", "one"), ("\n one ", "one"), ("", "no message"), (None, "no message")]
)
def test_the_first_line_of_a_message(text, line):
    assert first_line(text) == line


def seen(**states):
    return {"samples": [{"instances": {}}, {"instances": {name: {"state": state} for name, state in states.items()}}]}


PAIRS = [Pair("web", ("web-a", "web-b")), Pair("", ("x", "y"))]


def test_a_pair_that_works_has_its_states_the_master_first():
    hosts = {
        "web-a": {"seen": seen(VI_1="BACKUP", VI_2="MASTER")},
        "web-b": {"seen": seen(VI_1="MASTER", VI_2="BACKUP")},
    }
    assert result_lines(PAIRS[:1], hosts) == [
        "PAIR  RESULT  WHAT",
        "web   ok      VI_1: web-b MASTER, web-a BACKUP; VI_2: web-a MASTER, web-b BACKUP",
    ]


def test_the_cause_comes_before_the_host_that_stopped_because_of_it():
    hosts = {"x": {"failed": "stopped, because y failed: no space"}, "y": {"failed": "Install: no space"}, "web-a": {}}
    lines = result_lines(PAIRS, hosts)
    assert lines[2] == "x, y  FAILED  y: Install: no space"
    assert lines[1] == "web   ok      -"


def test_a_message_that_names_the_host_does_not_name_it_twice():
    assert result_lines(PAIRS[:1], {"web-a": {"failed": "web-a: this needs root"}})[1].endswith(
        "FAILED  web-a: this needs root"
    )


def test_check_mode_has_seen_no_states():
    assert result_lines(PAIRS[:1], {"web-a": {"seen": seen(VI_1="MASTER")}}, checked=True)[1] == "web   ok      -"


def test_a_pair_with_an_unknown_result_is_ok_only_if_it_was_seen_afterwards():
    seen = {"samples": [{"instances": {"VI_1": {"state": "BACKUP"}}}]}
    hosts = {"a": {}, "b": {"unknown": ["b: it is unknown whether", "more"]}}
    assert result_lines([WEB], hosts)[1] == "web   unknown  b: it is unknown whether"
    assert result_lines([WEB], hosts, checked=True)[1] == "web   unknown  b: it is unknown whether"
    assert result_lines([WEB], {**hosts, "a": {"seen": seen}})[1] == "web   ok      VI_1: a BACKUP"
    assert result_lines([WEB], {**hosts, "a": {"failed": "no"}})[1] == "web   FAILED  a: no"
