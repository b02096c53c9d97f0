# Copyright (c) 2026, the hotstandby.vrrp authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Test the list of the parts of the language that came later."""

from __future__ import annotations

import pytest

from vrrp.config.keywords.keepalived_changes import EFFECTS
from vrrp.config.keywords.keepalived_language import SYNTAX_CHANGES
from vrrp.config.keywords.keepalived_releases import RELEASES


@pytest.mark.parametrize("change", SYNTAX_CHANGES, ids=lambda each: each.name)
def test_each_part_has_a_release_an_effect_and_what_to_do(change):
    assert change.since in RELEASES[1:] and change.effect in EFFECTS and change.what and change.advice


@pytest.mark.parametrize(
    "line, name",
    [
        ("include /x", None),
        ("  includer /x", "includer, includem, includew, includeb, includea"),
        ("includes /x", None),
        ("$A=${_BANG}", "${_HASH}, ${_BANG}"),
        ("$A=${_BANGS}", None),
        ("~SEQ(X, 1, 2) $X", None),
    ],
)
def test_a_line_has_a_part_or_none(line, name):
    assert next((each.name for each in SYNTAX_CHANGES if each.pattern.search(line)), None) == name
