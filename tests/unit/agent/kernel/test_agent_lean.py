# Copyright (c) 2026, the hotstandby.vrrp authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""A part of a package without the rest of it."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

import vrrp
from vrrp.agent.kernel.lean import without_init

PACKAGE = Path(vrrp.__file__).parents[1]


def fresh_python(program):
    done = subprocess.run(
        [sys.executable, "-c", program], cwd=PACKAGE, capture_output=True, text=True, timeout=60, check=False
    )
    assert done.returncode == 0, done.stderr
    return done.stdout.split()


def test_the_agent_loads_the_part_of_pyroute2_that_it_uses():
    loaded = fresh_python(
        "import sys, vrrp.agent.main, vrrp.agent.kernel.netlink as netlink\n"
        "print(netlink.HAS_PYROUTE2, sum(name.startswith('pyroute2') for name in sys.modules))"
    )
    assert loaded[0] == "True"
    assert 0 < int(loaded[1]) < 20


def test_the_whole_package_can_still_be_imported_afterwards():
    assert fresh_python("import vrrp.agent.kernel.netlink, pyroute2\nprint(pyroute2.IPRoute.__name__)") == ["IPRoute"]


def test_a_missing_package_fails_as_ever():
    with pytest.raises(ImportError), without_init("no_such_package"):
        import no_such_package.part  # noqa: F401
