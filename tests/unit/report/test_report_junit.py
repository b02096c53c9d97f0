# Copyright (c) 2026, the hotstandby.vrrp authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Test that the JUnit document has a case for each instance, with its verdict."""

from __future__ import annotations

from xml.etree import ElementTree

from ansible_collections.hotstandby.vrrp.plugins.module_utils.report.junit import junit
from example_report import DRILLED, HOSTILE, instance, report


def read(*instances, **changes):
    root = ElementTree.fromstring(junit(report(*instances, **changes)).encode())
    return root, root.findall("testsuite/testcase")


def test_each_verdict_is_what_junit_calls_it():
    failed = instance(**{**DRILLED, "passed": False}, remarks=["31 probes lost, none may be", "see the timeline"])
    root, cases = read(instance(**DRILLED), failed, instance(pair="db"))
    suite = root.find("testsuite")
    for element in (root, suite):
        assert [element.get(key) for key in ("tests", "failures", "errors", "skipped")] == ["3", "1", "0", "1"]
    assert (suite.get("timestamp"), suite.get("time")) == ("2026-11-30T12:00:00+00:00", "90.000")
    assert [[child.tag for child in case] for case in cases] == [
        ["system-out"],
        ["failure", "system-out"],
        ["skipped", "system-out"],
    ]
    assert cases[1].find("failure").get("message") == "31 probes lost, none may be"
    assert cases[1].findtext("failure") == "31 probes lost, none may be\nsee the timeline"


def test_a_case_says_which_pair_and_what_happened():
    _root, (case,) = read(instance(**DRILLED, remarks=["node-a came back by itself"]))
    assert (case.get("classname"), case.get("name"), case.get("time")) == ("web", "VI_1: kill node-a", "30.000")
    assert case.findtext("system-out").splitlines() == [
        "0.000 s: node-a owns the addresses already",
        "10.000 s: kill node-a",
        "10.000 s: node-a does not own the addresses any more",
        "10.000 s: no answer for 3.15 s",
        "13.150 s: node-b owns the addresses",
        "Expected loss: 2.65 s at best, 3.12 s in the middle, 3.59 s at worst.",
        "measured: 31 of 2000 probes lost, the longest gap 3.10 s",
        "node-a came back by itself",
    ]


def test_a_failure_without_a_remark_has_a_message():
    _root, (case,) = read(instance(passed=False, expected=None))
    assert case.find("failure").get("message") == "failed"
    assert "Expected" not in case.findtext("system-out")


def test_no_character_makes_the_document_unreadable():
    root, (case,) = read(instance(pair=HOSTILE, name="a\x00\x1bb\ud800", passed=False, remarks=["\x07"]), title=HOSTILE)
    assert root.get("name") == case.get("classname") == HOSTILE
    assert case.get("name") == "a??b?: kill node-a"
    assert case.find("failure").get("message") == "?"
