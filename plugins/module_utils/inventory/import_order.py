# Copyright (c) 2026, the hotstandby.vrrp authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""It leaves lines out of an import that name what is defined further down: keepalived does not find that. Pure."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

from ..vrrp.config.syntax.parser import Statement
from .import_gaps import Gap

# Lists of what is tracked -> the blocks that define it.
_DEFINED = {
    "track_script": ("vrrp_script",),
    "track_process": ("vrrp_track_process",),
    "track_file": ("track_file", "vrrp_track_file"),
}
_STATIC = ("static_ipaddress", "static_routes", "static_rules")
_TRACKING = ("vrrp_instance", "vrrp_sync_group")


def without_early(statements: tuple[Statement, ...], gaps: list[Gap]) -> tuple[Statement, ...]:
    """Return the statements without lines of ``track_script`` and the like that stand above what they name.

    Each goes to ``gaps``. So does a static line that names a ``track_group`` further down, which is kept.
    """
    kept = []
    for index, statement in enumerate(statements):
        above, below = set(_names(statements[:index])), set(_names(statements[index:]))
        later = below - above
        if statement.keyword in _TRACKING and statement.children:
            lists = tuple(_found(each, later, gaps) for each in statement.children)
            statement = replace(statement, children=lists)
        elif statement.keyword in _STATIC:
            for line in statement.children or ():
                _tell_group(line, later, gaps)
        kept.append(statement)
    return tuple(kept)


def _names(statements: tuple[Statement, ...]) -> Iterator[tuple[str, str]]:
    """Yield (keyword, name) of each block that defines something."""
    for each in statements:
        if len(each.values) == 1:
            yield each.keyword, each.values[0].text


def _found(block: Statement, later: set[tuple[str, str]], gaps: list[Gap]) -> Statement:
    kept = []
    for line in block.children or ():
        if any((home, line.keyword) in later for home in _DEFINED.get(block.keyword, ())):
            why = f"{line.keyword} is defined below: keepalived does not find it here, and tracks it not"
            gaps.append(Gap.at(line, why, "move the definition up, and then it is tracked", block.keyword))
        else:
            kept.append(line)
    return block if block.children is None else replace(block, children=tuple(kept))


def _tell_group(line: Statement, later: set[tuple[str, str]], gaps: list[Gap]) -> None:
    words = [word.text for word in line.words]
    for word, name in zip(words, words[1:]):
        if word == "track_group" and ("track_group", name) in later:
            why = f"the track_group {name} is defined below: keepalived does not find it here; here it counts"
            gaps.append(Gap.at(line, why, "move the track_group up", "track_group"))
