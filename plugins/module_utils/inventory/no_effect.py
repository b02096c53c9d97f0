# Copyright (c) 2026, the hotstandby.vrrp authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""It refuses words of an instance that would have no effect, because another word is missing or excludes them. Pure.

A variable for all instances may be without effect in some of them: it is refused where no instance of the host has it
in force. A word of an entry is for that instance alone.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from .errors import Locate, VariableProblem
from .instance import PairInstance

_UNICAST = ("unicast", "unicast_peer")
_SOURCES = ("unicast_src_ip", "mcast_src_ip", "unicast")


@dataclass(frozen=True)
class _Rule:
    """It is a word that works only beside one of ``needs``, or not beside one of ``excludes``."""

    word: str
    text: str
    hint: str
    needs: tuple[str, ...] = ()
    excludes: tuple[str, ...] = ()

    def in_force(self, draft: PairInstance) -> bool:
        """Return whether the word has an effect in this instance."""
        # A value that cannot be read has a message of its own, and may be the one that is needed.
        there = {word for word in draft.said if draft.values.get(word, True)}
        return not there.intersection(self.excludes) and (not self.needs or bool(there.intersection(self.needs)))


_RULES = (
    _Rule(
        "unicast_ttl", "it is of unicast, and the instance multicasts", "say unicast: true, or leave it out", _UNICAST
    ),
    _Rule(
        "mcast_dst_ip", "it is of multicast, and the instance has unicast", "leave one of them out", excludes=_UNICAST
    ),
    _Rule(
        "track_src_ip",
        "there is no address to watch",
        "say unicast_src_ip or mcast_src_ip, or leave it out",
        _SOURCES,
    ),
    _Rule("vmac_xmit_base", "it is of use_vmac", "say use_vmac: true, or leave it out", ("use_vmac",)),
)


def no_effect(of_host: Sequence[PairInstance], problems: list[VariableProblem], locate: Locate) -> None:
    """Report each such word, and an ``auth_type`` without which nothing is authenticated."""
    for rule in _RULES:
        in_force = any(rule.word in draft.said and rule.in_force(draft) for draft in of_host)
        for draft in of_host:
            if not draft.values.get(rule.word) or rule.in_force(draft) or (in_force and not _own(draft, rule.word)):
                continue
            _refuse(draft, rule.word, f"no effect: {rule.text}", rule.hint, problems, locate)
    for draft in of_host:
        _auth_type(draft, of_host, problems, locate)


def _auth_type(
    draft: PairInstance, of_host: Sequence[PairInstance], problems: list[VariableProblem], locate: Locate
) -> None:
    if "auth_type" not in draft.said or "auth_pass" in draft.said:
        return
    if "auth_hmac" in draft.said or draft.values.get("version") == 3:
        if not _own(draft, "auth_type") and any({"auth_type", "auth_pass"} <= each.said.keys() for each in of_host):
            return
        hmac = "auth_hmac" in draft.said
        text = "auth_hmac authenticates already" if hmac else "version 3 has no auth_type (RFC 9568 section 9)"
        hint = "leave it out" if hmac else "leave it out, or say auth_hmac"
    else:
        text, hint = "there is no password", "say auth_pass, or leave it out"
    if "auth_hmac" not in draft.said:
        text = f"advertisements are not authenticated: {text}"
    _refuse(draft, "auth_type", text, hint, problems, locate)


def _own(draft: PairInstance, word: str) -> bool:
    """Return whether the entry of the instance says the word, and no variable for all instances."""
    return draft.said[word][0].endswith(f".{word}")


def _refuse(
    draft: PairInstance, word: str, text: str, hint: str, problems: list[VariableProblem], locate: Locate
) -> None:
    variable, value = draft.said[word]
    problems.append(VariableProblem(draft.host.name, variable, text, hint, locate(value)))
