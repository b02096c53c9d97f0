# Copyright (c) 2026, the hotstandby.vrrp authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""It defines the entries of the schema's table: keywords, blocks, and whether each works, is ignored or refused."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any, Optional, TypeVar, Union

from .values import Converter

WORKS = "works"
IGNORED = "ignored"  # a warning with its line; the file stays usable
REFUSED = "refused"  # an error with its line: without it another host would be MASTER, or less would be protected


@dataclass(frozen=True)
class Variable:
    """It is the variable of the role for a keyword: ``ha_pair_NAME``, or a word of an entry.

    A keyword of a vrrp_instance has both: a variable for all instances, and a word in an entry of ha_pair_instances.
    A keyword of another block with a name is a word of the entries of that block's variable. ``name`` is "" where it
    is the keyword's. The converter sets the kind and the limits of a value; ``reader`` names another kind
    (``KINDS`` in inventory/variables.py), and ``least`` and ``most`` are narrower limits.
    """

    name: str = ""
    reader: str = ""
    least: Optional[float] = None
    most: Optional[float] = None
    shared: bool = False  # both hosts of a pair must have the same
    secret: bool = False  # no output may show it
    off: str = ""  # the keyword that is written where the value is false


@dataclass(frozen=True)
class Keyword:
    """It is a keyword with values. ``values`` and ``help`` are texts for users.

    Where it does not work, ``help`` says why and ``instead`` what to do. With a value of ``harmless`` a refused
    keyword is allowed, as it changes nothing.
    """

    name: str
    convert: Optional[Converter]
    field: str
    values: str
    help: str
    once: bool = False  # keepalived keeps the first one and complains
    addition: bool = False  # ours: it stands on an @hotstandby line
    many: bool = False  # each line adds one
    standing: str = WORKS
    instead: str = ""
    harmless: tuple[str, ...] = ()
    foreign: bool = False  # of another part of keepalived: said once for a whole file
    variable: Optional[Variable] = None

    @property
    def quoted(self) -> bool:
        """Return whether its value is written in quotes."""
        return self.values.startswith('"')


@dataclass(frozen=True)
class Block:
    """It is a keyword with a block of keywords, or of ``item`` lines that are converted one by one."""

    name: str
    help: str
    keywords: dict[str, Union[Keyword, Block]] = field(default_factory=dict)
    item: Optional[Converter] = None
    items: str = ""  # how an item line is written
    not_in_items: tuple[str, ...] = ()  # words of keepalived's lines that are refused by name
    named: bool = False
    secret: bool = False  # its words may be passwords: messages do not repeat them
    addition: bool = False
    standing: str = WORKS
    instead: str = ""
    foreign: bool = False
    variable: Optional[Variable] = None

    @property
    def values(self) -> str:
        """Return how the block is written, for users."""
        return f"NAME {{ {self.items or '...'} }}" if self.named else f"{{ {self.items or '...'} }}"


Entry = Union[Keyword, Block]
AnEntry = TypeVar("AnEntry", bound=Entry)

SAID = Variable()  # it has the keyword's name, and takes what its converter takes


def table(*entries: AnEntry) -> dict[str, AnEntry]:
    """Return the entries by their names."""
    return {entry.name: entry for entry in entries}


def variable(
    name: str,
    convert: Converter,
    field: str,
    values: str,
    help_: str,
    once: bool = False,
    addition: bool = False,
    many: bool = False,
    **said: Any,
) -> Keyword:
    """Return a keyword for which the role has a variable; ``said`` are fields of :class:`Variable`."""
    return Keyword(name, convert, field, values, help_, once, addition, many, variable=Variable(**said))


def ignored(name: str, values: str, why: str, instead: str = "") -> Keyword:
    """Return a keyword that has no effect and gives a warning; ``why`` gives the reason."""
    return Keyword(name, None, name, values, why, standing=IGNORED, instead=instead)


def refused(name: str, values: str, why: str, instead: str, harmless: tuple[str, ...] = ()) -> Keyword:
    """Return a keyword that is an error, unless its only value is one of ``harmless``."""
    return Keyword(name, None, name, values, why, standing=REFUSED, instead=instead, harmless=harmless)


def foreign(name: str, whose: str, values: str = "...") -> Keyword:
    """Return a keyword of another part of keepalived; one warning stands for all of these."""
    return Keyword(name, None, name, values, whose, standing=IGNORED, foreign=True)
