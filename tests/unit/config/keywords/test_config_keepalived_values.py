# Copyright (c) 2026, the hotstandby.vrrp authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Test the list of values that some releases of keepalived take otherwise."""

from __future__ import annotations

import pytest

from vrrp.config.keywords.keepalived_changes import EFFECTS
from vrrp.config.keywords.keepalived_releases import RELEASES, release
from vrrp.config.keywords.keepalived_values import VALUE_CHANGES
from vrrp.config.keywords.table import blocks


def test_each_entry_is_about_a_keyword_of_the_table_and_its_releases_exist():
    known = {(block.name, name) for block in blocks() for name in block.keywords}
    lines = {(block.name, "") for block in blocks() if block.item}
    for change in VALUE_CHANGES:
        assert (change.block, change.keyword) in known | lines
        assert {change.first, change.mended} <= {"", *RELEASES}
        assert change.effect in EFFECTS and change.what and change.advice


@pytest.mark.parametrize("change", VALUE_CHANGES, ids=lambda each: f"{each.block}-{each.keyword}-{each.values}")
def test_an_entry_holds_from_its_first_release_until_it_is_mended(change):
    holds = [version for version in RELEASES if change.holds(release(version))]
    first, mended = change.first or RELEASES[0], change.mended
    end = RELEASES.index(mended) if mended else len(RELEASES)
    assert holds == RELEASES[RELEASES.index(first) : end] != []
