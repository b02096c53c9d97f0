# Copyright (c) 2026, the hotstandby.vrrp authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Test that each kind of value becomes lines of the file."""

from __future__ import annotations

import pytest
from ansible_collections.hotstandby.vrrp.plugins.module_utils.inventory import writers


@pytest.mark.parametrize(
    ("write", "value", "lines"),
    [
        ("word", True, ["w"]),
        ("word", 5, ["w 5"]),
        ("word", 0.00001, ["w 0.00001"]),
        ("word", 0.5, ["w 0.5"]),
        ("word", "all 30", ["w all 30"]),
        ("quoted", "a b", ['w "a b"']),
        ("command", True, ["w"]),
        ("command", "/bin/n x", ['w "/bin/n x"']),
        ("command", {"command": "/bin/n", "user": "root root"}, ['w "/bin/n" root root']),
        ("command", {"command": "/bin/n", "user": None}, ['w "/bin/n"']),
        ("fifo", "/run/f", ["w /run/f"]),
        ("fifo", {"path": "/run/f", "user": "root"}, ["w /run/f root"]),
        ("fifo", {"path": "/run/f", "script": "/bin/r x"}, ["w /run/f", 'w_script "/bin/r x"']),
        ("block", [], []),
        (
            "block",
            ["a b", {"name": "chk", "weight": 5, "reverse": True}],
            ["w {", "    a b", "    chk weight 5 reverse", "}"],
        ),
        ("each", ["a b", {"address": "192.168.8.1", "interval": 2}], ["w a b", "w 192.168.8.1 interval 2"]),
    ],
)
def test_a_value_is_written_as_lines(write, value, lines):
    assert list(getattr(writers, write)("w", value)) == lines


@pytest.mark.parametrize(("value", "written"), [(2, 2), (0.25, "0.25"), ("1e-05", "1e-05"), (1e-05, "0.00001")])
def test_a_number_is_written_in_digits(value, written):
    assert writers.plain(value) == written
