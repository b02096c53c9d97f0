# Copyright (c) 2026, the hotstandby.vrrp authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""It reads a tree with the schema: it converts each value, checks each keyword, and keeps the place of each.

Problems of one line are reported here, problems between lines in :mod:`.build`.
"""

from __future__ import annotations

from dataclasses import dataclass, field, fields
from decimal import Decimal
from typing import Any, Optional

from ..keywords.table import IGNORED, REFUSED, ROOT, WORKS, Block, Entry, Keyword, blocks, blocks_of
from ..syntax.diagnostics import Diagnostics, Invalid, Location, Tolerated, show
from ..syntax.parser import Statement, Tree
from ..syntax.suggest import closest


@dataclass(frozen=True)
class Setting:
    """It is a converted value. ``place`` is where the value stands, or its keyword where it has none."""

    value: Any = field(repr=False)  # it may be a password
    statement: Statement

    @property
    def place(self) -> Location:
        """Return the place of the value, or of the keyword where there is no value, or more than one."""
        return self.statement.words[-1 if len(self.statement.words) == 2 else 0].place

    @property
    def start(self) -> Location:
        """Return where its line begins."""
        return self.statement.place


@dataclass
class Section:
    """It is a block as it was read. ``settings`` are by the field of the schema; ``failed`` fields are bad ones."""

    block: Block
    place: Location
    name: str = ""
    settings: dict[str, Setting] = field(default_factory=dict)
    failed: set[str] = field(default_factory=set)
    sections: list[Section] = field(default_factory=list)
    items: list[Setting] = field(default_factory=list)
    many: dict[str, list[Setting]] = field(default_factory=dict)  # of the keywords of which each line adds one

    def get(self, name: str, default: Any = None) -> Any:
        """Return the value of the field ``name``, or ``default`` where the file gives no good one."""
        setting = self.settings.get(name)
        return default if setting is None else setting.value

    def has(self, name: str) -> bool:
        """Return whether the file says something about ``name``, be it good or bad."""
        return name in self.settings or name in self.failed

    def group(self, prefix: str) -> dict[str, Any]:
        """Return the settings whose field begins with ``prefix``, by the rest of the field's name."""
        found = self.settings.items()
        return floats({name[len(prefix) :]: item.value for name, item in found if name.startswith(prefix)})

    def inside(self, name: str) -> list[Section]:
        """Return the blocks ``name`` in this block, in the order of the file."""
        return [section for section in self.sections if section.block.name == name]


def floats(values: dict[str, Any]) -> dict[str, Any]:
    """Return ``values`` as the model wants them: times are exact decimals until their range is checked."""
    return {name: float(value) if isinstance(value, Decimal) else value for name, value in values.items()}


def fields_of(model: Any, values: dict[str, Any]) -> dict[str, Any]:
    """Return those of ``values`` that are fields of the dataclass ``model``."""
    names = {each.name for each in fields(model)}
    return floats({name: value for name, value in values.items() if name in names})


def read(tree: Tree, findings: Diagnostics) -> Section:
    """Convert a whole tree; problems go to ``findings``."""
    reader = _Reader(tree, findings)
    root = reader.section(ROOT, tree.statements, Section(ROOT, Location(tree.path, 1, 1)))
    reader.warn_other_daemons()
    return root


class _Reader:
    def __init__(self, tree: Tree, findings: Diagnostics):
        self.balanced = tree.balanced
        self.findings = findings
        self.not_ours: list[tuple[Statement, Entry]] = []

    def section(self, block: Block, statements: tuple[Statement, ...], section: Section) -> Section:
        for statement in statements:
            if block.item is not None:
                self._item(block, statement, section)
            else:
                self._statement(block, statement, section)
        return section

    def _item(self, block: Block, statement: Statement, section: Section) -> None:
        if statement.addition:
            self._unknown_addition(block, statement)
            return
        home = [name for name in blocks_of(statement.keyword) if name != block.name]
        if home and (statement.children is not None or not self.balanced):
            self._misplaced(block, statement, home)
            return
        if statement.children is not None:
            self.findings.error(
                statement.place, f"a block inside {block.name}", f"{block.name} holds lines: {block.items}"
            )
            return
        try:
            value = self._taken(statement, block.item(statement) if block.item else None)
            section.items.append(Setting(value, statement))
        except Invalid as invalid:
            section.failed.add("items")
            self._refused(statement, invalid)

    def _statement(self, block: Block, statement: Statement, section: Section) -> None:
        entry = block.keywords.get(statement.keyword)
        if statement.addition != bool(entry and entry.addition):
            if statement.addition:
                self._unknown_addition(block, statement)
                return
            entry = None
        if entry is None:
            entry = self._unknown(block, statement)
        if entry is not None and entry.standing != WORKS:
            self._without_effect(block, entry, statement)
        elif isinstance(entry, Block):
            self._block(entry, statement, section)
        elif isinstance(entry, Keyword):
            self._keyword(entry, statement, section)

    def _without_effect(self, block: Block, entry: Entry, statement: Statement) -> None:
        """Skip a keyword that we know and do not use, with its block, and warn or refuse."""
        if not statement.values and _ends(block.name, entry.name):
            rule = "keepalived does not start with such a file"
            self.findings.error(statement.place, f"{entry.name} has no value", rule, "give it one, or leave it out")
        elif entry.foreign:
            self.not_ours.append((statement, entry))
        elif entry.standing == IGNORED:
            self.findings.warning(statement.place, f"{entry.name} has no effect", entry.help, entry.instead)
        elif entry.standing == REFUSED:
            values = [word.text for word in statement.values]
            if isinstance(entry, Block) or not (len(values) == 1 and values[0] in entry.harmless):
                self.findings.error(statement.place, f"{entry.name} is not supported", entry.help, entry.instead)

    def warn_other_daemons(self) -> None:
        """Give one warning for all lines that configure other daemons of keepalived."""
        if not self.not_ours:
            return
        first, entry = self.not_ours[0]
        more = len(self.not_ours) - 1
        rest = f", and {more} more of its kind below" if more else ""
        self.findings.warning(
            first.place,
            f"{entry.name} is not ours{rest}",
            "the file configures other parts of keepalived too, and they are left alone",
            "keepalived may go on doing that part, from a file without vrrp_instance",
        )

    def _keyword(self, keyword: Keyword, statement: Statement, section: Section) -> None:
        if statement.children is not None:
            self.findings.error(statement.place, f"{keyword.name} takes no block", hint="is a } missing above?")
            section.failed.add(keyword.field)
            return
        before = None if keyword.many else section.settings.get(keyword.field)
        if before is not None and before.statement.keyword == keyword.name:
            text = f"{keyword.name} is given twice, first in {before.place.seen_from(statement.place)}"
            if keyword.once:
                self.findings.error(statement.place, text, "keepalived keeps the first", "remove one")
            else:
                self.findings.warning(statement.place, text, "the last one counts", "remove one")
        try:
            converted = None if keyword.convert is None else keyword.convert(statement)
            setting = Setting(self._taken(statement, converted), statement)
        except Invalid as invalid:
            section.failed.add(keyword.field)
            self._refused(statement, invalid)
            return
        if keyword.many:
            section.many.setdefault(keyword.field, []).append(setting)
        else:
            section.settings[keyword.field] = setting

    def _block(self, block: Block, statement: Statement, section: Section) -> None:
        inner = Section(block, statement.place)
        if block.named:
            if len(statement.values) == 1 and statement.values[0].text:
                inner.name = statement.values[0].text
            else:
                self.findings.error(
                    statement.place, f"{block.name} takes one name", hint=f"{block.name} NAME {{ ... }}"
                )
                inner.failed.add("name")
        elif statement.values:
            self.findings.error(
                statement.values[0].place, f"{block.name} takes no value", hint=f"{block.name} {{ ... }}"
            )
        section.sections.append(inner)
        if statement.children is None:
            self.findings.error(statement.place, f"{block.name} has no block", hint=f"{block.name} {{ ... }}")
            inner.failed.add("items")
            return
        self.section(block, statement.children, inner)

    def _taken(self, statement: Statement, value: Any) -> Any:
        """Return ``value``; for a tolerated one return what keepalived makes of it, with a warning."""
        if not isinstance(value, Tolerated):
            return value
        self.findings.tolerated(_place(statement, value.why), value.why.text, value.why.rule, value.why.hint)
        return value.value

    def _refused(self, statement: Statement, invalid: Invalid) -> None:
        self.findings.error(_place(statement, invalid), invalid.text, invalid.rule, invalid.hint)

    def _unknown_addition(self, block: Block, statement: Statement) -> None:
        name = "keyword" if block.secret else f"keyword {show(statement.keyword)}"
        known = blocks_of(statement.keyword)
        hint = "it is keepalived's: write it without @hotstandby" if known else ""
        self.findings.error(
            statement.place, f"unknown @hotstandby {name}", "@hotstandby lines hold our own keywords", hint
        )

    def _unknown(self, block: Block, statement: Statement) -> Any:
        """Report an unknown keyword; return the entry that is probably meant, so that its block is read too."""
        word = statement.keyword
        ours = block.keywords.get(word)
        if ours is not None and ours.addition:
            rule = "keepalived does not know it and would refuse the file"
            self.findings.error(statement.place, f"{word} is our own keyword", rule, f"write: @hotstandby {word}")
            return None
        home = blocks_of(word)
        if home:
            self._misplaced(block, statement, home)
            return None
        meant = closest(word, block.keywords)
        elsewhere = None if meant else _closest_anywhere(word)
        hint = f"did you mean {meant or elsewhere}?" if meant or elsewhere else ""
        where = f" in {block.name}" if block.name else " at the top of the file"
        name = "keyword" if block.secret else f"keyword {show(word)}"
        self.findings.error(statement.place, f"unknown {name}{where}", hint=hint)
        return block.keywords[meant] if meant else None

    def _misplaced(self, block: Block, statement: Statement, home: list[str]) -> None:
        places = " or ".join(name or "the top of the file" for name in home)
        here = block.name or "the top of the file"
        hint = ""
        if statement.keyword == "garp_interval":
            hint = "for all interfaces: vrrp_garp_interval in global_defs"
        elif not block.name:
            hint = "is a } too many above?"
        elif not self.balanced:
            hint = f"is the }} of {block.name} missing above?"
        self.findings.error(statement.place, f"{statement.keyword} belongs to {places}, not to {here}", hint=hint)


def _place(statement: Statement, invalid: Invalid) -> Location:
    return invalid.place or (statement.words[1] if len(statement.words) > 1 else statement.words[0]).place


def _closest_anywhere(word: str) -> Optional[str]:
    every = {name for block in blocks() for name in block.keywords}
    return closest(word, sorted(every), 0.85)


def _ends(block: str, keyword: str) -> bool:
    """Return whether keepalived does not start with a file in which this keyword has no value."""
    from ..keywords import keepalived_missing  # only loaded for such a line: it keeps the agent small

    return keepalived_missing.ends(block, keyword)
