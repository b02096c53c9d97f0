# Copyright (c) 2026, the hotstandby.vrrp authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Say what a release of keepalived would ignore or refuse in a file, or understand otherwise than its newest one. Pure.

Lines that begin with ``@hotstandby`` are left out, as each release skips them.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from collections.abc import Set as AbstractSet
from dataclasses import dataclass, replace
from typing import Optional

from .keywords.keepalived_changes import IGNORED, REFUSED, ValueChange
from .keywords.keepalived_language import SYNTAX_CHANGES
from .keywords.keepalived_releases import BUILT_WITH, NEVER, KeepalivedRelease, advice, knows, number, since
from .keywords.keepalived_values import VALUE_CHANGES
from .keywords.table import ROOT, WORKS, Block, Entry, blocks_of
from .syntax.diagnostics import Location, Problem, printable
from .syntax.include import NOWHERE, Surroundings
from .syntax.parser import Statement, Word, parse
from .syntax.redact import Secrets
from .syntax.source_line import decomment

#: What stands in a list of trackers -> the blocks that define it. keepalived looks only above the list.
_DEFINED_BY = {
    "track_script": ("vrrp_script",),
    "track_file": ("track_file", "vrrp_track_file"),
    "track_process": ("vrrp_track_process",),
}
_STATIC = ("static_ipaddress", "static_routes", "static_rules")

_CHANGES: dict[tuple[str, str], list[ValueChange]] = {}
for _change in VALUE_CHANGES:
    _CHANGES.setdefault((_change.block, _change.keyword), []).append(_change)

_Places = tuple[tuple[Block, Sequence[Statement], int], ...]  # an open block and its statements, up to which it is read


@dataclass(frozen=True)
class VersionDifference:
    """It is one line of a file that a release does not take as it is meant.

    ``effect`` is one of :data:`.keywords.keepalived_changes.EFFECTS`. ``since`` is the first release that takes it as
    it is meant: "" where each later one differs too, or none knows it. ``text`` says what this release does, ``advice``
    what to do. No field holds a value of the file.
    """

    path: str
    line: int
    column: int
    block: str
    keyword: str
    effect: str
    since: str
    text: str
    advice: str

    def __str__(self) -> str:
        return str(Problem(self.path, self.line, self.column, "", self.advice, self.text, self.effect))


@dataclass(frozen=True)
class Comparison:
    """It is what a release of keepalived does not take as it is meant, in the order of the lines.

    ``not_compared`` are (place, note) of the lines about which the table does not know enough: the blocks of
    keepalived's other parts, keywords that only some builds know, and values that the agent does not use.
    """

    release: KeepalivedRelease
    differences: tuple[VersionDifference, ...] = ()
    not_compared: tuple[tuple[Location, str], ...] = ()


def compare(
    text: str, path: str, named: KeepalivedRelease, config_id: str = "", surroundings: Surroundings = NOWHERE
) -> Comparison:
    """Return what ``named`` does not take as it is meant. Never raises for bad input.

    ``config_id`` and ``surroundings`` are those of :func:`.loader.inspect`.
    """
    secrets = Secrets()
    tree = parse(text.removeprefix("\ufeff"), path, config_id, surroundings, secrets)
    said = {inner.keyword for each in tree.statements if each.keyword == "global_defs" for inner in each.children or ()}
    found = [*_Blocks(named, secrets).of_block(ROOT, tree.statements, said), *_of_order(tree.statements, named)]
    for name, part in ((path, text), *secrets.sources[1:]):
        found += _of_syntax(name, part, named, config_id)
    told = (_hidden(each, named) if secrets.covers(_place(each)) else each for each in found)
    differences = tuple(sorted(told, key=lambda each: (each.path, each.line, each.column)))
    return Comparison(named, differences, tuple(_not_compared(tree.statements)))


def _not_compared(statements: Sequence[Statement]) -> Iterator[tuple[Location, str]]:
    unused: dict[str, Location] = {}
    for block, statement in _known(ROOT, statements):
        entry = block.keywords[statement.keyword]
        if isinstance(entry, Block) and entry.foreign and statement.children:
            yield statement.place, f"{entry.name} is of another part of keepalived, and its keywords were not compared"
        elif entry.standing != WORKS and (statement.values or statement.children):
            unused.setdefault(entry.name, statement.place)
        option = BUILT_WITH.get(entry.name) if block.name == "global_defs" else None
        if option is not None:
            yield statement.place, f"{entry.name} is known only to a keepalived that is built with {option}"
    if unused:
        names = ", ".join(unused)
        yield list(unused.values())[0], f"the agent does not use {names}, and did not compare the values"


def _known(block: Block, statements: Sequence[Statement]) -> Iterator[tuple[Block, Statement]]:
    """Yield (block, statement) of each statement with a keyword of keepalived that the table has."""
    for statement in statements:
        entry = block.keywords.get(statement.keyword)
        if entry is not None and not statement.addition and not entry.addition:
            yield block, statement
            if isinstance(entry, Block):
                yield from _known(entry, statement.children or ())


def _of_syntax(path: str, text: str, named: KeepalivedRelease, config_id: str) -> Iterator[VersionDifference]:
    changes = [change for change in SYNTAX_CHANGES if named < number(change.since)]
    for at, line in enumerate(text.split("\n") if changes else (), 1):
        code = line[: decomment(line).end]
        condition = re.match(r"\s*@(\^?)(\S*)", code)
        if condition is not None:
            if (condition[2] == config_id) is bool(condition[1]):
                continue  # the line is for another machine
            code = code[condition.end() :].rjust(len(code))
        for change in changes:
            found = change.pattern.search(code)
            if found:
                name = found.group().strip(" \t(")
                words = f"keepalived {named} does not know {name}: {change.what}"
                place = Location(path, at, found.end() - len(found.group().lstrip()) + 1)
                yield _difference(place, ROOT, name, change.effect, change.since, words, change.advice)


def _of_order(statements: Sequence[Statement], named: KeepalivedRelease) -> Iterator[VersionDifference]:
    """Yield the lines that name a tracker or a track_group that is only defined below: no release finds it."""
    every = {(each.keyword, each.values[0].text) for each in statements if each.values}
    above: set[tuple[str, str]] = set()
    for statement in statements:
        if statement.values:
            above.add((statement.keyword, statement.values[0].text))
        for block, kinds, word in _named(statement):
            defined = {(kind, word.text) for kind in kinds}
            if defined & every and not defined & above:
                what = f"{kinds[0]} that is defined below"
                text = f"{block} names a {what}: keepalived {named} does not find it, and does not track it"
                yield _difference(word.place, ROOT, block, IGNORED, "", text, f"put the {kinds[0]} above this block")


def _named(statement: Statement) -> Iterator[tuple[str, tuple[str, ...], Word]]:
    """Yield (block, kinds of definition, name) of what the lines of a block at the top of a file name."""
    for inner in statement.children or ():
        if statement.keyword in _STATIC:
            names = [name for word, name in zip(inner.words, inner.words[1:]) if word.text == "track_group"]
            yield from ((statement.keyword, ("track_group",), name) for name in names)
        elif statement.keyword in ("vrrp_instance", "vrrp_sync_group") and inner.keyword in _DEFINED_BY:
            yield from ((inner.keyword, _DEFINED_BY[inner.keyword], line.words[0]) for line in inner.children or ())


class _Blocks:
    """It compares the keywords of blocks with what a release knows."""

    def __init__(self, named: KeepalivedRelease, secrets: Secrets) -> None:
        self._named = named
        self._secrets = secrets
        self._ended = (
            False  # an unknown block has ended the block at the top that is compared now: what follows is told
        )

    def of_block(
        self, block: Block, statements: Sequence[Statement], said: AbstractSet[str], around: _Places = ()
    ) -> Iterator[VersionDifference]:
        """Yield the differences of a block.

        ``said`` are the keywords of global_defs and of the blocks around it, ``around`` its places in those.
        """
        if block.name and block.item is None:
            said = said | {each.keyword for each in statements}
        for index, statement in enumerate(statements):
            self._ended = self._ended and bool(block.name)
            if statement.addition:
                continue
            if block.item is not None:
                yield from self._of_values(block, "", statement, said)
                continue
            entry = block.keywords.get(statement.keyword)
            places = (*around, (block, statements, index)) if block.name else ()
            if entry is None or entry.addition or not knows(self._named, block.name, entry.name):
                yield self._unknown(block, entry, statement, () if self._ended else places)
                self._ended = self._ended or statement.children is not None
                continue
            yield from self._of_values(block, entry.name, statement, said)
            if isinstance(entry, Block) and statement.children and (entry.item or entry.keywords):
                yield from self.of_block(entry, statement.children, said, places)

    def _of_values(
        self, block: Block, keyword: str, statement: Statement, said: AbstractSet[str]
    ) -> Iterator[VersionDifference]:
        for change in _CHANGES.get((block.name, keyword), ()):
            company = said.isdisjoint(change.unless) and (not change.beside or not said.isdisjoint(change.beside))
            if company and change.holds(self._named):
                word = change.find(statement)
                if word is not None:
                    subject = keyword or block.name
                    text = f"{subject}{change.case}, in keepalived {self._named}: {change.what}"
                    yield _difference(word.place, block, subject, change.effect, change.mended, text, change.advice)

    def _unknown(
        self, block: Block, entry: Optional[Entry], statement: Statement, places: _Places
    ) -> VersionDifference:
        """Return the difference of a keyword that came later, or that no release knows there.

        keepalived reads on behind the name of a keyword that it does not know, brace by brace. So the } of an unknown
        block closes the block around it, and what follows in ``places`` is lost.
        """
        name = "the keyword" if block.secret and entry is None else printable(statement.keyword)
        first = None if entry is None or entry.addition else since(block.name, entry.name)
        if first is None:
            text = f"no release of keepalived knows {name}{_where(block)}"
            what = _correction(entry, statement)
        else:
            known = "no release does" if first == NEVER else f"{first} is the first that does"
            text = f"keepalived {self._named} does not know {name}{_where(block)}; {known}"
            what = advice(block.name, name)
        ends = bool(block.name) and statement.children is not None
        if ends:
            unread = ", ".join(
                dict.fromkeys(
                    each.keyword
                    for outer, statements, index in reversed(places)
                    for each in statements[index + 1 :]
                    if each.keyword in outer.keywords and not each.addition and not self._secrets.covers(each.place)
                )
            )
            text += f". Its }} ends {block.name}" + (f", so it does not read {unread} below it" if unread else "")
        came = "" if first in (None, NEVER) else str(first)
        return _difference(statement.place, block, name, REFUSED if ends else IGNORED, came, text, what)


def _correction(entry: Optional[Entry], statement: Statement) -> str:
    if entry is not None:
        return f"write: @hotstandby {entry.name}"
    places = " or ".join(name or "the top of the file" for name in blocks_of(statement.keyword))
    return f"it belongs to {places}" if places else "correct it, or leave it out"


def _where(block: Block) -> str:
    return f" in {block.name}" if block.name else " at the top of a file"


def _place(found: VersionDifference) -> Location:
    return Location(found.path, found.line, found.column)


def _hidden(found: VersionDifference, named: KeepalivedRelease) -> VersionDifference:
    """Return a difference that does not name its keyword, which may be a part of a password."""
    text = f"keepalived {named} does not take what stands here as it is meant"
    return replace(found, keyword="the keyword", text=text, advice="correct it, or leave it out")


def _difference(
    place: Location, block: Block, keyword: str, effect: str, first: str, text: str, what: str
) -> VersionDifference:
    return VersionDifference(place.path, place.line, place.column, block.name, keyword, effect, first, text, what)
