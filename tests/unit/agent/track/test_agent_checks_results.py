# Copyright (c) 2026, the hotstandby.vrrp authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Results are counted as keepalived counts them: rise, fall, init_fail, and the lines of the log."""

from __future__ import annotations

import io

import pytest
from running_checks import script

from vrrp.agent.log import Log
from vrrp.agent.process.subprocesses import ScriptResult
from vrrp.agent.track.checks import Check
from vrrp.config.model.configuration import Globals

OUTCOMES = {
    "+": ScriptResult(status=0),
    "-": ScriptResult(status=1),
    "2": ScriptResult(status=2),
    "t": ScriptResult(timed_out=True),
    "k": ScriptResult(signal=9),
    "e": ScriptResult(error="cannot run /x: No such file or directory"),
}


def observed(results, **fields):
    """Feed results, one letter each; return what the check says after each, and the log."""
    text = io.StringIO()
    changes = []
    check = Check(script(**fields), Globals(), lambda: changes.append(check.ok), Log(text))
    says = []
    for letter in results:
        check.observe(OUTCOMES[letter])
        says.append({True: "up", False: "down", None: "?"}[check.ok])
    lines = [line.split(" ", 2)[2] for line in text.getvalue().splitlines()]
    return " ".join(says), lines, check, changes


@pytest.mark.parametrize(
    ("rise", "fall", "results", "says"),
    [
        (1, 1, "+-+", "up down up"),
        (1, 3, "+---", "up up up down"),
        (1, 3, "+--+---", "up up up up up up down"),  # a success between them starts the count anew
        (3, 1, "+-+++", "up down down down up"),
        (2, 2, "+--+-++", "up up down down down down up"),
        (3, 3, "+", "up"),  # the first result decides at once,
        (3, 3, "-", "down"),  # whichever it is
        (1, 2, "-+-", "down up up"),
    ],
)
def test_rise_and_fall_count_results_in_a_row(rise, fall, results, says):
    assert observed(results, rise=rise, fall=fall)[0] == says


def test_a_script_with_init_fail_has_failed_until_it_has_risen():
    says, _lines, check, _changes = observed("+", rise=2, init_fail=True)
    assert says == "down"
    check.observe(OUTCOMES["+"])
    assert check.ok is True


@pytest.mark.parametrize("letter", "-t")
def test_a_changed_script_with_init_fail_can_still_fail(letter):
    good = observed("+", init_fail=True)[2]
    changed = Check(script(init_fail=True, interval_s=2.0), Globals(), lambda: None, Log(io.StringIO()))
    changed.follow(good)
    assert changed.ok is True
    changed.observe(OUTCOMES[letter])
    assert changed.ok is False


def test_a_check_has_no_result_before_its_first_answer():
    check = Check(script(), Globals(), lambda: None, Log(io.StringIO()))
    assert check.result(-10).ok is None


def test_a_listener_is_told_of_changes_only():
    assert observed("+++--+")[3] == [True, False, True]


def test_the_log_has_the_lines_of_keepalived():
    assert observed("+--2+")[1] == [
        "VRRP_Script(chk) succeeded",
        "Script `chk` now returning 1",
        "VRRP_Script(chk) failed (exited with status 1)",
        "Script `chk` now returning 2",
        "Script `chk` now returning 0",
        "VRRP_Script(chk) succeeded",
    ]


@pytest.mark.parametrize(
    ("letter", "line", "detail"),
    [
        ("t", "VRRP_Script(chk) timed_out", "timed out"),
        ("k", "VRRP_Script(chk) failed (due to signal 9)", "due to signal 9"),
        ("e", "VRRP_Script(chk) failed (cannot run /x: No such file or directory)", OUTCOMES["e"].error),
    ],
)
def test_each_way_to_fail_has_its_log_line(letter, line, detail):
    _says, lines, check, _changes = observed(letter)
    assert lines == [line]
    assert check.result(-10).detail == detail


def test_a_failed_check_tells_its_newest_reason():
    _says, _lines, check, changes = observed("-t")
    assert check.result(0).detail == "timed out"
    assert changes == [False, False]
