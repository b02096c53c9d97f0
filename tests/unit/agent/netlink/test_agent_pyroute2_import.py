# Copyright (c) 2026, the hotstandby.vrrp authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""A part of pyroute2 is imported without the rest of it."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

import vrrp
from vrrp.agent.netlink import pyroute2_import
from vrrp.agent.netlink.messages import decode, encode
from vrrp.agent.netlink.pyroute2_import import derived_class, message_class

PACKAGE = Path(vrrp.__file__).parents[1]


def fresh_python(program):
    done = subprocess.run(
        [sys.executable, "-c", program], cwd=PACKAGE, capture_output=True, text=True, timeout=60, check=False
    )
    assert done.returncode == 0, done.stderr
    return done.stdout.split()


def test_the_agent_loads_the_part_of_pyroute2_that_it_uses():
    loaded = fresh_python(
        "import sys, vrrp.agent.daemon, vrrp.agent.netlink.kernel as netlink\n"
        "netlink.Kernel()\n"
        "print(*(name.rpartition('.')[2] for name in sys.modules if name.startswith('pyroute2')))"
    )
    assert set(loaded) == {"netlink", "common", "exceptions", "rtnl", "ifaddrmsg"}


def test_the_whole_package_can_still_be_imported_afterwards():
    program = (
        "from vrrp.agent.netlink.pyroute2_import import load_all, message_class\n"
        "load_all()\n"
        "import pyroute2\n"
        "print(pyroute2.IPRoute.__name__)\n"
        "message_class.cache_clear()\n"
        "load_all()\n"
    )
    assert fresh_python(program) == ["IPRoute"]


def test_without_the_package_nothing_is_made(monkeypatch):
    monkeypatch.setitem(pyroute2_import.MODULES, "this", "no_such_package.part")
    with pytest.raises(ImportError):
        message_class("this")


def test_all_modules_of_pyroute2_are_there():
    program = (
        "import sys\n"
        "from vrrp.agent.netlink.pyroute2_import import MODULES, load_all\n"
        "load_all()\n"
        "print(set(MODULES.values()) <= sys.modules.keys(), 'pyroute2' in sys.modules)\n"
    )
    assert fresh_python(program) == ["True", "False"]


def test_a_derived_class_knows_what_it_names_and_nothing_else():
    """The class that it takes its fields from may have been used before, or not."""
    full = message_class("ifaddrmsg")
    full()
    reduced = derived_class("nlmsg", fields=full.fields, nla_map=((3, "IFA_LABEL", "asciiz"),))
    said = {"family": 2, "prefixlen": 24, "index": 1}
    attributes = [["IFA_LOCAL", "192.0.2.1"], ["IFA_LABEL", "eth0"]]
    message = decode(reduced, encode(full, 20, 0, said, attributes), 16)
    assert (message["prefixlen"], [name for name, _value in message["attrs"]]) == (24, ["UNKNOWN", "IFA_LABEL"])
    assert message.get_attr("IFA_LABEL") == "eth0"
