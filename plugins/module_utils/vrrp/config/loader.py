# Copyright (c) 2026, the hotstandby.vrrp authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Turn a file or a text into a Configuration: this is how other packages use ``config``.

This is the only file of ``config`` that touches the machine: it opens files, asks for the node's name, which keepalived
compares ``@word`` lines with, and for its environment. ``inspect`` itself is pure: what a text may ask of its node
comes in as ``surroundings``, and :func:`here` is this machine.
"""

from __future__ import annotations

import hashlib
import os
import stat
from collections.abc import Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from typing import Optional

from .model.configuration import Configuration
from .semantics.build import build
from .semantics.programs import Programs, programs_of
from .semantics.sections import read
from .syntax.diagnostics import ConfigError, Diagnostics, Location, Problem, TooManyErrors, in_order
from .syntax.include import DIRECTORY, FILE, NOWHERE, OTHER, Surroundings
from .syntax.parser import parse
from .syntax.redact import Secrets

__all__ = ["ConfigError", "Problem", "LoadResult", "here", "inspect", "inspect_here", "load", "load_file", "read_text"]


SIZE_MAX = 1 << 20  # octets of a file with all that it includes; 255 instances are less than 100,000


@dataclass(frozen=True)
class LoadResult:
    """It holds all that can be said about a file. ``configuration`` is None when there are ``problems``.

    ``sources`` are (path, text) of the file and of each one that it includes, in the order of reading. ``programs`` are
    those that it runs; none where there are problems.
    """

    configuration: Optional[Configuration]
    problems: tuple[Problem, ...]
    warnings: tuple[Problem, ...]
    sources: tuple[tuple[str, str], ...] = field(default=(), repr=False)  # they may hold passwords
    programs: Programs = field(default=Programs())

    @property
    def tolerated(self) -> tuple[Problem, ...]:
        """Return the warnings about what only keepalived's files may hold: a file that is written for us has none."""
        return tuple(warning for warning in self.warnings if warning.tolerated)

    @property
    def digest(self) -> str:
        """Return the SHA-256 of everything that was read; of the text alone where nothing is included."""
        (_path, text), *included = self.sources
        return digest_of(text, included)


def digest_of(text: str, included: Sequence[tuple[str, str]] = ()) -> str:
    """Return the SHA-256 of a text and of (path, text) of what it includes."""
    whole = hashlib.sha256(text.encode("utf-8", "surrogatepass"))
    for path, part in included:
        whole.update(f"\0{path}\0".encode("utf-8", "surrogateescape"))
        whole.update(part.encode("utf-8", "surrogatepass"))
    return whole.hexdigest()


def inspect(text: str, path: str, config_id: str = "", surroundings: Surroundings = NOWHERE) -> LoadResult:
    """Read a configuration and collect everything that is wrong or doubtful. Pure, and never raises for bad input.

    ``config_id`` puts ``@CONFIG_ID ...`` lines in force; "" leaves out every ``@word`` line. Without ``surroundings``
    a text that includes files, or asks for an environment variable, has errors.
    """
    findings = Diagnostics()
    secrets = Secrets()
    if text.startswith("\ufeff"):
        findings.error(
            Location(path, 1, 1), "the file begins with a byte order mark", hint="save it as UTF-8 without one"
        )
    tree = parse(text.removeprefix("\ufeff"), path, config_id, surroundings, secrets)
    findings.errors.extend(tree.problems)
    findings.warnings.extend(tree.warnings)
    configuration, programs = None, Programs()
    with suppress(TooManyErrors):
        root = read(tree, findings)
        configuration = build(root, path, tree.balanced, findings)
        if not findings.errors:
            programs = programs_of(root)
    problems = secrets.hide(in_order(findings.errors))
    warnings = secrets.hide(in_order(findings.warnings))
    sources = ((path, text), *secrets.sources[1:])
    return LoadResult(None if problems else configuration, problems, warnings, sources, programs)


def inspect_here(text: str, path: str, config_id: Optional[str] = None) -> LoadResult:
    """Return what this machine reads in ``text`` as if in the file ``path``: with its name, files and environment."""
    return inspect(text, path, node_config_id() if config_id is None else config_id, here(text))


def load(text: str, path: str, config_id: str = "", surroundings: Surroundings = NOWHERE) -> Configuration:
    """Return the configuration of ``text``. Raises ConfigError with every problem at once."""
    report = inspect(text, path, config_id, surroundings)
    if report.configuration is None:
        raise ConfigError(report.problems)
    return report.configuration


def load_file(path: str, config_id: Optional[str] = None) -> Configuration:
    """Return the configuration of a file, as this machine reads it. Raises ConfigError, also when it cannot be read.

    ``config_id`` None means the first label of the node's name, as with keepalived.
    """
    text = read_text(path)
    return load(text, path, node_config_id() if config_id is None else config_id, here(text))


class LocalDisk:
    """It gives access to the files of this machine, as :class:`.syntax.include.Disk` wants them.

    Opening never blocks: only regular files are opened. ``room`` octets of them are read in all.
    """

    def __init__(self, room: int = SIZE_MAX) -> None:
        self._room = room

    def names(self, directory: str) -> Optional[list[str]]:
        try:
            return os.listdir(directory)
        except (OSError, ValueError):
            return None

    def kind(self, path: str) -> Optional[str]:
        try:
            mode = os.stat(path).st_mode
        except (OSError, ValueError):
            return OTHER if os.path.islink(path) else None
        if stat.S_ISDIR(mode):
            return DIRECTORY
        # keepalived: an executable file is not meant to be read as a configuration
        return FILE if stat.S_ISREG(mode) and not mode & 0o111 else OTHER

    def read(self, path: str) -> str:
        text = read_text(path, self._room)
        self._room -= len(text.encode("utf-8", "surrogateescape"))
        return text

    def absolute(self, path: str) -> str:
        try:
            return os.path.realpath(path)
        except (OSError, ValueError):
            return path


def here(text: str = "") -> Surroundings:
    """Return this machine's disk and environment. The octets of ``text`` count towards SIZE_MAX already."""
    return Surroundings(disk_beside(text), dict(os.environ))


def disk_beside(text: str) -> LocalDisk:
    """Return this machine's disk, for what ``text`` includes."""
    return LocalDisk(SIZE_MAX - len(text.encode("utf-8", "surrogatepass")))


def node_config_id() -> str:
    return os.uname().nodename.split(".")[0]


def read_text(path: str, room: int = SIZE_MAX) -> str:
    """Return the text of a regular file of ``room`` octets at most. Raises ConfigError, and never blocks.

    An octet that is not UTF-8 becomes a surrogate: in a comment it does no harm, elsewhere reading the text reports it.
    """
    try:
        octets = _read(path, room)
    except (OSError, ValueError) as error:
        reason = (getattr(error, "strerror", None) or str(error)).lower()
        raise ConfigError([Problem.at(Location(path, 1, 1), f"cannot read the file: {reason}")]) from error
    if len(octets) > room:
        # Not "cannot read": leaving an include out for that would make another configuration than the one written.
        rule = f"a configuration has at most {SIZE_MAX} octets, with all the files that it includes"
        raise ConfigError([Problem.at(Location(path, 1, 1), "the file is too large", rule)])
    return octets.decode("utf-8", "surrogateescape")


def _read(path: str, room: int) -> bytes:
    """Return the octets of a file, one more than there is room for when it has more."""
    descriptor = os.open(path, os.O_RDONLY | os.O_NONBLOCK | os.O_CLOEXEC | os.O_NOCTTY)  # a FIFO has no writer yet
    try:
        mode = os.fstat(descriptor).st_mode
        if not stat.S_ISREG(mode):
            raise ValueError("is a directory" if stat.S_ISDIR(mode) else "it is not a regular file")
        left, parts = max(room, 0) + 1, []
        while left:
            parts.append(os.read(descriptor, left))
            if not parts[-1]:
                break
            left -= len(parts[-1])
        return b"".join(parts)
    finally:
        os.close(descriptor)
