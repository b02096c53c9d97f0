# Copyright (c) 2026, the hotstandby.vrrp authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The agent reads a configuration file and checks that this agent and this machine can do what it asks for."""

from __future__ import annotations

from collections.abc import Iterable

from ..config import loader
from ..config.model.configuration import Configuration
from ..config.syntax.diagnostics import ConfigError, Problem
from .netlink.links import InterfaceTable
from .netlink.ownership import InterfaceAddress
from .network import hmac_keys, peer_keys
from .preflight.file_permissions import exposed, exposed_includes, exposed_scripts
from .preflight.host import refusals, unsupported
from .process.script_security import doubts


def read(path: str) -> tuple[Configuration, str, tuple[Problem, ...]]:
    """Return the configuration in ``path``, the SHA-256 of the file (and of what it includes), and its warnings.

    Raises ConfigError with everything that is wrong with the file or that this agent cannot do.
    """
    return validate(loader.read_text(path), path)


def validate(text: str, path: str) -> tuple[Configuration, str, tuple[Problem, ...]]:
    """Return the same for a text that may later be the file ``path``. Raises ConfigError, too."""
    return check(loader.inspect_here(text, path))


def check(report: loader.LoadResult) -> tuple[Configuration, str, tuple[Problem, ...]]:
    """Return the same for a file that has been parsed. Raises ConfigError, too."""
    path = report.sources[0][0]
    problems = report.problems
    configuration = report.configuration
    if configuration is not None:
        configuration, unreadable = hmac_keys.resolve(configuration)
        problems += unsupported(configuration) + unreadable
        configuration = peer_keys.resolve(configuration)
    if configuration is None or problems:
        raise ConfigError(problems)
    warnings = report.warnings + exposed(path, configuration) + exposed_includes(report.sources)
    warnings += exposed_scripts(path, configuration) + doubts(report.programs)
    return configuration, report.digest, warnings


def refuse(configuration: Configuration, table: InterfaceTable, held: Iterable[InterfaceAddress]) -> None:
    """Raise ConfigError if a virtual address is the host's own, or one that no host can have.

    ``held`` are the addresses that this agent has set, which are not the host's own.
    """
    problems = refusals(configuration, table, held=frozenset(held))
    if problems:
        raise ConfigError(problems)
