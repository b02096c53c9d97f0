# Copyright (c) 2026, the hotstandby.vrrp authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""It keeps the report on a file together with all that the report depends on, so that the file is not parsed again.

That is the text, the name and the environment of the node, and what the parser asked the disk for: the names in
directories, the kinds of files, and the texts of included files. While all of these are equal, a parse would say the
same. Key files, permissions and interfaces are not looked at by the parser, and so are no part of this.
"""

from __future__ import annotations

import os
import pickle
from contextlib import suppress
from dataclasses import dataclass, field
from typing import Any, Optional

from ..config import loader
from ..config.syntax.diagnostics import ConfigError
from ..config.syntax.include import Disk, Surroundings

PICKLE_MAX = 1 << 20  # octets; 255 instances take a fifth of it


class _RecordingDisk:
    """It passes each question on to ``disk``. ``answers`` are (method, path, answer), in their order."""

    def __init__(self, disk: Disk) -> None:
        self._disk = disk
        self.answers: list[tuple[str, str, Any]] = []

    def names(self, directory: str) -> Optional[list[str]]:
        names: Optional[list[str]] = self._ask("names", directory)
        return names

    def kind(self, path: str) -> Optional[str]:
        kind: Optional[str] = self._ask("kind", path)
        return kind

    def read(self, path: str) -> str:
        return str(self._ask("read", path))

    def absolute(self, path: str) -> str:
        return str(self._ask("absolute", path))

    def _ask(self, method: str, path: str) -> Any:
        try:
            answer = getattr(self._disk, method)(path)
        except ConfigError as error:
            self.answers.append((method, path, error.problems))
            raise
        self.answers.append((method, path, answer))
        return answer


@dataclass(frozen=True)
class ParsedFile:
    """It is the report on a text, with the name and the environment of the node, and what its disk answered."""

    report: loader.LoadResult
    node: tuple[str, dict[str, str]] = field(repr=False)
    answers: list[tuple[str, str, Any]] = field(repr=False)  # they may hold passwords

    def holds(self, text: str, path: str) -> bool:
        """Return whether a parse of ``text`` as the file ``path`` would give the same report now."""
        if self.report.sources[0] != (path, text) or self.node != _node():
            return False
        disk = _RecordingDisk(loader.disk_beside(text))
        for method, asked, _answer in self.answers:
            with suppress(ConfigError):  # it is recorded, too
                getattr(disk, method)(asked)
        return disk.answers == self.answers

    def pickled(self) -> bytes:
        """Return it as :func:`parse` takes it; nothing where it is too large to be kept."""
        octets = pickle.dumps(self, pickle.HIGHEST_PROTOCOL)
        return octets if len(octets) <= PICKLE_MAX else b""


def parse(text: str, path: str, pickled: bytes = b"") -> ParsedFile:
    """Parse ``text`` as the file ``path``. Where ``pickled``, a former result, still holds, return that instead."""
    before = pickle.loads(pickled) if pickled else None  # a child of this agent has written it
    if isinstance(before, ParsedFile) and before.holds(text, path):
        return before
    node, disk = _node(), _RecordingDisk(loader.disk_beside(text))
    config_id, environment = node
    report = loader.inspect(text, path, config_id, Surroundings(disk, environment))
    return ParsedFile(report, node, disk.answers)


def _node() -> tuple[str, dict[str, str]]:
    return loader.node_config_id(), dict(os.environ)
