# Copyright (c) 2026, the hotstandby.vrrp authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Turn text into the lines that hold configuration: without comments, expanded and repeated.

This is keepalived's line layer, apart from its grammar: comments, ``@conditional`` lines, ``$PARAMETER``, ``~SEQ`` and
``~LST``, ``include``. Each replaces one line by others, which are read as if they stood in the file. What the parser of
keepalived 2.4.3 gets wrong by accident (a parameter that stands for a whole ``@condition``, say) works here as its
manual has it.

Reading any file terminates: see :mod:`.source_line`, :mod:`.parameters`, :mod:`.sequence` and :mod:`.include`.
"""

from __future__ import annotations

import posixpath
import re
from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from typing import Optional, Union

from .diagnostics import Diagnostics, Invalid, Location, TooManyErrors
from .encoding import Encoding
from .include import FILES, NESTING, NOWHERE, Include, Inclusion, Surroundings, changed_checks, include
from .parameters import LONGEST, REPLACEMENTS, DefinedParameters, Parameter, UnclosedDefinition, definition
from .redact import Secrets
from .sequence import Sequence, is_sequence, numbers_of, sequence
from .source_line import WHITE_SPACE, Budget, ExpansionLimit, Piece, decomment

__all__ = ["ADDITION", "WHITE_SPACE", "SourceLine", "lines"]

# Lines ``@hotstandby ...`` hold our additions: keepalived takes them for another machine's and skips them.
ADDITION = "hotstandby"

#: keepalived's line buffer: a longer line is ignored.
OCTETS = 1022

SourceLine = Piece  # a line that holds configuration

_BEHIND_A_BRACE = re.compile(r"[{}][ \t]*[@~$]")
_BRACE = re.compile(r'[{}"]')
_BRACED_DEFINITION = re.compile(r"\$\{(\w+)\}[ \t]*=")
_INCLUDE_ALONE = re.compile(r"include[rmwba]?$")


@dataclass
class _File:
    """It is a file that is being read. ``chain`` holds it and the files that include it."""

    path: str
    physical: Iterator[tuple[int, str]]
    chain: tuple[str, ...]
    checks: int  # include_check as it was before
    addition: bool = False


@dataclass
class _Files:
    """It holds the files of one include that are still to be read."""

    opened: Iterator[_File]


@dataclass
class _Repeat:
    """It is a sequence that is being repeated."""

    sequence: Sequence
    text: Piece


@dataclass
class _Open:
    """It is a definition of several lines that is not complete."""

    name: str
    place: Location
    lines: list[Piece] = field(default_factory=list)


def lines(
    text: str,
    path: str,
    findings: Diagnostics,
    config_id: str = "",
    surroundings: Surroundings = NOWHERE,
    secrets: Optional[Secrets] = None,
) -> Iterator[SourceLine]:
    """Yield the lines of ``text`` in force on the machine named ``config_id`` ("" matches no ``@word``).

    ``secrets`` is told which lines hold passwords, and the text of every file that is read.
    """
    return _Reading(findings, config_id, surroundings, secrets or Secrets()).of(text, path)


class _Reading:
    def __init__(self, findings: Diagnostics, config_id: str, surroundings: Surroundings, secrets: Secrets):
        self._findings = findings
        self._config_id = config_id
        self._secrets = secrets
        self._parameters = DefinedParameters(findings, config_id, surroundings.environment)
        self._inclusion = Inclusion(findings, surroundings.disk)
        self._stack: list[Union[_File, _Files, _Repeat, Piece]] = []  # the top is read next
        self._files: list[_File] = []  # those of the stack
        self._open: Optional[_Open] = None
        self._blank_ended = ""  # a definition that a blank line has just ended
        self._checks = 0
        self._budget = Budget(findings)
        self._read = 1
        self._encoding = Encoding(findings)

    def of(self, text: str, path: str) -> Iterator[SourceLine]:
        self._begin(self._file(text, path, ()))
        try:
            while self._stack:
                piece = self._next()
                if piece is not None:
                    line = self._process(piece)
                    if line is not None:
                        self._secrets.note(line)
                        yield line
        except (ExpansionLimit, TooManyErrors):
            pass

    def _file(self, text: str, path: str, chain: tuple[str, ...], addition: bool = False) -> _File:
        self._secrets.sources.append((path, text))
        return _File(path, enumerate(text.split("\n"), 1), (*chain, posixpath.normpath(path)), 0, addition)

    def _begin(self, file: _File) -> None:
        file.checks = self._checks
        self._stack.append(file)
        self._files.append(file)
        self._enter()

    def _enter(self) -> None:
        path = self._files[-1].path if self._files else ""
        self._parameters.directory = self._inclusion.absolute(posixpath.dirname(path) or ".")

    def _next(self) -> Optional[Piece]:
        """Return the next piece, or None when only the stack has changed."""
        top = self._stack[-1]
        if isinstance(top, Piece):
            self._stack.pop()
            self._budget.spend(top, len(top.text), 1)
            return top
        if isinstance(top, _Repeat):
            values = next(top.sequence.rounds, None)
            if values is None:
                self._stack.pop()
                return None
            for name, value in zip(top.sequence.names, values):
                self._parameters.set(name, value, top.text)
            self._budget.spend(top.text, len(top.text.text), 1)
            return top.text
        if isinstance(top, _Files):
            file = next(top.opened, None)
            if file is None:
                self._stack.pop()
            else:
                self._begin(file)
            return None
        numbered = next(top.physical, None)
        if numbered is None:
            self._end(top)
            return None
        return self._physical(top, *numbered)

    def _end(self, file: _File) -> None:
        if self._open is not None:
            self._findings.error(
                self._open.place,
                f"the definition of ${self._open.name} does not end in its file",
                hint="its last line has no \\ at the end",
            )
            self._open = None
        self._stack.pop()
        self._files.pop()
        self._checks = file.checks
        self._enter()

    def _physical(self, file: _File, number: int, physical: str) -> Optional[Piece]:
        """Return a line of a file without its comment; None when it is empty, or belongs to a definition."""
        physical = physical.rstrip("\r")
        path = file.path
        if len(physical) * 4 > OCTETS and len(physical.encode("utf-8", "replace")) > OCTETS:
            self._findings.warning(
                Location(path, number, 1), f"keepalived ignores a line of more than {OCTETS} octets", hint="shorten it"
            )
        bare = decomment(physical)
        content = physical[: bare.end].lstrip(WHITE_SPACE)
        columns = range(bare.end - len(content) + 1, bare.end + 1)
        piece = Piece(path, number, content, columns, file.addition, bare.comment_follows)
        self._encoding.look(physical, Location(path, number, 1), bare.end)
        if bare.escaped is not None:
            self._findings.warning(
                Location(path, number, bare.escaped + 1),
                f"{physical[bare.escaped : bare.escaped + 2]} begins a comment",
                "keepalived's VRRP process sees no backslash before it",
                'put the word into double quotes "',
            )
        if bare.open_quote is not None and not piece.text.startswith("@"):
            self._unquoted(Location(path, number, bare.open_quote + 1))
        if self._open is not None:
            self._continue(self._open, piece, physical[bare.end :].rstrip(WHITE_SPACE).endswith("\\"))
            return None
        return piece if piece.text else None

    def _unquoted(self, place: Location) -> None:
        self._findings.error(place, 'a quote " is opened and not closed', hint="quotes end on their line")

    def _continue(self, definition_: _Open, piece: Piece, commented: bool = False) -> None:
        """Take another line of a definition; one without a \\ at its end, and so a blank one, is the last."""
        if commented:  # keepalived 2.2 sees a \ at the end of a comment
            text = f"keepalived 2.4 takes the definition of ${definition_.name} to end before this comment"
            self._findings.warning(Location(piece.path, piece.number, 1), text, hint="put the comment on a line above")
        goes_on = piece.text.endswith("\\")
        piece = piece.part(0, len(piece.text) - goes_on)
        goes_on = goes_on or commented
        if piece.text:
            definition_.lines.append(piece)
        if not goes_on:
            self._blank_ended = "" if piece.text else definition_.name
            self._parameters.define(definition_.name, Parameter(tuple(definition_.lines), len(definition_.lines) > 1))
            self._open = None

    def _process(self, piece: Piece) -> Optional[SourceLine]:
        """Do what a line asks for. Return a line for the grammar, if it is one."""
        expanded = False
        while True:
            first = piece.text[:1]
            if not first:
                return None  # a sequence of nothing still sets its parameters
            if first == "@":
                conditional = self._conditional(piece)
                if conditional is None or not conditional.text:
                    return None
                expanded = expanded or not conditional.addition
                piece = conditional
                first = piece.text[:1]
            if first == "$" and self._define(piece):
                return None
            if first == "~" and is_sequence(piece.text):
                self._repeat(piece)
                return None
            if "$" not in piece.text:
                break
            after = self._expand(piece)
            if after is None:
                break
            expanded = True
            piece = after
        return self._finish(piece, expanded)

    def _finish(self, piece: Piece, expanded: bool) -> Optional[SourceLine]:
        if piece.text.startswith("include"):
            if self._include(piece, expanded):
                return None
            if piece.text.startswith("include_check"):
                self._checks = changed_checks(piece.text.split()[1:], self._checks)
        if _BEHIND_A_BRACE.search(piece.text):
            piece = self._split(piece)
        if "$" in piece.text and not self._findings.is_full_of_warnings:
            self._parameters.complain(piece)
        if piece.text.endswith("\\"):
            hint = "write it on one line"
            if self._blank_ended:
                hint = f"a blank line above ends the definition of ${self._blank_ended}: remove it"
            self._findings.error(piece.place(len(piece.text) - 1), "the line ends with a backslash", hint=hint)
            return None
        return piece

    def _conditional(self, piece: Piece) -> Optional[Piece]:
        """Return REST of ``@word REST`` or ``@^word REST``, or None when it is not in force."""
        text = piece.text
        negated = text.startswith("@^")
        begin = end = 2 if negated else 1
        while end < len(text) and text[end] not in WHITE_SPACE:
            end += 1
        word = text[begin:end]
        # "@^hotstandby" matches every program but us.
        matches = word == ADDITION or (bool(self._config_id) and word == self._config_id)
        if matches == negated:
            return None
        rest = replace(piece.part(end), addition=piece.addition or word == ADDITION)
        bare = decomment(rest.text)
        if bare.open_quote is not None:
            self._unquoted(rest.place(bare.open_quote))
        return rest

    def _define(self, piece: Piece) -> bool:
        found = definition(piece.text)
        if found is None:
            braced = _BRACED_DEFINITION.match(piece.text)
            if braced:
                hint = f"write: ${braced.group(1)}=VALUE"
                self._findings.error(piece.place(0), "a parameter is defined without braces", hint=hint)
            return bool(braced)
        name, start = found
        value = piece.part(start)
        if not value.text.endswith("\\") or piece.depth:
            self._parameters.define(name, Parameter((value,)))
            return True
        if piece.addition:
            hint = "keepalived skips only its first line: write it on one line, or without @hotstandby"
            self._findings.error(piece.place(0), f"the definition of ${name} goes on in the next line", hint=hint)
        self._open = _Open(name, piece.place(0))
        self._continue(self._open, value)
        return True

    def _repeat(self, piece: Piece) -> None:
        """Put a sequence on the stack. Its numbers, not its values, may be parameters."""
        start, end = numbers_of(piece.text)
        if "$" in piece.text[start:end]:
            inside = replace(piece, text=piece.text[start:end], columns=piece.columns[start:end])
            inside = self._expand(inside) or inside
            piece = replace(
                piece,
                text=piece.text[:start] + inside.text + piece.text[end:],
                columns=[*piece.columns[:start], *inside.columns, *piece.columns[end:]],
            )
        try:
            found = sequence(piece.text)
        except Invalid as invalid:
            self._findings.error(piece.place(0), invalid.text, invalid.rule, invalid.hint)
            return
        self._stack.append(_Repeat(found, self._budget.deeper(piece.part(found.end))))

    def _expand(self, piece: Piece) -> Optional[Piece]:
        """Return ``piece`` with its parameters, without a comment that they bring along; None when there were none."""
        try:
            result = self._parameters.expand(piece)
        except UnclosedDefinition as endless:
            rule = f"At most {REPLACEMENTS} parameters and {LONGEST} characters in a line"
            hint = "a value must not lead back to itself"
            self._findings.error(endless.piece.place(endless.index), str(endless), rule, hint)
            raise ExpansionLimit from None
        if not result.changed:
            return None
        self._budget.spend(piece, result.work)
        deeper = self._budget.deeper(result.piece)
        for rest in result.rests:
            self._stack += [replace(each, depth=deeper.depth, addition=piece.addition) for each in reversed(rest)]
        bare = decomment(deeper.text)
        if bare.open_quote is not None:
            self._unquoted(deeper.place(bare.open_quote))
        after = deeper.part(0, bare.end)
        comment = deeper.text[bare.end :].lstrip(WHITE_SPACE)
        if comment:
            self._findings.warning(
                deeper.place(len(deeper.text) - len(comment)),
                "the # or ! of a parameter begins a comment",
                "keepalived looks for comments again when the value is in its place",
                'put the word into double quotes "',
            )
        return after

    def _include(self, piece: Piece, expanded: bool) -> bool:
        """Put the files of an include line on the stack; False when it is none."""
        found = include(piece.text)
        if found is None:
            if _INCLUDE_ALONE.match(piece.text):
                self._findings.error(piece.place(0), f"{piece.text} names no file", hint=f"write: {piece.text} FILE")
                return True
            return False
        place = piece.place(found.index)
        if expanded and not piece.addition:
            rule = "keepalived's manual rules that out: its VRRP process would read the file twice"
            hint = "fine where only hotstandby reads it"
            self._findings.warning(place, f"{found.keyword} behind a condition or with a parameter", rule, hint)
        file = self._files[-1]
        if len(file.chain) > NESTING:
            self._findings.error(place, f"{found.keyword} goes too deep", f"At most {NESTING} files in one another")
            return True
        found = replace(found, checks=found.checks | self._checks)
        self._stack.append(_Files(self._opened(found, place, file, piece.addition)))
        return True

    def _opened(self, found: Include, place: Location, by: _File, addition: bool) -> Iterator[_File]:
        for path, text in self._inclusion.files(found, place, by.path, by.chain):
            self._read += 1
            if self._read > FILES:
                self._findings.error(place, f"more than {FILES} files are included", hint="include fewer of them")
                raise ExpansionLimit
            self._budget.spend(Piece(by.path, place.line, "", ()), len(text))
            yield self._file(text, path, by.chain, addition)

    def _split(self, piece: Piece) -> Piece:
        """Read what follows a brace like a line of its own: it may begin with @, $NAME= or ~SEQ."""
        quoted = False
        for match in _BRACE.finditer(piece.text):
            if match.group() == '"':
                quoted = not quoted
            elif not quoted:
                rest = piece.part(match.end())
                if rest.text.startswith(("@", "~")) or definition(rest.text):
                    self._stack.append(rest)
                    return replace(piece.part(0, match.end()), comment_follows=False)
        return piece
