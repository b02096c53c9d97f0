# Copyright (c) 2026, the hotstandby.vrrp authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Test that the likely spelling of a misspelt word is found."""

from __future__ import annotations

import pytest

from vrrp.config.syntax.suggest import closest, did_you_mean

WORDS = ["priority", "preempt_delay", "virtual_router_id", "PASS"]


@pytest.mark.parametrize(
    ("word", "expected"),
    [
        ("priorty", "priority"),
        ("PRIORITY", "priority"),
        ("virtual-router-id", "virtual_router_id"),
        ("virtualrouterid", "virtual_router_id"),
        ("pass", "PASS"),
        ("\u00a0priority", "priority"),
        ("x", None),
        ("", None),
        ("p" * 100000, None),
    ],
)
def test_the_closest_word_is_found(word, expected):
    assert closest(word, WORDS) == expected


def test_did_you_mean_names_the_closest_word():
    assert did_you_mean("priorty", WORDS) == "did you mean priority?"
    assert did_you_mean("x", WORDS) == ""
