# Copyright (c) 2026, the hotstandby.vrrp authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Test that a release has the sources of the checkout and pyroute2, without the simulation."""

from __future__ import annotations

import importlib.metadata
import subprocess
import sys
from pathlib import Path

import ansible_collections.hotstandby.vrrp as collection
import pytest
from ansible import constants
from ansible.errors import AnsibleActionFail
from ansible_collections.hotstandby.vrrp.plugins.module_utils.deployment import paths
from ansible_collections.hotstandby.vrrp.plugins.module_utils.deployment.archive import unpack
from ansible_collections.hotstandby.vrrp.plugins.plugin_utils import release_sources as module
from ansible_collections.hotstandby.vrrp.plugins.plugin_utils.release_sources import (
    controllers_pyroute2,
    release_archive,
    release_sources,
)

LIBRARY = Path(next(iter(collection.__path__))) / "plugins" / "module_utils"
RUN = "from vrrp import cli; sys.exit(cli.main())"


def write(folder):
    """Write a release to a folder."""
    for path, source in release_sources().items():
        place = folder / path
        place.parent.mkdir(parents=True, exist_ok=True)
        place.write_bytes(source)


def test_every_source_for_a_node_is_in_the_release():
    every = [path for name in paths.PACKAGES for path in (LIBRARY / name).rglob("*.py")]
    files = {str(path.relative_to(LIBRARY)) for path in every if "simulation" not in str(path.relative_to(LIBRARY))}
    assert len(files) < len(every)
    found = release_sources()
    assert {path for path in found if not path.startswith("pyroute2/")} == {*files, paths.START}
    assert all(found[path] == (LIBRARY / path).read_bytes() for path in files)
    assert {f"pyroute2/{path}": source for path, source in controllers_pyroute2().items()}.items() <= found.items()


def test_the_archive_is_packed_once_for_all_processes(tmp_path, monkeypatch):
    monkeypatch.setattr(constants, "DEFAULT_LOCAL_TMP", str(tmp_path))
    first = release_archive()
    assert unpack(first) == release_sources()
    monkeypatch.setattr(module, "pack", None)
    assert release_archive() == first and len(list(tmp_path.iterdir())) == 1


LOAD = """
import sys
sys.path.insert(0, sys.argv[1])
from vrrp.agent.netlink.pyroute2_import import load_all
load_all()
print("loaded")
"""


def test_only_the_used_files_of_a_known_pyroute2_are_sent(tmp_path, monkeypatch):
    write(tmp_path)
    done = subprocess.run([sys.executable, "-BISc", LOAD, str(tmp_path)], capture_output=True, text=True, check=False)
    assert done.stdout == "loaded\n", done.stderr
    assert len(controllers_pyroute2()) < 100 and "netlink/rtnl/rtmsg.py" in controllers_pyroute2()
    monkeypatch.setattr(importlib.metadata, "version", lambda name: "0.10.1")
    assert "ndb/main.py" in controllers_pyroute2()


def test_on_a_node_there_is_every_command_but_simulate(tmp_path):
    write(tmp_path)
    command = [sys.executable, "-BI", "-c", f"import sys; sys.path.insert(0, {str(tmp_path)!r}); {RUN}", "--help"]
    said = subprocess.run(command, capture_output=True, text=True, check=True).stdout
    assert "status" in said and "replay" in said and "simulate" not in said


@pytest.mark.parametrize("version", ["0.8.1", "0.1", "nonsense"])
def test_a_pyroute2_that_is_too_old_is_refused(monkeypatch, version):
    monkeypatch.setattr(importlib.metadata, "version", lambda name: version)
    with pytest.raises(AnsibleActionFail, match=r"the controller's pyroute2 is .*, the agent needs .* or later"):
        controllers_pyroute2()
