# Copyright (c) 2026, the hotstandby.vrrp authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The tests of the values of keywords share how a line is given to its converter."""

from __future__ import annotations

import pytest

from vrrp.config.syntax.diagnostics import Invalid
from vrrp.config.syntax.parser import parse


def statement(line):
    (found,) = parse(line, "f").statements
    return found


def refusal(convert, line):
    """Return text, rule, hint and column of what ``convert`` raises for a line."""
    with pytest.raises(Invalid) as raised:
        convert(statement(line))
    found = raised.value
    return found.text, found.rule, found.hint, found.place and found.place.column
