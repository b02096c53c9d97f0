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
from dataclasses import dataclass

from .keywords.keepalived_releases import BUILT_WITH, NEVER, Release, advice, knows, number, since
from .keywords.keepalived_values import IGNORED, REFUSED, SYNTAX_CHANGES, VALUE_CHANGES
from .keywords.table import ROOT, Block, Entry
from .syntax.diagnostics import Location, Problem, printable
from .syntax.include import NOWHERE, Surroundings
from .syntax.parser import Statement, parse
from .syntax.redact import Secrets
from .syntax.source_line import decomment


@dataclass(frozen=True)
class Difference:
    """It is one line of a file that a release does not take as it is meant.

    ``effect`` is one of :data:`.keywords.keepalived_values.EFFECTS`. ``since`` is the first release that takes it as
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


def differences(
    text: str, path: str, named: Release, config_id: str = "", surroundings: Surroundings = NOWHERE
) -> tuple[Difference, ...]:
    """Return what ``named`` does not take as it is meant, in the order of the lines. Never raises for bad input.

    ``config_id`` and ``surroundings`` are those of :func:`.loader.inspect`.
    """
    secrets = Secrets()
    tree = parse(text.removeprefix("\ufeff"), path, config_id, surroundings, secrets)
    said = {inner.keyword for each in tree.statements if each.keyword == "global_defs" for inner in each.children or ()}
    found = [*_of_block(ROOT, tree.statements, named, said)]
    for name, part in ((path, text), *secrets.sources[1:]):
        found += _of_syntax(name, part, named, config_id)
    return tuple(sorted(found, key=lambda each: (each.path, each.line, each.column)))


def not_compared(
    text: str, path: str, config_id: str = "", surroundings: Surroundings = NOWHERE
) -> tuple[tuple[Location, str], ...]:
    """Return (place, note) of each line about which the table does not know enough.

    These are the blocks of keepalived's other parts, and keywords that only some builds of a release know.
    """
    tree = parse(text.removeprefix("\ufeff"), path, config_id, surroundings)
    found = []
    for statement in tree.statements:
        entry = ROOT.keywords.get(statement.keyword)
        if statement.addition or not statement.children or not isinstance(entry, Block):
            continue
        if entry.foreign:
            what = f"{entry.name} is of another part of keepalived, and its keywords were not compared"
            found.append((statement.place, what))
        for inner in statement.children if entry.name == "global_defs" else ():
            option = BUILT_WITH.get(inner.keyword)
            if option is not None:
                what = f"{inner.keyword} is known only to a keepalived that is built with {option}"
                found.append((inner.place, what))
    return tuple(found)


def _of_syntax(path: str, text: str, named: Release, config_id: str) -> Iterator[Difference]:
    changes = [change for change in SYNTAX_CHANGES if named < number(change.since)]
    for at, line in enumerate(text.split("\n") if changes else (), 1):
        code = line[: decomment(line).end]
        for change in changes:
            found = change.pattern.search(code)
            if found and _in_force(code, config_id):
                name = found.group().strip(" \t(")
                words = f"keepalived {named} does not know {name}: {change.what}"
                place = Location(path, at, found.start() + 1)
                yield _difference(place, ROOT, name, change.effect, change.since, words, change.advice)


def _in_force(code: str, config_id: str) -> bool:
    """Return whether a line is for the machine with this name: @NAME lines are, and @^OTHER lines."""
    condition = re.match(r"\s*@(\^?)(\S*)", code)
    return condition is None or (condition[2] == config_id) != bool(condition[1])


def _of_block(
    block: Block, statements: Sequence[Statement], named: Release, said: AbstractSet[str]
) -> Iterator[Difference]:
    """Yield the differences of a block. ``said`` are the keywords of global_defs and of the blocks around it."""
    if block.name and block.item is None:
        said = said | {each.keyword for each in statements}
    for index, statement in enumerate(statements):
        if statement.addition:
            continue
        if block.item is not None:
            yield from _of_values(block, "", statement, named, said)
            continue
        entry = block.keywords.get(statement.keyword)
        if entry is None or entry.addition:
            yield _nobody_knows(block, statement)
        elif not knows(named, block.name, entry.name):
            yield _unknown(block, entry, statement, named, statements[index + 1 :])
        else:
            yield from _of_values(block, entry.name, statement, named, said)
            if isinstance(entry, Block) and statement.children and (entry.item or entry.keywords):
                yield from _of_block(entry, statement.children, named, said)


def _of_values(
    block: Block, keyword: str, statement: Statement, named: Release, said: AbstractSet[str]
) -> Iterator[Difference]:
    for change in VALUE_CHANGES:
        about = (change.block, change.keyword) == (block.name, keyword)
        company = said.isdisjoint(change.unless) and (not change.beside or not said.isdisjoint(change.beside))
        if about and company and change.holds(named):
            word = change.find(statement)
            if word is not None:
                subject = keyword or block.name
                what = f"{subject} with {change.values}" if change.values else subject
                text = f"{what}, in keepalived {named}: {change.what}"
                yield _difference(word.place, block, subject, change.effect, change.mended, text, change.advice)


def _unknown(
    block: Block, entry: Entry, statement: Statement, named: Release, following: Sequence[Statement]
) -> Difference:
    """Return the difference of a keyword that came later.

    keepalived reads on behind the name of a keyword that it does not know, brace by brace. So the } of an unknown
    block closes the block around it.
    """
    first = since(block.name, entry.name)
    known = "no release does" if first == NEVER else f"{first} is the first that does"
    text = f"keepalived {named} does not know {entry.name}{_where(block)}; {known}"
    ends = bool(block.name) and statement.children is not None
    if ends:
        lost = [each.keyword for each in following if not each.addition and each.keyword in block.keywords]
        text += f". Its }} ends {block.name}" + (f", so it does not read {', '.join(lost)} below it" if lost else "")
    came = "" if first in (None, NEVER) else str(first)
    what = advice(block.name, entry.name)
    return _difference(statement.place, block, entry.name, REFUSED if ends else IGNORED, came, text, what)


def _nobody_knows(block: Block, statement: Statement) -> Difference:
    name = "the keyword" if block.secret else printable(statement.keyword)
    ours = block.keywords.get(statement.keyword)
    what = f"write: @hotstandby {name}" if ours is not None and ours.addition else "correct it, or leave it out"
    text = f"no release of keepalived knows {name}{_where(block)}"
    return _difference(statement.place, block, name, IGNORED, "", text, what)


def _where(block: Block) -> str:
    return f" in {block.name}" if block.name else " at the top of a file"


def _difference(
    place: Location, block: Block, keyword: str, effect: str, first: str, text: str, what: str
) -> Difference:
    return Difference(place.path, place.line, place.column, block.name, keyword, effect, first, text, what)
