# Copyright (c) 2026, the hotstandby.vrrp authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Import one module of a large package without the rest of it."""

from __future__ import annotations

import contextlib
import importlib.util
import sys
import types
from collections.abc import Iterator


@contextlib.contextmanager
def without_init(package: str) -> Iterator[None]:
    """While this lasts, ``from package.some.module import name`` does not run the package's own ``__init__``.

    ``import pyroute2`` loads 163 modules, of which encoding an address takes six. The others would cost the agent a
    third of its memory, and a third of a second of every start, which after a crash is time without a master.
    Harmless when the package is missing (the import inside fails as ever) or has been imported as a whole already.
    """
    spec = None if package in sys.modules else importlib.util.find_spec(package)
    if spec is None:
        yield
        return
    stub = types.ModuleType(package)
    stub.__path__ = list(spec.submodule_search_locations or ())
    sys.modules[package] = stub
    try:
        yield
    finally:
        if sys.modules.get(package) is stub:  # whoever wants the whole package later gets it
            del sys.modules[package]
