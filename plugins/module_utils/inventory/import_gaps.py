# Copyright (c) 2026, the hotstandby.vrrp authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""It finds the lines of a keepalived.conf that no variable can replace, with the reason and a hint. Pure."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace

from ..vrrp.config.keywords.table import REFUSED, ROOT, WORKS, Block, Entry, blocks_of
from ..vrrp.config.syntax.parser import Statement
from ..vrrp.config.syntax.redact import Secrets
from ..vrrp.config.syntax.suggest import closest

_A_WORD = "(a word)"  # in place of one that may be a password
_QUOTES = "put a password with a brace between double quotes"
_STRICT = "what it changes is in the variables, its demands are not"
# (block, keyword) -> reason and hint, of keywords that work in the agent, but have no variable in the role.
NOT_IN_THE_ROLE = {
    ("global_defs", "vrrp_strict"): (_STRICT, "nothing has to be done"),
    ("vrrp_instance", "strict_mode"): (_STRICT, "nothing has to be done"),
    ("vrrp_instance", "no_virtual_ipaddress"): (
        "an instance of the role has a virtual address",
        "give it one, or keep its file and use vrrp_config",
    ),
}


@dataclass(frozen=True)
class Gap:
    """It is one line or value that is not imported. It holds no secret."""

    keyword: str
    file: str
    line: int
    why: str
    instead: str
    decisive: bool = False  # keepalived does something by it that the agent would not, or it decides who is master

    @classmethod
    def at(cls, statement: Statement, why: str, instead: str, keyword: str = "", decisive: bool = False) -> Gap:
        """Return a gap with the file and the line of ``statement``; ``keyword``, if given, replaces its keyword."""
        return cls(keyword or statement.keyword, statement.place.path, statement.place.line, why, instead, decisive)


def split(
    statements: tuple[Statement, ...], gaps: list[Gap], hidden: Secrets, block: Block = ROOT
) -> tuple[Statement, ...]:
    """Return the statements that the agent understands. Others, and those without a variable, go to ``gaps``.

    What ``hidden`` covers may be a part of a password, so no gap names it.
    """
    kept = []
    for statement in statements:
        entry = block.keywords.get(statement.keyword)
        if block.item is not None:
            kept.append(statement)
        elif entry is None or entry.addition != statement.addition:
            gaps.append(_unknown(statement, block, hidden.covers(statement.place)))
        elif entry.standing != WORKS and not _harmless(entry, statement):
            # A block of the load balancer or of BFD is work that keepalived does; a setting of these is not.
            decisive = entry.standing == REFUSED or (isinstance(entry, Block) and entry.foreign)
            done = (
                "leave it in keepalived's file, without its vrrp_instance"
                if entry.foreign
                else "nothing has to be done"
            )
            name = _A_WORD if hidden.covers(statement.place) else ""
            gaps.append(Gap.at(statement, entry.help, entry.instead or done, name, decisive))
        else:
            if (block.name, entry.name) in NOT_IN_THE_ROLE:
                gaps.append(Gap.at(statement, *NOT_IN_THE_ROLE[block.name, entry.name]))
            if isinstance(entry, Block) and statement.children is not None:
                statement = replace(statement, children=split(statement.children, gaps, hidden, entry))
            kept.append(statement)
    return tuple(kept)


def place_of(statements: tuple[Statement, ...], block: str, name: str, path: str) -> tuple[str, int]:
    """Return the file and the line where the block of that name begins; the first line of ``path`` where none does."""
    for statement in statements:
        if statement.keyword == block and [word.text for word in statement.values] == [name]:
            return statement.place.path, statement.place.line
    return path, 1


def lines_of(statements: tuple[Statement, ...], block: str, name: str = "") -> Iterator[tuple[str, list[str]]]:
    """Yield (keyword, lines) of the blocks in the block ``block`` that has this name; "" is the top of the file."""
    if not block:
        yield from ((each.keyword, _lines(each)) for each in statements if each.children is not None)
        return
    for statement in statements:
        if statement.keyword == block and [word.text for word in statement.values] == [name]:
            yield from lines_of(statement.children or (), "")


def _lines(statement: Statement) -> list[str]:
    return [" ".join(word.text for word in each.words) for each in statement.children or ()]


def _harmless(entry: Entry, statement: Statement) -> bool:
    return " ".join(word.text for word in statement.values) in getattr(entry, "harmless", ())


def _unknown(statement: Statement, block: Block, secret: bool) -> Gap:
    if secret:
        return Gap.at(statement, "nobody knows this keyword: it may be a part of a password", _QUOTES, _A_WORD)
    entry = block.keywords.get(statement.keyword)
    if entry is not None and entry.addition:
        return Gap.at(statement, "it is our own keyword, not keepalived's", f"write: @hotstandby {statement.keyword}")
    if entry is not None:
        return Gap.at(statement, "it is keepalived's keyword, not our own", f"write: {statement.keyword}")
    passes = "keepalived passes over it as well"
    if statement.children is not None:
        passes = "keepalived passes over the whole block as well"
    if block.name and statement.children is not None:
        passes = (
            f"keepalived 2.2 takes its }} for the end of {block.name}, and passes over the lines below; here they count"
        )
    home = blocks_of(statement.keyword)
    if home:
        places = " or ".join(name or "the top of the file" for name in home)
        return Gap.at(statement, f"it belongs to {places}, and {passes}", "move it there")
    meant = closest(statement.keyword, block.keywords)
    name = _A_WORD if block.secret else statement.keyword
    instead = f"did you mean {meant}?" if meant else "remove it"
    return Gap.at(statement, f"nobody knows this keyword: {passes}", instead, name)
