# Copyright (c) 2026, the hotstandby.vrrp authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""It leaves lines out of an import that are wrong, and that keepalived passes over too, and reports each. Pure.

The check of a file refuses these lines, because something is not as the person wanted who wrote them. An import has to
say what keepalived does today: the same file without them. Any other error is one of the import as well.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from typing import Any, Optional

from ..vrrp.config.keywords.table import ROOT, Block, Keyword
from ..vrrp.config.syntax.diagnostics import Invalid, Problem, Tolerated
from ..vrrp.config.syntax.parser import Statement, Word
from .import_gaps import Gap

# What keepalived takes in place of a value that it cannot read; "" is the default.
_VALUES = {
    "vrrp_instance": {"priority": "100", "state": "", "advert_int": ""},
    "vrrp_script": {"interval": "", "timeout": "", "rise": "", "fall": ""},
}
# Lists in an instance or a group: a line is ignored that names what is not there, or has no weight behind the name.
_LISTS = ("track_script", "track_process", "track_file")
# The agent cannot set all that keepalived can, so a line here may be one that keepalived does set.
_ROUTING = ("virtual_routes", "virtual_rules", "static_routes", "static_rules")
# Blocks that do nothing where one of these lines is missing or wrong.
_WHOLE = {
    "vrrp_script": ("script",),
    "vrrp_sync_group": ("group",),
    "authentication": ("auth_type", "auth_pass"),
}
_PASSED_OVER = "keepalived passes over it as well"
_WHOLE_BLOCK = "keepalived passes over the whole block as well"
_LEFT_OUT = "the line is left out"
_FIRST = "keepalived takes the first, and so does the import"


@dataclass(frozen=True)
class _Change:
    """It leaves the statement ``culprit`` out, or only its ``word``, or puts ``instead`` in its place.

    ``what`` ends the sentence.
    """

    culprit: Statement
    what: str
    keyword: str = ""
    instead: Optional[Statement] = None
    word: Optional[Word] = None


@dataclass(frozen=True)
class _Found:
    """It is the statement at the place of an error, with the block and the statement of the block that hold it.

    ``outer`` is the name of the block around this block, and ``word`` the one at the place of the error.
    """

    statement: Statement
    block: Block
    holder: Optional[Statement]
    outer: str = ""
    word: Optional[Word] = None


def without_passed_over(
    statements: tuple[Statement, ...], problems: Sequence[Problem], gaps: list[Gap]
) -> Optional[tuple[Statement, ...]]:
    """Return the statements without what causes ``problems``; None where keepalived does not pass over one of these.

    ``problems`` hold no secret. What is left out goes to ``gaps``.
    """
    places = {(each.path, each.line, each.column): each for each in problems}
    found = {place: each for place, each in _places(statements) if place in places}
    changes: dict[int, _Change] = {}
    told = []
    for place, problem in places.items():
        change = _judge(found[place]) if place in found else None
        if change is None:
            return None
        if changes.setdefault(id(change.word or change.culprit), change) is change:
            text = f"{problem.text}. {problem.rule}" if problem.rule else problem.text
            hint = problem.hint or "correct or remove it"
            told.append(Gap.at(change.culprit, f"{text}; {change.what}", hint, change.keyword))
    gaps.extend(told)
    return _changed(statements, changes)


def _places(statements: tuple[Statement, ...]) -> Iterator[tuple[tuple[str, int, int], _Found]]:
    """Yield the place of each word of each statement, with the statement."""
    stack: list[_Found] = [_Found(each, ROOT, None) for each in statements]
    while stack:
        each = stack.pop()
        for word in each.statement.words:
            yield (word.place.path, word.place.line, word.place.column), replace(each, word=word)
        entry = each.block.keywords.get(each.statement.keyword)
        if isinstance(entry, Block):
            inside = each.statement.children or ()
            stack.extend(_Found(child, entry, each.statement, each.block.name) for child in inside)


def _judge(found: _Found) -> Optional[_Change]:
    """Return what to do about the error of a statement; None where keepalived does not pass over it."""
    statement, block, keyword = found.statement, found.block, found.statement.keyword
    entry = block.keywords.get(keyword)
    if block.name in _ROUTING:
        return _Change(statement, _LEFT_OUT, block.name)
    if block.item is not None and statement.children is not None:
        return None
    if block.name in _LISTS and block.item is not None:
        # Of a wrong weight, or a wrong word behind it, keepalived ignores only that, and tracks.
        ignored = any(word is found.word for word in statement.words[:2])
        return _Change(statement, _PASSED_OVER, block.name) if ignored else None
    if (found.outer, block.name) == ("vrrp_sync_group", "group"):
        return _Change(statement, _PASSED_OVER, block.name, word=found.word)
    if block.name == "virtual_ipaddress":
        return _Change(statement, _PASSED_OVER, block.name) if _of_another_family(found) else None
    if isinstance(entry, Keyword) and len(statement.values) > 1:
        alone = replace(statement, words=statement.words[:2])
        one = not set(" [") & set(entry.values)  # of more than one value keepalived reads more than the first
        return _Change(statement, _FIRST, instead=alone) if one and _readable(entry, alone) else None
    if keyword in _VALUES.get(block.name, ()):
        return _with_default(found, entry)
    if keyword in _WHOLE.get(block.name, ()):
        return None if found.holder is None else _Change(found.holder, _WHOLE_BLOCK)
    return _Change(statement, _WHOLE_BLOCK) if keyword in _WHOLE and _lacks(statement) else None


def _with_default(found: _Found, entry: Any) -> Optional[_Change]:
    statement = found.statement
    default = _VALUES[found.block.name][statement.keyword]
    if statement.keyword == "advert_int" and _readable(entry, statement):
        return None  # it does not go with the version: keepalived rounds it, or takes the nearest value
    same = [each for each in (found.holder.children or () if found.holder else ()) if each.keyword == statement.keyword]
    if len(same) > 1 and not _first_state_counts(same):
        return None  # without the line another one would count, and not the default
    if not default:
        return _Change(statement, _PASSED_OVER)
    words = (statement.words[0], Word(default, statement.words[-1].place))
    return _Change(
        statement, f"keepalived takes {default}, and so does the import", instead=replace(statement, words=words)
    )


def _first_state_counts(lines: list[Statement]) -> bool:
    """Return whether the lines are states of which the first counts: behind BACKUP keepalived takes MASTER."""
    said = [" ".join(word.text for word in each.values) for each in lines]
    return set(said) <= {"MASTER", "BACKUP"} and (said[0] == "MASTER" or "MASTER" not in said)


def _readable(entry: Any, statement: Statement) -> bool:
    """Return whether the keyword can have the value that it has in ``statement``."""
    try:
        entry.convert(statement)
    except Invalid:
        return False
    return True


def _of_another_family(found: _Found) -> bool:
    """Return whether the address is not of the IP version of the first one of its block."""
    lines = (found.holder.children if found.holder else None) or (found.statement,)
    first, own = _version(found.block, lines[0]), _version(found.block, found.statement)
    return None not in (first, own) and first != own


def _version(block: Block, statement: Statement) -> Optional[int]:
    try:
        value = block.item(statement) if block.item else None
    except Invalid:
        return None
    value = value.value if isinstance(value, Tolerated) else value
    return None if value is None else int(value.address.version)


def _lacks(statement: Statement) -> bool:
    """Return whether one of the lines is missing without which the block does nothing."""
    there = {each.keyword for each in statement.children or () if each.children or each.values}
    return not set(_WHOLE[statement.keyword]) <= there


def _changed(statements: tuple[Statement, ...], changes: dict[int, _Change]) -> tuple[Statement, ...]:
    kept = []
    for each in statements:
        change = changes.get(id(each))
        if change is None:
            words = tuple(word for word in each.words if id(word) not in changes)
            if words:
                each = replace(each, words=words)
                kept.append(replace(each, children=_changed(each.children, changes)) if each.children else each)
        elif change.instead is not None:
            kept.append(change.instead)
    return tuple(kept)
