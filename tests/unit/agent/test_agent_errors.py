# Copyright (c) 2026, the hotstandby.vrrp authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""A command is refused with one sentence, and what is behind it."""

from __future__ import annotations

import pytest

from vrrp.agent.errors import CommandError


@pytest.mark.parametrize("problems", [(), ("f:1:1: error: x", "f:2:1: error: y")])
def test_a_refusal_is_its_sentence_and_the_problems(problems):
    error = CommandError("the file is not valid", problems) if problems else CommandError("the file is not valid")
    assert (str(error), error.problems) == ("the file is not valid", problems)
