# Copyright (c) 2026, the hotstandby.vrrp authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Read the files of one include line, and report those that are not read."""

from __future__ import annotations

import posixpath
from collections.abc import Iterator
from typing import Optional

from ..problems import ConfigError, Findings, Invalid, Place, show
from .includes import BRACE_MATCH, DIRECTORY, FILE, MATCH, READABLE, WILDCARD_MATCH, Disk, Include, find


class Inclusion:
    """It reads from ``disk``; None when there is none, so that every include is an error."""

    def __init__(self, findings: Findings, disk: Optional[Disk]):
        self._findings = findings
        self._disk = disk

    def absolute(self, path: str) -> str:
        """Return the path from the root, without symbolic links; without a disk, ``path`` as it is."""
        return self._disk.absolute(path) if self._disk is not None else path

    def files(self, include: Include, place: Place, by: str, chain: tuple[str, ...]) -> Iterator[tuple[str, str]]:
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

    def _text(self, include: Include, place: Place, path: str, chain: tuple[str, ...]) -> Optional[str]:
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

    def _say(self, include: Include, flag: int, place: Place, text: str, hint: str = "") -> None:
        """Add an error when the include is that strict; otherwise a warning, as keepalived goes on without the file."""
        if include.checks & flag:
            self._findings.error(place, text, f"{include.keyword} or include_check demands it", hint)
        else:
            rule = f"keepalived goes on without it, as {include.keyword} has it"
            self._findings.warning(place, text, rule, hint or "write includea to make that an error")
