# Copyright (c) 2026, the hotstandby.vrrp authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Define and expand parameters, ``$NAME=VALUE`` and ``${NAME}``, those of a file and those of keepalived.

A value is put in when it is used, not when it is defined, and may itself hold parameters. A parameter of several lines
may stand only at the end of a line; its further lines follow that one.
"""

from __future__ import annotations

import hashlib
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, replace
from typing import Optional

from .diagnostics import Diagnostics, Location, show
from .source_line import Piece
from .suggest import did_you_mean

#: Bounds of one line: how often something is put in, and how long it may become (characters).
REPLACEMENTS = 1000
LONGEST = 65536

_DEFINITION = re.compile(r"\$([A-Za-z_]\w*)=[ \t]*", re.ASCII)
_REFERENCE = re.compile(
    r"\$(?:\{(?P<braced>[A-Za-z_]\w*)(?:[ \t]+(?P<words>\w+(?:[ \t]+\w+)*))?\}"
    r"|(?P<bare>[A-Za-z_]\w*)(?=[ \t,)]|$))",
    re.ASCII,
)
_LIKE_ONE = re.compile(r"\$(\{)?[ \t]*([A-Za-z_]\w*)?", re.ASCII)
_QUOTED = re.compile(r'"[^"]*(?:"|$)')
_RANDOM_MAX = 32767


class UnclosedDefinition(Exception):
    """The line grows past every bound. ``piece`` and ``index`` are where."""

    def __init__(self, piece: Piece, index: int):
        super().__init__("a parameter contains itself, or is too long")
        self.piece = piece
        self.index = index


@dataclass(frozen=True)
class Parameter:
    """It has ``lines``, those of the value; ``many`` when it was written on several of them."""

    lines: tuple[Piece, ...] = field(repr=False)  # it may be a password
    many: bool = False


@dataclass
class Expansion:
    """It is a line with its parameters put in; ``rests`` are the further lines, those that come first last."""

    piece: Piece
    changed: bool = False
    rests: list[tuple[Piece, ...]] = field(default_factory=list)
    work: int = 0  # characters that were moved


class DefinedParameters:
    """It keeps all that is defined at one point of a file.

    ``environment`` None means that the node's is unknown. ``${_RANDOM}`` is the same each time that a node reads the
    same line: a reload must not draw another priority.
    """

    def __init__(self, findings: Diagnostics, config_id: str, environment: Optional[Mapping[str, str]]):
        self._findings = findings
        self._config_id = config_id
        self._environment = environment
        self._known: dict[str, Parameter] = {}
        self._named: set[tuple[Location, str]] = set()  # problems that were reported
        self.directory = "."  # ${_PWD}: that of the file which is being read

    def set(self, name: str, text: str, piece: Piece) -> None:
        """Define a parameter of one line. ``piece`` is where from."""
        self._known[name] = Parameter((Piece(piece.path, piece.number, text, ()),))

    def define(self, name: str, parameter: Parameter) -> None:
        """Define a parameter of one line or more; it replaces an earlier one of that name."""
        self._known[name] = parameter

    def expand(self, piece: Piece) -> Expansion:
        """Put in what ``piece`` calls for, from left to right. Raises UnclosedDefinition."""
        result = Expansion(piece)
        index = count = 0
        while True:
            piece = result.piece
            match = _REFERENCE.search(piece.text, index)
            if match is None:
                return result
            value = self._value(match, piece)
            if value is None:
                index = match.start() + 1
                continue
            index = match.start()
            count += 1
            text = piece.text[:index] + value.text + piece.text[match.end() :]
            result.work += len(text) + 1
            if count > REPLACEMENTS or len(text) > LONGEST:
                raise UnclosedDefinition(piece, index)
            columns = [
                *piece.columns[:index],
                *([piece.columns[index]] * len(value.text)),
                *piece.columns[match.end() :],
            ]
            result.piece = replace(piece, text=text, columns=columns)
            result.changed = True
            if value.rest:
                result.rests.append(value.rest)
            if value.text.lstrip(" \t").startswith("~"):
                return result  # a sequence first gives its own parameters their values

    def _value(self, match: re.Match[str], piece: Piece) -> Optional[_Value]:
        name = match.group("braced") or match.group("bare")
        words = (match.group("words") or "").split()
        parameter = self._known.get(name)
        if parameter is not None and not words:
            if not parameter.many:
                return _Value(parameter.lines[0].text if parameter.lines else "")
            if match.end() == len(piece.text):
                return _Value(parameter.lines[0].text if parameter.lines else "", parameter.lines[1:])
            return None
        if parameter is None and name in _PREDEFINED:
            return self._predefined(name, words, piece, match.start())
        return None

    def _predefined(self, name: str, words: list[str], piece: Piece, index: int) -> Optional[_Value]:
        least, most = _PREDEFINED[name]
        if not least <= len(words) <= most:
            return None
        if name == "_ENV":
            return self._environment_variable(words[0], piece, index)
        if name == "_RANDOM":
            return self._random(words, piece, index)
        if name == "_PWD":
            return _Value(self.directory)
        if name == "_INSTANCE":
            return _Value(self._config_id or "localhost")
        return _Value("#" if name == "_HASH" else "!")

    def _environment_variable(self, name: str, piece: Piece, index: int) -> _Value:
        if self._environment is None:
            self._findings.error(
                piece.place(index),
                f"{show('${_ENV ' + name + '}')} is not known here: only the node knows its environment",
                hint="write the value, or check the file on the node",
            )
            return _Value("")
        if name not in self._environment:
            self._findings.warning(
                piece.place(index),
                f"there is no environment variable {show(name)}",
                "keepalived puts nothing in its place",
                "set it for the service: Environment= in its unit",
            )
        return _Value(" ".join(self._environment.get(name, "").split("\n")).replace("\0", ""))

    def _random(self, words: list[str], piece: Piece, index: int) -> Optional[_Value]:
        if not all(word.isdigit() and len(word) <= 18 for word in words):
            return None
        low, high = ([int(word) for word in words] + [0, _RANDOM_MAX][len(words) :])[:2]
        if low > high:
            self._findings.error(
                piece.place(index), f"${{_RANDOM {low} {high}}} has its bounds the wrong way round", hint="MIN MAX"
            )
            return _Value("")
        seed = f"{self._config_id}\0{piece.path}\0{piece.number}\0{piece.columns[index]}\0{piece.text}"
        drawn = int.from_bytes(hashlib.sha256(seed.encode("utf-8", "replace")).digest(), "big")
        return _Value(str(low + drawn % (high - low + 1)))

    def complain(self, piece: Piece) -> None:
        """Report each ``$`` outside quotes that was left as it is: keepalived says nothing."""
        text = _QUOTED.sub(lambda match: " " * len(match.group()), piece.text)
        at = text.find("$")
        while at >= 0:
            self._complain(piece, text, at)
            at = text.find("$", at + 1)

    def _complain(self, piece: Piece, text: str, at: int) -> None:
        match = _LIKE_ONE.match(text, at)
        brace, name = match.groups() if match else (None, None)
        known = {**dict.fromkeys(_PREDEFINED), **self._known}
        parameter = self._known.get(name or "")
        if (piece.place(at), name or "") in self._named:
            return  # a sequence passes the same line many times
        self._named.add((piece.place(at), name or ""))
        end = text.find("}", at) + 1 or len(text)
        shown = show(text[at:end] if brace else f"${name}")
        if parameter is not None and parameter.many:
            hint = "end the line behind it, or define it on one line"
            self._findings.error(piece.place(at), f"{shown} has several lines, and text stands behind it", hint=hint)
        elif brace and name in _PREDEFINED:
            hint = f"write: {_USAGE[name]}"
            self._findings.error(piece.place(at), f"{shown} is not how {name} is written", hint=hint)
        elif brace:
            rule = "keepalived leaves it, and its braces then open and close a block"
            hint = did_you_mean(name or "", known) or "define it above: $NAME=VALUE"
            self._findings.error(piece.place(at), f"the parameter {shown} is not defined", rule, hint)
        elif name and (at == 0 or text[at - 1] in " \t"):
            if name in known:
                hint = f"write: ${{{name}}}"
                self._findings.warning(piece.place(at), f"{shown} is not put in: other text stands behind it", "", hint)
            elif not at and text[len(name) + 1 :].lstrip(" \t").startswith("="):
                hint = "write $NAME=VALUE, without a space before the ="
                self._findings.error(piece.place(at), f"{shown} is neither used nor defined here", hint=hint)
            else:
                hint = did_you_mean(name, known) or "define it above: $NAME=VALUE"
                rule = "keepalived leaves it as it is"
                self._findings.warning(piece.place(at), f"the parameter {shown} is not defined", rule, hint)


@dataclass(frozen=True)
class _Value:
    text: str = field(repr=False)
    rest: tuple[Piece, ...] = field(default=(), repr=False)


#: How many words each of keepalived's own parameters takes.
_PREDEFINED = {"_PWD": (0, 0), "_INSTANCE": (0, 0), "_RANDOM": (0, 2), "_ENV": (1, 1), "_HASH": (0, 0), "_BANG": (0, 0)}
_USAGE = {name: f"${{{name}}}" for name in _PREDEFINED}
_USAGE.update(_RANDOM="${_RANDOM MIN MAX}", _ENV="${_ENV NAME}")


def definition(text: str) -> Optional[tuple[str, int]]:
    """Return (name, index of the value) when ``text`` defines a parameter."""
    match = _DEFINITION.match(text)
    return (match.group(1), match.end()) if match else None


def names_in(text: str) -> Iterator[str]:
    """Yield every name that ``text`` calls for."""
    for match in re.finditer(r"\$\{?([A-Za-z_]\w*)", text, re.ASCII):
        yield match.group(1)
