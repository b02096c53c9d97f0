# Copyright (c) 2026, the hotstandby.vrrp authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""It lists the parts of the language of a file that came later than the oldest known release of keepalived."""

from __future__ import annotations

import re
from dataclasses import dataclass

from .keepalived_changes import IGNORED, OTHER_MEANING


@dataclass(frozen=True)
class SyntaxChange:
    """It is a part of the language of a file that releases before ``since`` do not know: ``pattern`` finds it."""

    name: str
    pattern: re.Pattern[str]
    since: str
    effect: str
    what: str
    advice: str


SYNTAX_CHANGES: tuple[SyntaxChange, ...] = (
    SyntaxChange(
        "~LST",
        re.compile(r"~LST\("),
        "2.1.0",
        OTHER_MEANING,
        "it takes the word for a part of the line",
        "write a line for each value",
    ),
    SyntaxChange(
        "~SEQx",
        re.compile(r"~SEQx\("),
        "2.1.0",
        OTHER_MEANING,
        "it takes the word for a part of the line",
        "~LST since 2.1.0, or a line for each value",
    ),
    SyntaxChange(
        "${_HASH}, ${_BANG}",
        re.compile(r"\$\{?_(HASH|BANG)\b"),
        "2.1.4",
        OTHER_MEANING,
        "it leaves the name as it stands",
        "put the character into a script",
    ),
    SyntaxChange(
        "includer, includem, includew, includeb, includea",
        re.compile(r"^\s*include[rmwba](?=\s)"),
        "2.2.0",
        IGNORED,
        "it does not know the keyword, and reads no file",
        "include, which every release knows",
    ),
    SyntaxChange(
        "${_ENV NAME}",
        re.compile(r"\$\{_ENV\b"),
        "2.4.0",
        OTHER_MEANING,
        "it leaves the name as it stands",
        "write the value",
    ),
)
