# Copyright (c) 2026, the hotstandby.vrrp authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Report NUL characters, and octets that are not UTF-8, in a line of a file."""

from __future__ import annotations

import re

from .diagnostics import Diagnostics, Location

_NOT_UTF8 = re.compile("[\\udc80-\\udcff]")  # as "surrogateescape" decodes an octet


class Encoding:
    """It looks at each line of all files. A comment in another encoding is reported once for each file."""

    def __init__(self, findings: Diagnostics) -> None:
        self._findings = findings
        self._told: set[str] = set()

    def look(self, line: str, start: Location, end: int) -> None:
        """Report problems of ``line``, which begins at ``start`` and has its comment from the index ``end`` on."""
        if "\0" in line:
            self._findings.error(start._replace(column=line.index("\0") + 1), "NUL character", hint="remove it")
        found = None if line.isascii() else _NOT_UTF8.search(line)
        if found is None:
            return
        place, hint = start._replace(column=found.start() + 1), "save it as UTF-8"
        if found.start() < end:
            self._findings.error(place, "the file is not UTF-8", hint=hint)
        elif start.path not in self._told:
            self._told.add(start.path)
            self._findings.tolerated(place, "this comment is not UTF-8", "keepalived reads no comment, nor do we", hint)
