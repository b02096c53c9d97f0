# Copyright (c) 2026, the hotstandby.vrrp authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Parse lines into a tree: statements made of words, some with a block, each with file:line:column.

Nothing here knows a keyword. A brace outside double quotes is a token of its own wherever it stands, so a block may
open on its statement's line, on the next one, or hold everything on one line, as with keepalived.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import suppress
from dataclasses import dataclass, field
from typing import Optional

from . import preprocessor
from .diagnostics import Diagnostics, Invalid, Location, Problem, TooManyErrors, show
from .include import NOWHERE, Surroundings
from .redact import Secrets, mask_secrets

_ESCAPES = {"a": "\a", "b": "\b", "E": "\x1b", "f": "\f", "n": "\n", "r": "\r", "t": "\t", "v": "\v"}
_HEX = "0123456789abcdefABCDEF"
_OCTAL = "01234567"


@dataclass(frozen=True)
class Word:
    """Hold one word, without its quotes, and the place where it stands."""

    text: str = field(repr=False)  # it may be a password
    place: Location


@dataclass(frozen=True)
class Statement:
    """It is a keyword with its values; ``children`` is None where no block follows."""

    words: tuple[Word, ...]
    raw: str = field(repr=False)  # the words as written, for values with quoting rules of their own
    addition: bool = False
    comment_follows: bool = False
    children: Optional[tuple[Statement, ...]] = field(default=None, repr=False)
    closed: bool = True

    @property
    def keyword(self) -> str:
        """Return the text of the first word."""
        return self.words[0].text

    @property
    def place(self) -> Location:
        """Return the place of the first word."""
        return self.words[0].place

    @property
    def values(self) -> tuple[Word, ...]:
        """Return the words behind the keyword."""
        return self.words[1:]


@dataclass(frozen=True)
class Tree:
    """It is a whole file. ``problems`` and ``warnings`` are about its form: braces, quotes, parameters, includes."""

    path: str
    statements: tuple[Statement, ...] = field(repr=False)
    problems: tuple[Problem, ...] = ()
    warnings: tuple[Problem, ...] = ()

    @property
    def balanced(self) -> bool:
        """Return whether every block is closed; if not, a missing keyword may only stand in the wrong block."""
        return all(statement.closed for statement in self.statements)


def parse(
    text: str,
    path: str,
    config_id: str = "",
    surroundings: Surroundings = NOWHERE,
    secrets: Optional[Secrets] = None,
) -> Tree:
    """Parse keepalived.conf. Never raises for bad input: the tree holds what could be read, and the problems.

    ``config_id`` is what ``@word`` lines are compared with: keepalived uses the first label of the host's name.
    ``secrets`` learns where passwords stand, and what was included.
    """
    findings = Diagnostics()
    builder = _Builder(findings)
    statements: tuple[Statement, ...] = ()
    with suppress(TooManyErrors):
        for line in preprocessor.lines(text, path, findings, config_id, surroundings, secrets):
            for token in _tokens(line):
                builder.add(token, line)
        statements = builder.finish()
    return Tree(path, statements, tuple(findings.errors), tuple(findings.warnings))


class _Open:
    """It is a block whose } has not come yet."""

    def __init__(self, head: Optional[Statement], line: Optional[preprocessor.SourceLine]):
        self.head = head
        self.addition = bool(line and line.addition)
        self.children: list[Statement] = []


class _Builder:
    def __init__(self, findings: Diagnostics):
        self.findings = findings
        self.stack = [_Open(None, None)]
        self.pending = False  # the last statement may still get a block

    def add(self, token: tuple[int, int], line: preprocessor.SourceLine) -> None:
        start, end = token
        text = line.text[start:end]
        if text == "{":
            self._open(line.place(start), line)
        elif text == "}":
            self._close(line.place(start), line)
        else:
            words = tuple(Word(word, line.place(start + index)) for word, index in split_words(text))
            if words:
                last = end == len(line.text)
                self.stack[-1].children.append(Statement(words, text, line.addition, last and line.comment_follows))
                self.pending = True

    def _open(self, place: Location, line: preprocessor.SourceLine) -> None:
        if self.pending:
            self.stack.append(_Open(self.stack[-1].children.pop(), line))
        else:
            self.findings.error(place, "{ without a keyword before it", hint="remove it")
            self.stack.append(_Open(None, line))
        self.pending = False

    def _close(self, place: Location, line: preprocessor.SourceLine) -> None:
        self.pending = False
        if len(self.stack) == 1:
            self.findings.error(place, "} closes nothing: every block above is closed already", hint="remove it")
            return
        if self.stack[-1].addition != line.addition:
            self.findings.error(
                place,
                "a block opens and closes on @hotstandby lines, or neither",
                hint="keepalived skips those lines and must still see every brace closed",
            )
        self._pop(closed=True)

    def _pop(self, closed: bool) -> None:
        block = self.stack.pop()
        head = block.head
        if head is not None:
            self.stack[-1].children.append(
                Statement(head.words, head.raw, head.addition, head.comment_follows, tuple(block.children), closed)
            )

    def finish(self) -> tuple[Statement, ...]:
        for block in self.stack[1:]:
            if block.head is not None:
                name = show(mask_secrets(" ".join(word.text for word in block.head.words)))
                self.findings.error(
                    block.head.place,
                    f"the block {name} is never closed",
                    "Each { needs its }",
                    "add the missing } where this block ends",
                )
        while len(self.stack) > 1:
            self._pop(closed=False)
        return tuple(self.stack[0].children)


def _tokens(line: preprocessor.SourceLine) -> Iterator[tuple[int, int]]:
    """Yield (start, end) of each brace outside double quotes and of the text between."""
    text = line.text
    start = index = 0
    quoted = False
    while index < len(text):
        char = text[index]
        if char == '"':
            quoted = not quoted
        elif char in "{}" and not quoted:
            if start < index:
                yield start, index
            yield index, index + 1
            start = index + 1
        index += 1
    if start < index:
        yield start, index


def split_words(text: str) -> Iterator[tuple[str, int]]:
    """Yield (word, index) by keepalived's plain rule: white space or a double quote ends a word; only " quotes."""
    index = 0
    while True:
        while index < len(text) and text[index] in preprocessor.WHITE_SPACE:
            index += 1
        if index >= len(text):
            return
        start = index
        if text[index] == '"':
            end = text.find('"', index + 1)
            if end < 0:
                end = len(text)
            yield text[start + 1 : end], start
            index = end + 1
        else:
            while index < len(text) and text[index] not in preprocessor.WHITE_SPACE and text[index] != '"':
                index += 1
            yield text[start:index], start


def split_command(text: str) -> list[str]:
    """Split by keepalived's rule for commands: ' and " quote anywhere in a word, \\ escapes as in a shell's $''.

    An escape stands for an octet, and one of 0 ends its word, as in C. Raises Invalid when a quote stays open or a \\
    ends the text.
    """
    words: list[str] = []
    current: Optional[list[str]] = None
    quote = ""
    index = 0
    while index < len(text):
        char = text[index]
        index += 1
        if char == "\\":
            if index >= len(text):
                raise Invalid("a backslash at the end of a command", hint="write \\\\ for the character itself")
            escaped, index = _escape(text, index)
            current = (current or []) + [escaped]
        elif quote:
            if char == quote:
                quote = ""
            else:
                current = (current or []) + [char]
        elif char in "'\"":
            quote = char
            current = current or []
        elif char in preprocessor.WHITE_SPACE:
            if current is not None:
                words.append(_joined(current))
            current = None
        else:
            end = index
            while end < len(text) and text[end] not in preprocessor.WHITE_SPACE and text[end] not in "'\"\\":
                end += 1
            current = (current or []) + [text[index - 1 : end]]
            index = end
    if quote:
        raise Invalid(f"a quote {quote} is opened and not closed", hint="a command with braces stands in double quotes")
    if current is not None:
        words.append(_joined(current))
    return words


def _joined(parts: list[str]) -> str:
    """Return one word; octets that are UTF-8 together become characters."""
    word = "".join(parts).partition("\0")[0]
    if not word.isascii():
        word = word.encode("utf-8", "surrogateescape").decode("utf-8", "surrogateescape")
    return word


def _octet(number: int) -> str:
    """Return an octet as a character, a surrogate above 127; keepalived keeps the last 8 bits."""
    return bytes([number & 0xFF]).decode("ascii", "surrogateescape")


def _escape(text: str, index: int) -> tuple[str, int]:
    """Return the character of the escape at ``text[index]`` (behind its backslash), and the next index."""
    char = text[index]
    if char == "x" and text[index + 1 : index + 2] in set(_HEX):
        end = index + 1
        while end < len(text) and text[end] in _HEX:
            end += 1
        return _octet(int(text[end - 2 : end].lstrip("xX"), 16)), end
    if char == "c" and index + 1 < len(text):
        return chr(ord(text[index + 1]) & 0x1F), index + 2
    if char in _OCTAL:
        end = index
        while end < len(text) and end < index + 3 and text[end] in _OCTAL:
            end += 1
        return _octet(int(text[index:end], 8)), end
    return _ESCAPES.get(char, char), index + 1
