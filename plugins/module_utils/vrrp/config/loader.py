# Copyright (c) 2026, the hotstandby.vrrp authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""A file or a text -> Configuration: the front door of this floor.

``load_file`` is the only function of ``config`` that touches the machine: it opens the file and asks for the node's
name, which keepalived compares ``@word`` lines with.
"""

from __future__ import annotations

import os
from dataclasses import dataclass
from typing import Optional

from .mask import hide_secrets
from .model import Configuration
from .problems import ConfigError, Findings, Place, Problem, in_order
from .reader import read
from .rules import build
from .syntax import parse

__all__ = ["ConfigError", "Problem", "Report", "inspect", "load", "load_file", "read_text"]


@dataclass(frozen=True)
class Report:
    """All that can be said about a file. ``configuration`` is None when there are ``problems``."""

    configuration: Optional[Configuration]
    problems: tuple[Problem, ...]
    warnings: tuple[Problem, ...]


def inspect(text: str, path: str, config_id: str = "") -> Report:
    """Read a configuration and collect everything that is wrong or doubtful. Pure, and never raises for bad input.

    ``config_id`` puts ``@CONFIG_ID ...`` lines in force; "" leaves out every ``@word`` line.
    """
    findings = Findings()
    if text.startswith("\ufeff"):
        findings.error(Place(path, 1, 1), "the file begins with a byte order mark", hint="save it as UTF-8 without one")
        text = text[1:]
    tree = parse(text, path, config_id)
    findings.errors.extend(tree.problems)
    configuration = build(read(tree, findings), path, tree.balanced, findings)
    problems = hide_secrets(in_order(findings.errors), text)
    return Report(None if problems else configuration, problems, hide_secrets(in_order(findings.warnings), text))


def load(text: str, path: str, config_id: str = "") -> Configuration:
    """The configuration of ``text``. Raises ConfigError with every problem at once."""
    report = inspect(text, path, config_id)
    if report.configuration is None:
        raise ConfigError(report.problems)
    return report.configuration


def load_file(path: str, config_id: Optional[str] = None) -> Configuration:
    """The configuration of a file, as this machine reads it. Raises ConfigError, also when it cannot be read.

    ``config_id`` None means the first label of the node's name, as with keepalived.
    """
    return load(read_text(path), path, node_config_id() if config_id is None else config_id)


def node_config_id() -> str:
    return os.uname().nodename.split(".")[0]


def read_text(path: str) -> str:
    """The text of a file. Raises ConfigError when it is missing, unreadable or not UTF-8."""
    try:
        with open(path, "rb") as file:
            octets = file.read()
    except (OSError, ValueError) as error:
        reason = (getattr(error, "strerror", None) or str(error)).lower()
        raise ConfigError([Problem.at(Place(path, 1, 1), f"cannot read the file: {reason}")]) from error
    try:
        return octets.decode("utf-8")
    except UnicodeDecodeError as error:
        before = octets[: error.start]
        place = Place(path, before.count(b"\n") + 1, error.start - (before.rfind(b"\n") + 1) + 1)
        # "from None": the error holds the octets of the whole file, passwords and all.
        raise ConfigError([Problem.at(place, "the file is not UTF-8", hint="save it as UTF-8")]) from None
