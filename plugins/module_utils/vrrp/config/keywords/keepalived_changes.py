# Copyright (c) 2026, the hotstandby.vrrp authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""It defines how a release of keepalived takes a value otherwise, and finds such values in a statement."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import suppress
from dataclasses import dataclass
from typing import Optional

from ..syntax.parser import Statement, Word
from .keepalived_releases import KeepalivedRelease, number

IGNORED, REFUSED, OTHER_MEANING = "ignored", "refused", "other meaning"
EFFECTS = (IGNORED, REFUSED, OTHER_MEANING)

Finder = Callable[[Statement], Optional[Word]]

_FALSE = ("off", "false", "no")
_KEEPALIVED = 18  # the number of its protocol


@dataclass(frozen=True)
class ValueChange:
    """It is one difference. It holds for releases from ``first`` on and before ``mended``; "" is no limit.

    ``keyword`` is "" for the lines of a block that holds items. ``find`` returns the word of a statement that the
    difference is about, or None. ``values`` says for docs which ones these are, ``what`` what such a release does. It
    does not hold where global_defs or the instance has one of the keywords of ``unless``, and where ``beside`` is not
    empty only where one of those stands there.
    """

    block: str
    keyword: str
    values: str
    find: Finder
    effect: str
    what: str
    advice: str
    first: str = ""
    mended: str = ""
    unless: tuple[str, ...] = ()
    beside: tuple[str, ...] = ()

    def holds(self, named: KeepalivedRelease) -> bool:
        """Return whether a release has this difference."""
        return (not self.first or named >= number(self.first)) and (not self.mended or named < number(self.mended))

    @property
    def case(self) -> str:
        """Return what follows the keyword in a sentence: which of its values the difference is about."""
        if self.find is switched_off:
            return " switched off"
        return f" with {self.values}" if self.values else ""


def words(*wanted: str) -> Finder:
    """Return a finder of the first of these words behind the keyword of a line."""
    return lambda statement: next((word for word in statement.values if word.text in wanted), None)


def switched_off(statement: Statement) -> Optional[Word]:
    """Return the value that switches a keyword off."""
    return next((word for word in statement.values[:1] if word.text.lower() in _FALSE), None)


def fraction(statement: Statement) -> Optional[Word]:
    """Return a value that is no whole number."""
    return next((word for word in statement.values[:1] if "." in word.text), None)


def mac_address(statement: Statement) -> Optional[Word]:
    """Return the MAC address of a ``use_vmac``."""
    return next((word for word in statement.values if ":" in word.text), None)


def sixth(statement: Statement) -> Optional[Word]:
    """Return the sixth value."""
    return statement.values[5] if len(statement.values) > 5 else None


def bits(statement: Statement) -> Optional[Word]:
    """Return a bit of umask that stands for three."""
    return next((word for word in statement.values if "IRWX" in word.text), None)


#: Where Debian, Fedora and others have links to the same below /usr.
_LINKED = ("/bin/", "/sbin/", "/lib/", "/lib64/")


def linked(statement: Statement) -> Optional[Word]:
    """Return the command of a script when its path may go through a link."""
    return next((word for word in statement.values[:1] if word.text.startswith(_LINKED)), None)


def without_interface(statement: Statement) -> Optional[Word]:
    """Return the first word of a route that is tracked and names no interface; that of a nexthop does not count."""
    return None if {"dev", "oif", "no_track"} & _before_hops(statement) else statement.words[0]


def group_without(*ways: str) -> Finder:
    """Return a finder of track_group in a line that has none of the words ``ways``."""

    def find(statement: Statement) -> Optional[Word]:
        found = next((word for word in statement.words[:-1] if word.text == "track_group"), None)
        return None if set(ways) & _before_hops(statement) else found

    return find


def _before_hops(statement: Statement) -> set[str]:
    texts = [word.text for word in statement.words]
    return set(texts[: texts.index("nexthop")] if "nexthop" in texts else texts)


def _pairs(statement: Statement) -> Iterator[tuple[Word, Word]]:
    """Yield each word of a line with the one behind it."""
    return zip(statement.words, statement.words[1:])


def protocol_name(statement: Statement) -> Optional[Word]:
    """Return the name of a protocol in a rule."""
    return next(
        (value for word, value in _pairs(statement) if word.text == "protocol" and _number(value) is None), None
    )


def other_protocol(statement: Statement) -> Optional[Word]:
    """Return the protocol of a line that is tracked, where it is not keepalived's own."""
    if any(word.text == "no_track" for word in statement.words):
        return None
    found = (value for word, value in _pairs(statement) if word.text == "protocol")
    return next((value for value in found if value.text != "keepalived" and _number(value) != _KEEPALIVED), None)


def other_number(statement: Statement) -> Optional[Word]:
    """Return the number of another protocol than keepalived's in a rule that is tracked."""
    return None if protocol_name(statement) else other_protocol(statement)


def _number(word: Word) -> Optional[int]:
    with suppress(ValueError):
        return int(word.text, 0 if word.text.startswith("0x") else 10)
    return None


def family(harmless: tuple[str, ...], owners: tuple[str, ...]) -> Finder:
    """Return a finder of inet or inet6 before another word than ``harmless``, and not behind one of ``owners``."""

    def find(statement: Statement) -> Optional[Word]:
        before = ""
        for word, value in _pairs(statement):
            if word.text in ("inet", "inet6") and before not in owners and value.text not in harmless:
                return word
            before = word.text
        return None

    return find


def unknown_check(statement: Statement) -> Optional[Word]:
    """Return the word of include_check that only the manual knows."""
    return next((word for word in statement.values if word.text.lstrip("+-") == "readable"), None)


def second_check(statement: Statement) -> Optional[Word]:
    """Return a word of include_check that is not the first, and has no sign."""
    return next((word for word in statement.values[1:] if word.text[:1] not in "+-"), None)
