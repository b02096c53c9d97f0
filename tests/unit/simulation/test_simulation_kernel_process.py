# Copyright (c) 2026, the hotstandby.vrrp authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Test that a process runs, is paused or has ended."""

from __future__ import annotations

import pytest

from vrrp.simulation.kernel import ProcessState


def test_a_process_is_running_paused_or_ended():
    assert [(each.name, each.value) for each in ProcessState] == [
        ("RUNNING", "running"),
        ("PAUSED", "paused"),
        ("ENDED", "ended"),
    ]


def test_a_word_names_one_of_them():
    assert ProcessState("paused") is ProcessState.PAUSED
    with pytest.raises(ValueError, match="'stopped' is not a valid Process"):
        ProcessState("stopped")
