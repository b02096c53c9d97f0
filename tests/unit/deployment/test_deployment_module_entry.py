# Copyright (c) 2026, the hotstandby.vrrp authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Test that a request becomes an answer, through a release as on a node."""

from __future__ import annotations

import base64
import json
import os
import shutil
import subprocess
import sys
from importlib.util import find_spec
from pathlib import Path

import pytest
from ansible_collections.hotstandby.vrrp.plugins.module_utils.deployment import (
    installation,
    module_agent,
    module_entry,
    paths,
)
from ansible_collections.hotstandby.vrrp.plugins.module_utils.deployment.archive import RUN, pack
from ansible_collections.hotstandby.vrrp.plugins.module_utils.deployment.module_entry import Module

INFO = {"program": "hotstandby", "wait": 0, "samples": 1, "interval": 0, "probe": [], "reach": [], "preflight": [],
        "runtime_dir": "/nonexistent"}  # fmt: skip


@pytest.fixture(scope="module")
def release(tmp_path_factory):
    """Return a release as a directory."""
    folder = tmp_path_factory.mktemp("release")
    library = Path(paths.__file__).parents[1]
    for name in paths.PACKAGES:
        shutil.copytree(library / name, folder / name, ignore=shutil.ignore_patterns("simulation*", "__pycache__"))
    (folder / paths.START).write_text(paths.START_TEXT)
    (folder / "pyroute2").symlink_to(Path(next(iter(find_spec("pyroute2").submodule_search_locations))))
    return folder


def ask(release, name, params, check=False, piped=True):
    """Return the answer that Ansible gets."""
    request = json.dumps({"params": params, "check_mode": check})
    sent = [] if piped else [base64.b64encode(request.encode()).decode()]
    words = [sys.executable, "-IB", str(release / paths.START), "module", name, *sent]
    done = subprocess.run(words, input=request if piped else "", capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    return json.loads(done.stdout)


@pytest.mark.parametrize("piped", [True, False])
def test_a_node_tells_of_itself(release, piped):
    answer = ask(release, "vrrp_info", INFO, piped=piped)
    assert (answer["changed"], answer["running"], "warnings" in answer) == (False, False, False)
    assert "lo" in [link["name"] for link in answer["interfaces"]]
    assert answer["invocation"] == {"module_args": INFO}


def test_a_node_without_a_release_runs_a_module_out_of_an_archive(release, tmp_path):
    files = {str(each.relative_to(release)): each.read_bytes() for name in paths.PACKAGES
             for each in (release / name).rglob("*.py")}  # fmt: skip
    request = json.dumps({"params": INFO, "check_mode": False}).encode()
    done = subprocess.run([sys.executable, "-IB", "-c", RUN, "vrrp_info"], input=request + b"\n" + pack(files),
                          capture_output=True, env={**os.environ, "TMPDIR": str(tmp_path)}, check=False)  # fmt: skip
    told = json.loads(done.stdout)
    assert (told["running"], told["invocation"]) == (False, {"module_args": INFO})
    assert list(tmp_path.iterdir()) == []


def test_the_module_that_installs_is_told_the_archive(monkeypatch):
    asked = []
    monkeypatch.setattr(module_agent, "run", lambda module: asked.append(module.params["_archive"]) or {})
    for archive in (None, "/tmp/release.zip"):
        with pytest.raises(SystemExit):
            module_entry.answer("vrrp_agent", b'{"params": {"_archive": null}, "check_mode": true}', archive)
    assert asked == [None, "/tmp/release.zip"]


def test_a_refusal_is_a_failure(release):
    answer = ask(release, "vrrp_info", {**INFO, "samples": 0})
    assert (answer["failed"], answer["msg"]) == (True, "samples must be 1 or more")


def test_no_password_is_in_an_answer(release, tmp_path):
    text = "vrrp_instance VI_1 {\n    authentication {\n        auth_type PASS\n        auth_pass Xy7secr\n    }\n}\n"
    params = {"program": "hotstandby", "content": text, "path": str(tmp_path / "a.conf"), "runtime_dir": str(tmp_path)}
    params["peer_key"] = ""
    answer = ask(release, "vrrp_config", params, check=True)
    assert answer["failed"] and answer["problems"]
    assert (
        "Xy7secr" not in json.dumps(answer) and "auth_pass ********" in answer["invocation"]["module_args"]["content"]
    )


def test_the_proof_of_a_release_imports_all_of_it(release, tmp_path):
    words = [sys.executable, "-IB", "-c", installation.PROOF]
    every = [str(release), *paths.PACKAGES]
    assert subprocess.run([*words, *every], check=False).returncode == 0
    broken = tmp_path / "broken"
    (broken / "keepalived").mkdir(parents=True)
    (broken / "keepalived" / "reader.py").write_text("import nothing_of_that_name\n")
    done = subprocess.run([*words, str(broken), "keepalived"], capture_output=True, text=True, check=False)
    assert done.returncode == 1 and "nothing_of_that_name" in done.stderr


def test_commands_end_with_a_status_whether_they_are_there_or_not():
    run = Module({"params": {}, "check_mode": False}).run_command
    assert run(["sh", "-c", 'echo "$LC_ALL"; echo no >&2; exit 3'], {"LC_ALL": "C.UTF-8"}) == (3, "C.UTF-8\n", "no\n")
    status, output, errors = run(["/nonexistent/command"])
    assert (status, output) == (127, "") and "No such file" in errors


def test_warnings_are_in_the_answer(capsys):
    module = Module({"params": {"a": 1}, "check_mode": True})
    module.warn("the first")
    module.warn("the second")
    with pytest.raises(SystemExit) as ended:
        module.exit_json(changed=True)
    said = {"changed": True, "warnings": ["the first", "the second"], "invocation": {"module_args": {"a": 1}}}
    assert (json.loads(capsys.readouterr().out), ended.value.code) == (said, 0)


def test_a_failure_keeps_the_warnings_and_the_status_zero(capsys):
    """Ansible reads the failure from the answer."""
    module = Module({"params": {}, "check_mode": False})
    module.warn("before it")
    with pytest.raises(SystemExit) as ended:
        module.fail_json(msg="no agent")
    said = {"failed": True, "msg": "no agent", "warnings": ["before it"], "invocation": {"module_args": {}}}
    assert (json.loads(capsys.readouterr().out), ended.value.code) == (said, 0)
