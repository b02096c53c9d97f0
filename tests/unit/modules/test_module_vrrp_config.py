# Copyright (c) 2026, the hotstandby.vrrp authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Test that a file is checked, written in one step, and taken by the agent or restored; no password is shown."""

from __future__ import annotations

import hashlib
import os

import pytest
from ansible_collections.hotstandby.vrrp.plugins.module_utils.deployment import running_release
from ansible_collections.hotstandby.vrrp.plugins.module_utils.vrrp.config import loader
from fake_agent import Refusal

PASSWORD = "Xy7secr"
GOOD = f"""\
vrrp_instance VI_1 {{
    state MASTER
    interface eth0
    virtual_router_id 51
    priority 100
    advert_int 1
    authentication {{
        auth_type PASS
        auth_pass {PASSWORD}
    }}
    virtual_ipaddress {{
        192.168.8.100/24
    }}
}}
"""
BAD = GOOD.replace("priority 100", "priority 256").replace("advert_int", "adver_int")

pytestmark = pytest.mark.usefixtures("own_account")


@pytest.fixture
def path(tmp_path):
    return str(tmp_path / "hotstandby.conf")


def content(path):
    with open(path, encoding="utf-8") as file:
        return file.read()


def test_a_new_file_is_written(run, path):
    result = run("vrrp_config", content=GOOD, path=path)
    assert (result["changed"], result["written"], result["reloaded"]) == (True, True, False)
    assert result["plan"]["instances"] == [{"name": "VI_1", "kind": "added", "changes": []}]
    assert content(path) == GOOD
    assert os.stat(path).st_mode & 0o7777 == 0o600
    assert not run("vrrp_config", content=GOOD, path=path)["changed"]


@pytest.fixture
def parsed(monkeypatch):
    """Return the list of the texts that this process parses."""
    texts, parse = [], loader.parse

    def noted(text, *arguments):
        texts.append(text)
        return parse(text, *arguments)

    monkeypatch.setattr(loader, "parse", noted)
    return texts


OTHER = GOOD.replace("priority 100", "priority 90")


@pytest.mark.parametrize("check", [True, False])
def test_each_text_is_parsed_once(run, path, parsed, check):
    run("vrrp_config", check=check, content=GOOD, path=path)
    assert parsed == [GOOD]
    run("vrrp_config", content=GOOD, path=path)
    parsed.clear()
    run("vrrp_config", check=check, content=OTHER, path=path)
    assert parsed == [OTHER, GOOD]


@pytest.mark.parametrize("check", [True, False])
def test_where_an_agent_foresees_it_the_new_text_alone_is_parsed_and_once(run, path, agent, parsed, check):
    run("vrrp_config", content=GOOD, path=path)
    agent.config, agent.plan = path, {"ok": True, "result": FORESEEN}
    parsed.clear()
    run("vrrp_config", check=check, content=OTHER, path=path)
    assert parsed == [OTHER]


def test_check_mode_writes_nothing_and_needs_no_user(run, path, monkeypatch):
    monkeypatch.undo()  # no user, no agent, no directory
    result = run("vrrp_config", check=True, content=GOOD, path="/nonexistent/hotstandby.conf")
    assert result["changed"]
    assert not os.path.exists("/nonexistent")


def test_the_result_holds_no_password(run, path):
    results = [
        run("vrrp_config", check=True, content=GOOD, path=path),
        run("vrrp_config", content=GOOD, path=path),
        run("vrrp_config", content=GOOD.replace(PASSWORD, "other"), path=path),
        run("vrrp_config", content=BAD, path=path),
    ]
    assert not [result for result in results if PASSWORD in result["output"]]
    assert "auth_pass ********" in results[1]["diff"]["after"]
    assert "priority 100" in results[1]["diff"]["after"]
    assert results[2]["plan"]["peer_must_follow"]


def test_a_difference_says_that_the_password_changed_and_not_what_it_is(run, path):
    run("vrrp_config", content=GOOD, path=path)
    result = run("vrrp_config", content=GOOD.replace(PASSWORD, "other"), path=path)
    before, after = (result["diff"][word].splitlines() for word in ("before", "after"))
    assert set(after) - set(before) == {"        auth_pass ******** (changed)"}
    assert "other" not in result["output"]
    result = run("vrrp_config", content=GOOD.replace(PASSWORD, "other").replace("100\n", "101\n"), path=path)
    assert "(changed)" not in result["diff"]["after"]


SCRIPT = """\
global_defs {
    script_user nobodyhere
}
vrrp_script chk {
    script "/usr/bin/nothere --fast"
}
"""


@pytest.mark.parametrize("check", [True, False])
def test_a_script_that_cannot_run_is_refused_with_its_line(run, path, check):
    text = SCRIPT + GOOD.replace("    virtual_ip", "    track_script {\n        chk\n    }\n    virtual_ip", 1)
    result = run("vrrp_config", check=check, content=text, path=path)
    assert result["failed"]
    assert result["problems"] == [
        f"{path}:2:17: error: there is no user nobodyhere on this machine (create it, or name another one)",
        f"{path}:5:12: error: cannot run /usr/bin/nothere: No such file or directory"
        " (put it there first, or correct the path)",
    ]
    assert not os.path.exists(path)


def test_a_missing_user_of_the_agent_is_no_problem_of_the_file(run, path):
    text = SCRIPT.replace("nobodyhere", "hotstandby").replace("/usr/bin/nothere --fast", "/bin/true") + GOOD
    text = text.replace("    virtual_ip", "    track_script {\n        chk\n    }\n    virtual_ip", 1)
    assert run("vrrp_config", check=True, content=text, path=path)["changed"]


def test_a_bad_file_is_not_written_and_all_its_problems_are_told(run, path):
    result = run("vrrp_config", content=BAD, path=path)
    assert result["failed"]
    assert [problem.split(": ")[0] for problem in result["problems"]] == [f"{path}:5:14", f"{path}:6:5"]
    assert "advert_int" in result["problems"][1]
    assert not os.path.exists(path)


def test_a_living_agent_reloads_the_file(run, path, agent):
    agent.config = path
    agent.on["reload"] = lambda: setattr(agent, "digest", hashlib.sha256(content(path).encode()).hexdigest())
    result = run("vrrp_config", content=GOOD, path=path)
    assert result["reloaded"]
    assert agent.commands == ["reload"]
    assert not run("vrrp_config", content=GOOD, path=path)["changed"]
    assert agent.commands == ["reload"]


FORESEEN = {
    "changed": True,
    "plan": {"instances": [{"name": "VI_1", "kind": "changed", "changes": []}], "peer_must_follow": False},
    "mastership": [{"instance": "VI_1", "state": "MASTER", "moves": True, "why": "it goes"}],
    "warnings": [],
}


@pytest.mark.parametrize("check", [True, False])
def test_the_plan_comes_from_the_living_agent(run, path, agent, check):
    warning = f"{path}:3: warning: something about this machine"  # Ansible shows a text once in a process
    agent.config, agent.plan = path, {"ok": True, "result": {**FORESEEN, "warnings": [warning]}}
    result = run("vrrp_config", check=check, content=GOOD, path=path)
    assert (result["plan"], result["mastership"]) == (FORESEEN["plan"], FORESEEN["mastership"])
    assert warning in result["output"]


@pytest.mark.parametrize("check", [True, False])
def test_a_file_that_the_agent_would_refuse_is_not_written(run, path, agent, check):
    problems = [f"{path}:5: error: the agent may not read /etc/k1"]
    agent.config, agent.plan = path, {"ok": False, "error": f"{path} is not valid", "problems": problems}
    result = run("vrrp_config", check=check, content=GOOD, path=path)
    assert result["failed"] and result["problems"] == problems
    assert not os.path.exists(path) and agent.commands == []


def test_an_agent_with_the_file_in_force_is_not_asked(run, path, agent):
    agent.config, agent.digest = path, hashlib.sha256(GOOD.encode()).hexdigest()
    agent.plan = {"ok": False, "error": "it was asked", "problems": ["asked"]}
    result = run("vrrp_config", content=GOOD, path=path)
    assert (result["written"], result["reloaded"]) == (True, False)
    assert (result["plan"]["instances"], result["plan"]["peer_must_follow"], result["mastership"]) == ([], False, [])


def test_without_an_agent_mastership_is_empty(run, path):
    assert run("vrrp_config", content=GOOD, path=path)["mastership"] == []


KEY = "f00d" * 16


def test_the_result_holds_no_key_of_auth_hmac(run, path):
    hmac = f"auth_hmac {{\n        key 1 hex:{KEY}\n        active_key 1\n    }}\n"
    start, end = GOOD.index("authentication {"), GOOD.index("    virtual_ipaddress")
    text = GOOD[:start] + hmac + GOOD[end:]
    bad = text.replace("priority 100", "priority 256")
    results = [
        run("vrrp_config", content=text, path=path),
        run("vrrp_config", content=text.replace(KEY, "beef" * 16), path=path),
        run("vrrp_config", content=bad, path=path),
    ]
    assert results[1]["changed"] and results[1]["plan"]["peer_must_follow"] and results[2]["failed"]
    assert "key 1 ********" in results[0]["diff"]["after"]
    assert not [each for each in results if KEY in each["output"] or "beefbeef" in each["output"]]


@pytest.mark.parametrize("check", [True, False])
def test_a_missing_key_is_refused_before_a_file_is_written(run, path, check, tmp_path):
    start, end = GOOD.index("authentication {"), GOOD.index("    virtual_ipaddress")
    block = f"auth_hmac {{\n        key 1 file:{tmp_path}/key\n        active_key 1\n    }}\n"
    text = GOOD[:start] + block + GOOD[end:]
    result = run("vrrp_config", check=check, content=text, path=path)
    assert result["failed"] and "the file of key 1 cannot be read: No such file" in result["problems"][0]
    assert not os.path.exists(path)
    (tmp_path / "key").write_text(f"hex:{KEY}\n", encoding="utf-8")
    result = run("vrrp_config", check=check, content=text, path=path)
    assert result["changed"] and KEY not in result["output"]


def test_an_agent_that_missed_a_change_is_reloaded(run, path, agent):
    run("vrrp_config", content=GOOD, path=path)
    agent.config = path
    result = run("vrrp_config", content=GOOD, path=path)
    assert (result["changed"], result["written"], result["reloaded"]) == (True, False, True)


def refuse():
    raise Refusal("the file is not valid", "line 3 is odd")


def test_a_file_that_the_agent_refuses_is_taken_back(run, path, agent):
    agent.config = path
    run("vrrp_config", content=GOOD, path=path)
    agent.on["reload"] = refuse
    result = run("vrrp_config", content=GOOD.replace("100", "101"), path=path)
    assert result["failed"]
    assert result["problems"] == ["line 3 is odd"]
    assert "the one before is back" in result["msg"]
    assert content(path) == GOOD


def test_a_first_file_that_the_agent_refuses_is_removed(run, path, agent):
    agent.config = path
    agent.on["reload"] = refuse
    assert run("vrrp_config", content=GOOD, path=path)["failed"]
    assert not os.path.exists(path)


def test_an_agent_of_another_release_is_left_alone(run, path, agent, monkeypatch):
    agent.config = path
    monkeypatch.setattr(running_release, "release_of", lambda pid: "0123456789abcdef")
    result = run("vrrp_config", content=GOOD, path=path)
    assert (result["written"], result["reloaded"]) == (True, False)


def test_an_agent_with_another_file_is_left_alone(run, path, agent):
    assert not run("vrrp_config", content=GOOD, path=path)["reloaded"]


def test_a_file_that_does_not_fit_this_machine_is_a_warning(run, path):
    result = run("vrrp_config", content=GOOD.replace("interface eth0", "interface nosuch0"), path=path)
    assert result["changed"]
    assert "nosuch0" in result["output"]


def test_without_the_user_the_error_says_what_to_run_first(run, path, monkeypatch):
    monkeypatch.undo()
    result = run("vrrp_config", content=GOOD, path=path)
    assert "vrrp_agent" in result["msg"]
