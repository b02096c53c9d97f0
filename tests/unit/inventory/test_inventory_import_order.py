# Copyright (c) 2026, the hotstandby.vrrp authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Test that lines which name what is defined below are left out of an import, each with a gap, and no others."""

from __future__ import annotations

import pytest
from ansible_collections.hotstandby.vrrp.plugins.module_utils.inventory.import_order import without_early
from ansible_collections.hotstandby.vrrp.plugins.module_utils.vrrp.config.syntax.parser import parse

LISTS = [
    ("track_script", "vrrp_script"),
    ("track_process", "vrrp_track_process"),
    ("track_file", "track_file"),
    ("track_file", "vrrp_track_file"),
]


def of(text):
    """Return the lines that are left in the inner blocks, and (keyword, line) of the gaps."""
    gaps = []
    kept = without_early(parse(text, "f").statements, gaps)
    lines = [
        [word.text for word in line.words]
        for each in kept
        for inner in each.children or ()
        for line in inner.children or ()
    ]
    return lines, [(gap.keyword, gap.line) for gap in gaps]


@pytest.mark.parametrize("holder", ["vrrp_instance A", "vrrp_sync_group G"])
@pytest.mark.parametrize(("block", "home"), LISTS)
def test_a_line_above_the_definition_is_left_out_and_one_below_stays(block, home, holder):
    text = f"{home} a {{\n}}\n{holder} {{\n{block} {{\na\nb weight 5\nc\n}}\n}}\n{home} b {{\n}}\n"
    assert of(text) == ([["a"], ["c"]], [(block, 6)])


def test_a_name_that_is_defined_above_and_below_is_found():
    text = "vrrp_script a {\n}\nvrrp_instance A {\ntrack_script {\na\n}\n}\nvrrp_script a {\n}\n"
    assert of(text) == ([["a"]], [])


def test_a_definition_of_another_kind_is_none():
    text = "vrrp_instance A {\ntrack_script {\na\n}\nvirtual_ipaddress {\nb\n}\n}\ntrack_file a {\n}\n"
    assert of(text + "vrrp_script b {\n}\n") == ([["a"], ["b"]], [])


@pytest.mark.parametrize("home", ["static_ipaddress", "static_routes", "static_rules"])
def test_a_static_line_above_its_track_group_stays_and_is_told(home):
    group = "track_group g {\n}\n"
    text = f"{home} {{\nx\ny track_group g\n}}\n"
    assert of(text + group)[1] == [("track_group", 3)]
    assert of(group + text)[1] == []
    statements = parse(text + group, "f").statements
    assert without_early(statements, []) == statements
