# Copyright (c) 2026, the hotstandby.vrrp authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Test that the page is one file that needs nothing else, with a summary and a section for each instance."""

from __future__ import annotations

import re
from html.parser import HTMLParser

from ansible_collections.hotstandby.vrrp.plugins.module_utils.report.page import page
from example_report import DRILLED, HOSTILE, instance, report

VOID = {"meta", "br"}


class Reader(HTMLParser):
    """It keeps the elements, and fails where one is not closed."""

    def __init__(self, text):
        super().__init__()
        self.open, self.tags, self.cells, self.attributes = [], [], [], []
        self.feed(text)
        self.close()
        assert self.open == []

    def handle_starttag(self, tag, attributes):
        self.tags.append(tag)
        self.attributes += attributes
        if tag not in VOID:
            self.open.append(tag)
        if tag in ("td", "th"):
            self.cells.append("")

    def handle_startendtag(self, tag, attributes):
        self.tags.append(tag)
        self.attributes += attributes

    def handle_endtag(self, tag):
        assert self.open.pop() == tag

    def handle_data(self, data):
        if self.open and {"td", "th"} & set(self.open):
            self.cells[-1] += data


def test_the_summary_comes_first_and_each_instance_has_a_section():
    text = page(report(instance(), instance(pair="db", name="VI_2")))
    read = Reader(text)
    assert read.cells[:10] == [
        *("Pair and instance", "What happens", "At best", "Middle", "At worst"),
        *("web VI_1192.168.8.100/24", "kill node-a", "2.65 s", "3.12 s", "3.59 s"),  # an address has its own line
    ]
    assert read.tags.count("section") == read.tags.count("svg") == 2
    assert text.index("<table>") < text.index("<svg")
    links = [value[1:] for name, value in read.attributes if name == "href"]
    assert links == [value for name, value in read.attributes if name == "id"]


def test_the_summary_has_addresses_once_and_the_report_its_remarks():
    text = page(report(instance(), instance(), remarks=["two addresses are made up"]))
    summary, _, _sections = text.partition("<section")
    assert summary.count("192.168.8.100/24") == 1 and summary.count("web VI_1") == 2
    assert "two addresses are made up" in summary


def test_a_drill_has_what_was_measured_and_the_verdict():
    failed = {**DRILLED, "passed": False}
    read = Reader(page(report(instance(**failed), instance(expected=None), kind="drill")))
    assert read.cells[5:8] == ["Lost", "Longest", "Result"]
    assert read.cells[13:16] == ["31 of 2000", "3.10 s", "failed"]
    assert read.cells[18:24] == ["-"] * 6


def test_there_is_no_script_and_nothing_from_elsewhere():
    text = page(report())
    read = Reader(text)
    assert not {"script", "link", "img", "iframe"} & set(read.tags)
    assert "src" not in dict(read.attributes) and "url(" not in text and "@import" not in text
    assert re.findall(r"https?://[^\"]*", text) == ["http://www.w3.org/2000/svg"]  # the name of a language


def test_texts_cannot_become_elements():
    hostile = instance(pair=HOSTILE, name=HOSTILE, addresses=[HOSTILE], remarks=[HOSTILE])
    hostile["timeline"]["faults"][0]["text"] = hostile["timeline"]["owners"][0]["host"] = HOSTILE
    read = Reader(page(report(hostile, title=HOSTILE, made_at=HOSTILE, kind=HOSTILE)))
    assert "script" not in read.tags
    assert f"{HOSTILE} {HOSTILE}{HOSTILE}" in read.cells


def test_a_loss_that_never_ends_is_no_number():
    text = page(report(instance(expected={"best_s": 20.0, "middle_s": 20.0, "worst_s": 20.0, "for_good": True})))
    assert "Expected: no answer any more." in text and "20.00 s" not in text


def test_many_events_and_many_addresses_are_cut():
    lost = [{"from_s": 10 + at / 10, "to_s": 10 + at / 10 + 0.01, "count": 1} for at in range(100)]
    many = instance(timeline={"lost": lost}, addresses=[f"192.0.2.{at}/24" for at in range(5)])
    text = page(report(many))
    assert "<td>and 44 more</td>" in text
    assert "192.0.2.0/24, 192.0.2.1/24, 192.0.2.2/24 and 2 more" in text
