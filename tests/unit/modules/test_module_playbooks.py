# Copyright (c) 2026, the hotstandby.vrrp authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Test the playbooks, the role and the archive of the collection, as far as this needs no node."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import tarfile
from pathlib import Path

TOP = Path(__file__).parents[3]
BIN = Path(sys.executable).parent


def run(*words, where=TOP, home):
    environment = {**os.environ, "ANSIBLE_HOME": str(home), "ANSIBLE_NOCOLOR": "1"}
    environment["ANSIBLE_COLLECTIONS_PATH"] = str(TOP / ".ansible" / "collections")
    return subprocess.run(
        [str(BIN / words[0]), *words[1:]], cwd=where, env=environment, capture_output=True, text=True, check=False
    )


def test_a_switchover_of_half_a_pair_is_refused_before_a_host_is_asked(tmp_path):
    hosts = {name: {"ansible_host": "192.0.2.1"} for name in ("node-a", "node-b")}
    inventory = tmp_path / "hosts.json"
    inventory.write_text(json.dumps({"ha_pair": {"hosts": hosts}}), encoding="utf-8")
    playbook = str(TOP / "playbooks" / "switchover.yml")
    done = run("ansible-playbook", "-i", str(inventory), playbook, "--limit", "node-a", home=tmp_path)
    assert done.returncode == 2
    assert "This play leaves out node-b: leave out --limit, or let it name both." in " ".join(done.stdout.split())
    assert "unreachable=0" in done.stdout


def test_the_release_has_no_files_that_only_a_checkout_uses(tmp_path):
    done = run("ansible-galaxy", "collection", "build", str(TOP), "--output-path", str(tmp_path), home=tmp_path)
    assert done.returncode == 0, done.stderr
    with tarfile.open(next(tmp_path.glob("*.tar.gz"))) as archive:
        names = set(archive.getnames())
    assert {"README.md", "playbooks/ha_pair.yml", "plugins/modules/vrrp_state.py"} <= names
    assert not [name for name in names if name.split("/")[0] in ("tests", "molecule", "benchmarks", ".venv", ".lab")]
    assert not [name for name in names if name.endswith((".keep", ".sh", ".pyc"))]
