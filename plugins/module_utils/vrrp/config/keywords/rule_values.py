# Copyright (c) 2026, the hotstandby.vrrp authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""It converts rules: words -> values. The words are those of ip-rule(8) as keepalived takes them."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from ..model.routes import Rule
from ..syntax.diagnostics import Invalid, show
from ..syntax.parser import Statement, Word
from ..syntax.suggest import did_you_mean
from .ip_values import KEEPALIVED, IpLine, network, number, protocol, table, tos
from .values import interface_name, value_of

_ACTIONS = ("blackhole", "unreachable", "prohibit", "nop", "goto")
#: Words of keepalived's rules that Rule has no place for.
UNSUPPORTED = ("realms", "tunnel-id", "uidrange", "l3mdev", "ipproto", "ip_proto", "sport", "dport")


def virtual_rule(statement: Statement) -> Rule:
    """Return the rule of one line of virtual_rules."""
    return _Line(statement, False).rule()


def static_rule(statement: Statement) -> Rule:
    """Return the rule of one line of static_rules, which may name a track_group."""
    return _Line(statement, True).rule()


class _Line(IpLine):
    def __init__(self, statement: Statement, static: bool):
        super().__init__(statement, static)
        self.ends: dict[str, Word] = {}

    def rule(self) -> Rule:
        for word in self.words:
            self._word(word)
        for word in self.ends.values():
            if word.text == "default6":  # then "all" is IPv6, too, in any order
                self._family(6, word)
        for field, word in self.ends.items():
            self.fields[field] = network(word, self.version)
            self._family(self.fields[field].version, word)
        self._together()
        return Rule(self.version or 4, **self.fields)

    def _word(self, word: Word) -> None:
        text = word.text
        if text in ("inet", "inet6"):
            self._family(6 if text == "inet6" else 4, word)
        elif text in ("from", "to"):
            self._end("source" if text == "from" else "destination", word)
        elif text in ("table", "lookup"):
            self._act("table", word)
            self.fields["table"] = table(value_of(word, self.words))
        elif text == "type":
            self._action(value_of(word, self.words))
        elif text in _ACTIONS:
            self._action(word)
        elif text == "not":
            self.fields["inverted"] = True
        elif text == "no_track":
            self.fields["no_track"] = True
        elif text == "fwmark":
            self._fwmark(word)
        elif text in _CONVERTERS:
            field, convert = _CONVERTERS[text]
            self._set(field, convert(value_of(word, self.words)), word)
        elif text == "track_group" and self.static:
            self._set("track_group", value_of(word, self.words).text, word)
        elif text in UNSUPPORTED:
            raise Invalid(f"{text} in a rule is not supported", hint="remove it", place=word.place)
        else:
            hint = did_you_mean(text, (*_CONVERTERS, *_ACTIONS, "from", "to", "table", "not", "fwmark", "no_track"))
            raise Invalid(f"{show(text)} is not a word of a rule", hint=hint, place=word.place)

    def _end(self, field: str, word: Word) -> None:
        if field in self.ends:
            raise Invalid(f"{word.text} is given twice", hint="remove one", place=word.place)
        value = value_of(word, self.words)
        if ":" in value.text or "." in value.text:
            self._family(6 if ":" in value.text else 4, value)
        self.ends[field] = value

    def _action(self, word: Word) -> None:
        if word.text not in _ACTIONS:
            hint = did_you_mean(word.text, _ACTIONS)
            raise Invalid(f"{show(word.text)} is not what a rule can do", hint=hint, place=word.place)
        self._act(word.text, word)
        if word.text == "goto":
            self.fields["goto"] = number(value_of(word, self.words), "goto")

    def _act(self, action: str, word: Word) -> None:
        if "action" in self.fields:
            raise Invalid(f"a rule does one thing: {self.fields['action']} or {word.text}", place=word.place)
        self.fields["action"] = action

    def _fwmark(self, word: Word) -> None:
        value = value_of(word, self.words)
        mark, slash, mask = value.text.partition("/")
        self._set("fwmark", number(Word(mark, value.place), "fwmark"), word)
        if slash:
            self.fields["fwmask"] = number(Word(mask, value.place), "the mask of fwmark")

    def _together(self) -> None:
        action, place = self.fields.get("action"), self.head.place
        if action is None:
            raise Invalid("a rule says nothing to do", hint="table NUMBER, or blackhole, goto ...", place=place)
        if action == "goto" and self.fields.get("priority", self.fields["goto"]) >= self.fields["goto"]:
            raise Invalid("a rule goes to a later one", "its preference is below that of goto", place=place)
        if action != "table" and {"suppress_prefixlength", "suppress_ifgroup"} & set(self.fields):
            raise Invalid("a rule that looks up no table suppresses nothing", hint="remove suppress_...", place=place)
        if self.fields.get("protocol", KEEPALIVED) != KEEPALIVED and not self.fields.get("no_track"):
            # As in keepalived: a tracked rule has keepalived's protocol number.
            self.fields["protocol"] = KEEPALIVED


_CONVERTERS: dict[str, tuple[str, Callable[[Word], Any]]] = {
    "preference": ("priority", lambda word: number(word, "preference")),
    "order": ("priority", lambda word: number(word, "order")),
    "priority": ("priority", lambda word: number(word, "priority")),
    "tos": ("tos", tos),
    "dsfield": ("tos", tos),
    "dev": ("iif", interface_name),
    "iif": ("iif", interface_name),
    "oif": ("oif", interface_name),
    "suppress_prefixlength": ("suppress_prefixlength", lambda word: number(word, "suppress_prefixlength", 0, 128)),
    "sup_pl": ("suppress_prefixlength", lambda word: number(word, "sup_pl", 0, 128)),
    "suppress_ifgroup": ("suppress_ifgroup", lambda word: number(word, "suppress_ifgroup")),
    "sup_group": ("suppress_ifgroup", lambda word: number(word, "sup_group")),
    "protocol": ("protocol", protocol),
}
