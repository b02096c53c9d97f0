# Copyright (c) 2026, the hotstandby.vrrp authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Parse keepalived.data, which keepalived writes on SIGUSR1, into plain records.

Pure. The file is for people, so nothing here relies on a line: a missing value is None or empty. It is tried with dumps
of keepalived 2.0.19 to 2.4.3. What releases word differently is known here: a list has its length behind its title
("Virtual IP = 2" before 2.1.0, "Virtual IP (2):" since 2.2.5) or none. A password is never kept.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Optional

_SECTION = re.compile(r"-+<\s*(?P<title>.+?)\s*>-+")
_LENGTH = re.compile(r"\s*\(\d+\)$")
_SECRET = re.compile(r"pass|key", re.IGNORECASE)
_TRACKED = re.compile(r"(?P<name>.+?),? weight (?P<weight>-?\d+)(?P<reverse> reverse)?")
_TRACKERS = {
    "Tracked interfaces": "interface",
    "Tracked scripts": "script",
    "Tracked files": "file",
    "Tracked processes": "process",
    "Tracked process": "process",
}


@dataclass
class DumpBlock:
    """It is one block of the dump: its ``key = value`` lines, and the lines below each title, which has no length."""

    title: str
    values: dict[str, str] = field(default_factory=dict)
    lists: dict[str, list[str]] = field(default_factory=dict)

    def get(self, *keys: str) -> Optional[str]:
        """Return the value of the first of ``keys`` that is there."""
        return next((self.values[key] for key in keys if key in self.values), None)

    def number(self, *keys: str) -> Optional[float]:
        """Return the number at the beginning of a value; None when there is none."""
        found = re.match(r"-?\d+(\.\d+)?", self.get(*keys) or "")
        return float(found.group()) if found else None

    def whole(self, *keys: str) -> Optional[int]:
        """Return the number at the beginning of a value without its fraction; None when there is none."""
        number = self.number(*keys)
        return None if number is None else int(number)

    def tracked(self) -> Iterator[tuple[str, str, int, bool]]:
        """Yield (kind, name, weight, reverse) of everything that it tracks."""
        for title, kind in _TRACKERS.items():
            for line in self.lists.get(title, ()):
                found = _TRACKED.fullmatch(line)
                if found:
                    yield kind, found["name"], int(found["weight"]), bool(found["reverse"])


@dataclass
class Dump:
    """It is a whole file: for each section its records, in order. ``globals`` is the section of global_defs."""

    globals: DumpBlock
    sections: dict[str, list[DumpBlock]]

    @property
    def instances(self) -> list[DumpBlock]:
        """Return one record for each VRRP instance."""
        return self._of("VRRP Topology")

    @property
    def scripts(self) -> dict[str, DumpBlock]:
        """Return the records of the VRRP scripts, by name."""
        return {record.title: record for record in self._of("VRRP Scripts")}

    @property
    def files(self) -> dict[str, DumpBlock]:
        """Return the records of the track files, by name."""
        return {record.title: record for record in self._of("VRRP Track files")}

    @property
    def processes(self) -> dict[str, DumpBlock]:
        """Return the records of the track processes, by name."""
        return {record.title: record for record in self._of("VRRP Track processes")}

    @property
    def interfaces(self) -> dict[str, DumpBlock]:
        """Return the records of the interfaces, by name."""
        return {record.title: record for record in self._of("Interfaces")}

    @property
    def groups(self) -> dict[str, DumpBlock]:
        """Return the records of the sync groups, by name; the title has the state behind a comma."""
        return {record.title.rpartition(", ")[0] or record.title: record for record in self._of("VRRP Sync groups")}

    def _of(self, title: str) -> list[DumpBlock]:
        return self.sections.get(title, [])


class DumpFormatError(ValueError):
    """The text is not what keepalived's VRRP process writes."""


def parse(text: str) -> Dump:
    """Parse a dump. Raises DumpFormatError when it is none."""
    common = DumpBlock("global_defs")
    sections: dict[str, list[DumpBlock]] = {}
    records: Optional[list[DumpBlock]] = None
    record, pending = common, ""
    for line in text.splitlines():
        heading = _SECTION.fullmatch(line.strip())
        if heading:
            title = heading["title"]
            records = None if title == "Global definitions" else sections.setdefault(title, [])
            record, pending = common, ""
            continue
        depth, words = len(line) - len(line.lstrip(" ")), line.strip()
        key, equals, value = (part.strip() for part in words.partition(" = "))
        if not words:
            continue
        if records is not None and depth == 1:
            record, pending = DumpBlock(value or words), ""
            records.append(record)
        elif words.endswith(":") and not equals:
            pending = _LENGTH.sub("", words[:-1].strip())
            record.lists.setdefault(pending, [])
        elif depth >= 5 and pending and not equals:
            record.lists.setdefault(pending, []).append(words)
        elif equals and not _SECRET.search(key):
            if depth < 5:
                pending = key if value.isdigit() else ""  # before 2.1.0 it may be the length of a list
            record.values.setdefault(key, value)
        elif not equals:
            _bare(record, words)
    if "VRRP Topology" not in sections and "Interfaces" not in sections:
        raise DumpFormatError("it has neither a VRRP topology nor interfaces")
    return Dump(common, sections)


def _bare(record: DumpBlock, words: str) -> None:
    """Keep a line without an equals sign that says something: "Using Native IPv6", "Check unicast src : no"."""
    key, colon, value = words.partition(" : ")
    record.values.setdefault(key.strip() if colon else words, value.strip() if colon else "")
