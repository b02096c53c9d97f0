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
_SOCKETS = "pyroute2.netlink.nlsocket"
_OF_NFTABLES = ("nft_table_msg", "nft_set_msg", "nft_chain_msg", "nft_rule_msg", "nft_set_elem_list_msg")

#: Where the classes are that the agent uses.
MODULES = {
    "nlmsg": "pyroute2.netlink",
    "nla": "pyroute2.netlink",
    "ifaddrmsg": "pyroute2.netlink.rtnl.ifaddrmsg",
    "ifinfmsg": "pyroute2.netlink.rtnl.ifinfmsg",
    "rtmsg": "pyroute2.netlink.rtnl.rtmsg",
    "fibmsg": "pyroute2.netlink.rtnl.fibmsg",
    **dict.fromkeys(_OF_NFTABLES, "pyroute2.netlink.nfnetlink.nftsocket"),
}


@functools.cache
def message_class(name: str) -> Any:
    """Return one of the classes of ``MODULES``. Raises ImportError where pyroute2 is missing.

    It is imported when it is asked for first: without routes, macvlans and ``no_accept`` their messages cost nothing.
    """
    with _without_the_rest():
        return getattr(importlib.import_module(MODULES[name]), name)


def load_all() -> None:
    """Import every message class, so that a release is compiled and found to be complete before an agent runs it."""
    for name in MODULES:
        message_class(name)


def derived_class(base: str, **body: Any) -> Any:
    """Return a subclass of "nlmsg" or "nla" with these ``fields``, this ``nla_map`` and what that names.

    It decodes no more attributes than it names. (A subclass of a message class itself would inherit the table that
    pyroute2 has made of the map of that class.)
    """
    return type(base, (message_class(base),), body)


@contextlib.contextmanager
def _without_the_rest() -> Iterator[None]:
    """While this lasts, importing a module of pyroute2 runs neither the package's ``__init__`` nor its sockets.

    ``import pyroute2`` loads 163 modules, of which encoding an address takes six. The others would cost the agent a
    third of its memory, and a third of a second of every start, which after a crash is time without a master. The
    messages of nf_tables share a module with a socket, for which half of pyroute2 would be loaded, and ctypes: 30 ms
    instead of 10. Here its base is an empty class, so a process that has imported them cannot use that socket.
    Harmless when the package is missing (the import inside fails as ever) or has been imported as a whole already.
    """
    package, sockets = types.ModuleType(_PACKAGE), types.ModuleType(_SOCKETS)
    spec = None if _PACKAGE in sys.modules else importlib.util.find_spec(_PACKAGE)
    package.__path__ = list(spec.submodule_search_locations or ()) if spec is not None else []
    sockets.__dict__["__getattr__"] = lambda name: object
    instead = {module.__name__: module for module in (package, sockets) if module.__name__ not in sys.modules}
    sys.modules.update(instead)
    try:
        yield
    finally:
        for name in instead:  # a later import of the whole package gets it
            del sys.modules[name]
