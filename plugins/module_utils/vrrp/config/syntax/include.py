# Copyright (c) 2026, the hotstandby.vrrp authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Find the files that ``include PATTERN`` and its stricter forms name, and say what counts as wrong.

The pattern is a shell's: ``* ? [...]`` within a directory, and ``{one,other}``. It is relative to the directory of the
file that it stands in. Nothing here touches a disk: the caller passes a :class:`Disk`.
"""

from __future__ import annotations

import posixpath
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from fnmatch import fnmatchcase
from typing import Optional, Protocol

from .diagnostics import ConfigError, Diagnostics, Invalid, Location, show

#: Bounds: files in one another, files in all, the length of a pattern, the names that its braces make.
NESTING = 16
FILES = 1000
PATTERN_MAX = 1024
ALTERNATIVES = 1000

READABLE = 1  # a file that is matched must be readable: no directory, no program
MATCH = 2  # a name without wildcards must be there
WILDCARD_MATCH = 4  # wildcards must match something
BRACE_MATCH = 8  # each of the names that braces make must be there
CHECKS = {
    "": 0,
    "r": READABLE,
    "m": READABLE | MATCH,
    "w": READABLE | MATCH | WILDCARD_MATCH,
    "b": READABLE | BRACE_MATCH,
    "a": READABLE | MATCH | WILDCARD_MATCH | BRACE_MATCH,
}
#: ``include_check`` by its words. keepalived's manual says "readable", which its parser does not know.
_CHECK_WORDS = {
    "read": READABLE,
    "match": MATCH,
    "wildcard_match": WILDCARD_MATCH,
    "brace_match": BRACE_MATCH,
}

FILE, DIRECTORY, OTHER = "file", "directory", "other"

_INCLUDE = re.compile(r"include([rmwba]?)\s+(\S.*)", re.DOTALL)
_WILDCARD = re.compile(r"[*?\[]")


class Disk(Protocol):
    """It reads included files. Relative paths start where the including text was read from."""

    def names(self, directory: str) -> Optional[list[str]]:
        """Return the names in a directory; None when it cannot be read."""

    def kind(self, path: str) -> Optional[str]:
        """Return FILE when it may be read and is no program, DIRECTORY, OTHER; None when there is nothing."""

    def read(self, path: str) -> str:
        """Return the text of a file. Raises ConfigError."""

    def absolute(self, path: str) -> str:
        """Return the path from the root, without symbolic links."""


@dataclass(frozen=True)
class Surroundings:
    """It says what a file may ask of its node. None: the node is not at hand, so asking is an error."""

    disk: Optional[Disk] = None
    environment: Optional[Mapping[str, str]] = None


NOWHERE = Surroundings()


@dataclass(frozen=True)
class Include:
    """It is one include line; ``index`` is where its pattern begins."""

    keyword: str
    pattern: str
    index: int
    checks: int


@dataclass(frozen=True)
class Match:
    """It says that ``paths`` are there, ``missing`` names are not, and whether the pattern had ``wildcards``."""

    paths: tuple[str, ...]
    missing: tuple[str, ...]
    wildcards: bool


def include(text: str) -> Optional[Include]:
    """Return what ``text`` asks for when it begins with include, else None."""
    match = _INCLUDE.match(text)
    if match is None:
        return None
    kind = match.group(1)
    return Include("include" + kind, match.group(2), match.start(2), CHECKS[kind])


def changed_checks(words: list[str], before: int) -> int:
    """Return the checks in force after ``include_check WORDS``; the schema reports unknown words."""
    if not words:
        return CHECKS["a"]
    checks = before
    for position, word in enumerate(words):
        flag = _CHECK_WORDS.get(word.lstrip("+-"), 0)
        if word.startswith("+"):
            checks |= flag
        elif word.startswith("-"):
            checks &= ~flag
        elif not position:
            checks = READABLE | flag if flag else 0
    return checks


def find(pattern: str, directory: str, disk: Disk) -> Match:
    """Look for ``pattern`` from ``directory`` on, in the order in which keepalived reads. Raises Invalid."""
    if len(pattern) > PATTERN_MAX:
        raise Invalid(f"a pattern of {len(pattern)} characters", f"{PATTERN_MAX} is the most")
    paths: list[str] = []
    missing: list[str] = []
    wildcards = False
    for name in _alternatives(pattern):
        wildcards = wildcards or bool(_WILDCARD.search(name))
        paths += _matching(name, directory, disk, missing)
        if len(paths) > FILES:
            raise Invalid(f"more than {FILES} files match", f"{FILES} is the most", "name fewer of them")
    return Match(tuple(paths), tuple(missing), wildcards)


def _alternatives(pattern: str) -> Iterator[str]:
    """Yield the patterns without braces that a pattern with braces stands for, in its order."""
    waiting = [pattern]
    count = 0
    while waiting:
        text = waiting.pop()
        count += 1
        if count > ALTERNATIVES * 4:
            raise Invalid("the braces of the pattern make too many names", f"{ALTERNATIVES} is the most")
        parts = _first_braces(text)
        if parts is None:
            yield text
        else:
            before, choices, after = parts
            waiting += [before + choice + after for choice in reversed(choices)]


def _first_braces(text: str) -> Optional[tuple[str, list[str], str]]:
    start = -1
    for _attempt in range(16):  # a brace that is never closed is an ordinary character
        start = text.find("{", start + 1)
        if start < 0:
            break
        depth, cut, choices = 0, start + 1, []
        for index in range(start, len(text)):
            char = text[index]
            if char == "{":
                depth += 1
            elif char == "," and depth == 1:
                choices.append(text[cut:index])
                cut = index + 1
            elif char == "}":
                depth -= 1
                if not depth:
                    return text[:start], [*choices, text[cut:index]], text[index + 1 :]
    return None


def _matching(name: str, directory: str, disk: Disk, missing: list[str]) -> list[str]:
    """Return the paths that one pattern without braces names; parts that are not there go to ``missing``."""
    root = "/" if name.startswith("/") else ""
    found = [root or directory]
    parts = [part for part in name.split("/") if part]
    for position, part in enumerate(parts):
        last = position == len(parts) - 1
        step: list[str] = []
        for base in found:
            if _WILDCARD.search(part):
                names = disk.names(base or ".")
                if names is None:
                    missing.append(name)
                    continue
                paths = [_join(base, each) for each in sorted(names, key=_octets) if _fits(each, part)]
                step += paths if last else [path for path in paths if disk.kind(path) == DIRECTORY]
            elif not last or disk.kind(_join(base, part)) is not None:
                step.append(_join(base, part))
            else:
                missing.append(name)
        found = step[: FILES + 1]
    return found if parts else []


def _octets(name: str) -> bytes:
    return name.encode("utf-8", "surrogateescape")


def _join(base: str, name: str) -> str:
    return posixpath.join(base, name) if base else name


def _fits(name: str, pattern: str) -> bool:
    """Return whether a shell would match: names that begin with a dot must be asked for."""
    if name.startswith(".") and not pattern.startswith("."):
        return False
    pattern = re.sub(r"\\(.)", lambda match: f"[{match.group(1)}]", pattern).replace("[^", "[!")
    try:
        return fnmatchcase(name, pattern)
    except re.error:  # a range that runs backwards, with an older Python
        return False


class Inclusion:
    """It reads from ``disk``; None when there is none, so that every include is an error."""

    def __init__(self, findings: Diagnostics, disk: Optional[Disk]):
        self._findings = findings
        self._disk = disk

    def absolute(self, path: str) -> str:
        """Return the path from the root, without symbolic links; without a disk, ``path`` as it is."""
        return self._disk.absolute(path) if self._disk is not None else path

    def files(self, include: Include, place: Location, by: str, chain: tuple[str, ...]) -> Iterator[tuple[str, str]]:
        """Yield (path, text) of each file that ``include`` in the file ``by`` names; ``chain`` is not read again.

        Each text is read when it is asked for: the file before it may have changed what comes next.
        """
        if self._disk is None:
            hint = "check the file on its node"
            text = f"{include.keyword} {show(include.pattern)} is not followed here: only the node has its files"
            self._findings.error(place, text, hint=hint)
            return
        try:
            found = find(include.pattern, posixpath.dirname(by), self._disk)
        except Invalid as invalid:
            self._findings.error(place, invalid.text, invalid.rule, invalid.hint)
            return
        if found.missing and not found.paths:
            flag = BRACE_MATCH if "{" in include.pattern else MATCH
            self._say(include, flag, place, f"there is no file {show(include.pattern)}")
        elif found.missing:
            names = ", ".join(show(name) for name in found.missing[:5])
            self._say(include, BRACE_MATCH, place, f"some files of {show(include.pattern)} are missing: {names}")
            if include.checks & BRACE_MATCH:
                return
        elif not found.paths and found.wildcards and include.checks & WILDCARD_MATCH:
            self._say(include, WILDCARD_MATCH, place, f"no file matches {show(include.pattern)}")
        for path in found.paths:
            read = self._text(include, place, path, chain)
            if read is not None:
                yield path, read

    def _text(self, include: Include, place: Location, path: str, chain: tuple[str, ...]) -> Optional[str]:
        if posixpath.normpath(path) in chain:
            hint = "a file must not include itself, nor a file that includes it"
            self._findings.error(place, f"{path} is being read already", hint=hint)
            return None
        kind = self._disk.kind(path) if self._disk is not None else None
        if self._disk is None or kind != FILE:
            what = "is a directory" if kind == DIRECTORY else "is a program, or not a regular file"
            hint = "chmod a-x" if kind not in (DIRECTORY, None) else ""
            self._say(include, READABLE, place, f"{path} {what}", hint)
            return None
        try:
            return self._disk.read(path)
        except ConfigError as error:
            (problem,) = error.problems
            if problem.text.startswith("cannot read"):
                self._say(include, READABLE, place, f"{path}: {problem.text}")
            else:
                self._findings.errors.append(problem)
            return None

    def _say(self, include: Include, flag: int, place: Location, text: str, hint: str = "") -> None:
        """Add an error when the include is that strict; otherwise a warning, as keepalived goes on without the file."""
        if include.checks & flag:
            self._findings.error(place, text, f"{include.keyword} or include_check demands it", hint)
        else:
            rule = f"keepalived goes on without it, as {include.keyword} has it"
            self._findings.warning(place, text, rule, hint or "write includea to make that an error")
