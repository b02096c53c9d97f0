# Copyright (c) 2026, the hotstandby.vrrp authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Import single message classes of pyroute2 without the rest of it."""

from __future__ import annotations

import contextlib
import functools
import importlib
import importlib.util
import sys
import types
from collections.abc import Iterator
from typing import Any

_PACKAGE = "pyroute2"


@functools.cache
def message_class(module: str, name: str) -> Any:
    """Return a class of ``pyroute2.netlink`` by its module ("rtnl.rtmsg", "" for the package) and its name.

    It is imported when it is asked for first: who has no routes, no macvlan and no ``no_accept`` does not pay for
    their messages. Raises ImportError where pyroute2 is missing.
    """
    path = f"{_PACKAGE}.netlink.{module}".rstrip(".")
    with without_init(_PACKAGE):
        return getattr(importlib.import_module(path), name)


def derived_class(base: str, **body: Any) -> Any:
    """Return a subclass of "nlmsg" or "nla" with these ``fields``, this ``nla_map`` and what that names.

    It decodes no more attributes than it names. (A subclass of a message class itself would inherit the table that
    pyroute2 has made of the map of that class.)
    """
    return type(base, (message_class("", base),), body)


@contextlib.contextmanager
def without_init(package: str) -> Iterator[None]:
    """While this lasts, importing a module of ``package`` does not run the package's own ``__init__``.

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
