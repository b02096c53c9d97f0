# Copyright (c) 2026, the hotstandby.vrrp authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Check results and what they make of a priority."""

from __future__ import annotations

import pytest

from vrrp.protocol.tracking import CheckResult, Reason, verdict


def script(name, ok, weight=0, detail=""):
    return CheckResult(name, "script", ok, weight, detail)


@pytest.mark.parametrize(
    ("base", "checks", "priority"),
    [
        (100, [], 100),
        (100, [script("chk", True, -20)], 100),
        (100, [script("chk", False, -20)], 80),
        (100, [script("chk", True, 20)], 120),
        (100, [script("chk", False, 20)], 100),
        (100, [script("chk", None, -20), script("other", None, 20)], 100),
        (100, [script("a", False, -20), script("b", True, 5)], 85),
        (10, [script("chk", False, -20)], 1),
        (250, [script("chk", True, 20)], 254),
        (255, [script("chk", False, -20)], 255),
    ],
)
def test_effective_priority(base, checks, priority):
    result = verdict(base, checks)
    assert (result.priority, result.faults) == (priority, ())


def test_a_check_without_weight_that_fails_is_a_fault_with_its_reason():
    assert verdict(100, [script("chk_tomcat", False, detail="exited with status 1")]).faults == (
        "script chk_tomcat failed: exited with status 1",
    )
    assert verdict(100, [script("chk_tomcat", None)]).faults == ()
    assert verdict(255, [script("chk_tomcat", False)]).faults == ("script chk_tomcat failed",)


def test_the_reasons_say_how_the_priority_came_about():
    result = verdict(100, [script("chk_tomcat", False, -10)])
    assert result.reasons == (Reason("chk_tomcat", -10, "failed"),)
    assert result.explain(100) == "base 100, chk_tomcat -10"
    assert verdict(100, []).explain(100) == ""
