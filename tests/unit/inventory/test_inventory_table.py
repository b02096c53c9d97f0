# Copyright (c) 2026, the hotstandby.vrrp authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Test that columns are as wide as their longest cell, and that no value is a dash."""

from __future__ import annotations

import pytest
from ansible_collections.hotstandby.vrrp.plugins.module_utils.inventory.table import lines


def test_columns_are_aligned_in_the_order_that_was_asked_for():
    rows = [{"host": "node-a", "vips": "192.168.8.100", "x": 1}, {"host": "n", "vips": "::1"}]
    assert lines(rows, ["host", "vips"]) == ["HOST    VIPS", "node-a  192.168.8.100", "n       ::1"]
    assert lines(rows, ["vips", "host"]) == ["VIPS           HOST", "192.168.8.100  node-a", "::1            n"]


def test_a_heading_may_be_wider_than_its_cells():
    assert lines([{"priority": 7, "b": 8}], ("priority", "b")) == ["PRIORITY  B", "7         8"]


def test_a_table_without_rows_has_its_heading():
    assert lines([], ["host", "state"]) == ["HOST  STATE"]
    assert lines(iter(()), ["host"]) == ["HOST"]


@pytest.mark.parametrize(
    ("value", "shown"),
    [
        (None, "-"),
        ("", "-"),
        ([], "-"),
        ((), "-"),
        (["a", 1], "a, 1"),
        (("a",), "a"),
        (0, "0"),
        (False, "False"),
        (1.5, "1.5"),
    ],
)
def test_each_value_is_shown_in_its_cell(value, shown):
    assert lines([{"a": value, "b": "x"}], ["a", "b"])[1].split("  ")[0].rstrip() == shown
    assert lines([{"a": value}], ["a"]) == ["A", shown]


def test_a_missing_cell_is_a_dash():
    assert lines([{}], ["a", "b"]) == ["A  B", "-  -"]


def test_no_line_ends_with_spaces():
    assert lines([{"a": "1", "b": "long"}, {"a": "2", "b": " "}], ["a", "b"]) == ["A  B", "1  long", "2"]
