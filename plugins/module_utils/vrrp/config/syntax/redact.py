# Copyright (c) 2026, the hotstandby.vrrp authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Hide passwords and keys in texts, for --diff, logs and messages."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from dataclasses import replace

from .diagnostics import Location, Problem
from .parameters import names_in
from .source_line import Piece

MASK = "********"

# Any spelling of the keyword (auth_pass, AUTH-PASS, authpas, auth_password), with or without quotes, : or =.
_PASSWORD = r"""auth[_-]?p\w*["']?[^\S\n]*[:=]?"""
# A key of auth_hmac and its number; a key that is in a file is no secret.
_KEY = r"""(?<![\w-])key["']?[^\S\n]+\d+(?=[^\S\n])(?![^\S\n]+["']?file:)"""
_KEYWORD = re.compile(rf"{_PASSWORD}|{_KEY}", re.IGNORECASE)
# One value: anything up to white space, where quotes hold white space; an open quote holds the rest of the line.
_VALUE = re.compile(r"""(?:"[^"]*(?:"|$)|'[^']*(?:'|$)|[^\s"'])+""")
_OTHER_KEYWORD = re.compile(r"auth_type\b", re.IGNORECASE)
# A keyword alone at the end of a line, and not in a comment.
_AT_THE_END = re.compile(rf"[^#!]*(?:{_PASSWORD})\s*$", re.IGNORECASE)
# What a problem may repeat of a line: its words, as the braces and quotes in them leave them.
_PIECE = re.compile(r"""[^\s{}"]+""")
# What a diff and a conditional line put before the first word.
_PREFIX = re.compile(r"[-+\s]*(?:@\S+\s+)?")
# A definition or a list, which may give a password to a parameter.
_DEFINITION = re.compile(r"([-+\s#!]*(?:@\S+\s+)?\$([A-Za-z_]\w*)\s*=\s*)(.*?)(\\?)\s*$", re.ASCII)
_LIST = re.compile(r"(~LST\s*\(\s*(\{[^{}()]*\}|[^{},()]*),)([^()]*)", re.ASCII)
_SECRET_NAME = re.compile(r"pass|pw|secret|key|psk|token|cred", re.IGNORECASE)


def mask_secrets(text: str) -> str:
    """Return ``text`` with the value of every ``auth_pass`` and every HMAC ``key`` replaced by ``********``.

    It prefers to hide too much: every word behind the keyword is hidden, with any quoting, in comments, in the lines of
    a diff, and on the next line when none follows on its own. A brace or a comment that stands apart, behind the value,
    remains. Hidden are also the values of parameters that such a line uses, or that are named like a secret; a
    parameter that only another file uses as a password can be known by its name alone.
    """
    lines = text.split("\n")
    names = _secret_names(lines) if "$" in text or "~" in text else set()
    masked = []
    pending = False  # a keyword stood alone at the end of a line
    defining = False  # the last line of a secret's definition ended with a \
    for line in lines:
        if defining:
            masked.append(MASK if line.strip() else line)
            defining = line.rstrip().endswith("\\")
            continue
        if pending and line.strip():
            pending = False
            prefix = _PREFIX.match(line)
            start = prefix.end() if prefix else 0
            if not _OTHER_KEYWORD.match(line, start) and not _KEYWORD.match(line, start):
                masked.append(line[:start] + _mask_values(line[start:]))
                continue
        pending = pending or bool(_AT_THE_END.match(line))
        given = _DEFINITION.match(line) if "$" in line else None
        if given is not None and _is_secret(given.group(2), names):
            masked.append(given.group(1) + (MASK if given.group(3) else "") + (" \\" if given.group(4) else ""))
            defining = bool(given.group(4))
            continue
        masked.append(_mask_line(_mask_lists(line, names)))
    return "\n".join(masked)


def holding_secrets(sources: Iterable[tuple[str, str]]) -> set[str]:
    """Return the paths of those files, (path, text), in which there is something to mask, taken together."""
    sources = list(sources)
    masked = iter(mask_secrets("\n".join(text for _path, text in sources)).split("\n"))
    return {path for path, text in sources if [next(masked) for _line in text.split("\n")] != text.split("\n")}


class Secrets:
    """It keeps the text of each file that was read, and the lines that hold passwords and keys after expansion."""

    def __init__(self) -> None:
        self.sources: list[tuple[str, str]] = []  # (path, text), in the order of reading
        self._lines: dict[tuple[str, int], tuple[int, set[str]]] = {}
        self._pending = False  # a keyword stood alone at the end of a line

    def note(self, line: Piece) -> None:
        """Remember ``line`` if it holds a secret: from which column on, and in what pieces a message may show it."""
        keyword = _KEYWORD.search(line.text)
        pending, self._pending = self._pending, keyword is not None and keyword.end() == len(line.text)
        if keyword is not None:
            start = keyword.end()
            # What comes out of a parameter has one column, be it keyword or value.
            column = min([line.columns[start - 1], *(each - 1 for each in line.columns[start:])])
        elif pending and not _OTHER_KEYWORD.match(line.text):
            column, start = 0, 0
        else:
            return
        before, pieces = self._lines.get((line.path, line.number), (column, set()))
        pieces.update(_PIECE.findall(line.text, start))
        self._lines[line.path, line.number] = min(before, column), pieces

    def covers(self, place: Location) -> bool:
        """Return whether what stands at ``place`` may be a secret, or a part of one."""
        column, _pieces = self._lines.get((place.path, place.line), (place.column, set()))
        return place.column > column

    def hide(self, problems: tuple[Problem, ...]) -> tuple[Problem, ...]:
        """Return the problems without quotes from behind a keyword: a brace in a password splits it into words."""
        return tuple(self._hide(problem) for problem in problems)

    def _hide(self, problem: Problem) -> Problem:
        if not self.covers(Location(problem.path, problem.line, problem.column)):
            return problem
        _column, pieces = self._lines[problem.path, problem.line]
        shown = re.sub(r'"(?!auth_pass")[^"]*"', f'"{MASK}"', problem.text)
        shown = " ".join(MASK if word in pieces else word for word in shown.split(" "))
        return problem if shown == problem.text else replace(problem, text=shown, hint="")


def _is_secret(name: str, names: set[str]) -> bool:
    return name in names or bool(_SECRET_NAME.search(name))


def _secret_names(lines: list[str]) -> set[str]:
    """Return the parameters that stand behind a keyword, and those that their values call for."""
    found: set[str] = set()
    values: dict[str, set[str]] = {}
    for line in lines:
        keyword = _KEYWORD.search(line)
        if keyword is not None:
            found.update(names_in(line[keyword.end() :]))
        given = _DEFINITION.match(line)
        if given is not None:
            values.setdefault(given.group(2), set()).update(names_in(given.group(3)))
    waiting = [name for name in {*found, *values} if _is_secret(name, found)]
    while waiting:
        fresh = values.pop(waiting.pop(), set()) - found
        found |= fresh
        waiting += fresh
    return found


def _mask_lists(line: str, names: set[str]) -> str:
    if "~LST" not in line:
        return line

    def masked(match: re.Match[str]) -> str:
        given = re.findall(r"\w+", match.group(2))
        return f"{match.group(1)} {MASK}" if any(_is_secret(name, names) for name in given) else match.group()

    return _LIST.sub(masked, line)


def _mask_line(line: str) -> str:
    keyword = _KEYWORD.search(line)
    if keyword is None:
        return line
    return line[: keyword.end()] + _mask_values(line[keyword.end() :])


def _mask_values(text: str) -> str:
    """Mask the words at the beginning of ``text``; what follows them may hold another keyword."""
    result: list[str] = []
    index = 0
    for count, value in enumerate(_values(text)):
        first = value.group()[0]
        if (count and (first in "#!" or not value.group().strip("{}"))) or not text.strip("{}"):
            return "".join(result) + text[index : value.start()] + _mask_line(text[value.start() :])
        result.append(text[index : value.start()] + MASK)
        index = value.end()
        if not count and first in "#!":
            # The comment may be a password that was not quoted: hide all of it.
            return "".join(result)
    return "".join(result) + text[index:]


def _values(text: str) -> Iterator[re.Match[str]]:
    """Yield the words of ``text``, but for the \\ behind them with which a line of a definition goes on."""
    for match in _VALUE.finditer(text):
        if match.group() != "\\" or not match.start() or match.end() != len(text.rstrip()):
            yield match
