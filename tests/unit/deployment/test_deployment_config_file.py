# Copyright (c) 2026, the hotstandby.vrrp authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Test that the file of a node is checked, compared, shown without passwords, written, and restored on refusal."""

from __future__ import annotations

import hashlib
import os
import subprocess
from ipaddress import ip_interface

import pytest
from ansible_collections.hotstandby.vrrp.plugins.module_utils.deployment import config_file
from ansible_collections.hotstandby.vrrp.plugins.module_utils.deployment.change import DeploymentError
from ansible_collections.hotstandby.vrrp.plugins.module_utils.deployment.config_file import (
    ConfigFile,
    Refused,
    RunningConfig,
    marked,
)
from ansible_collections.hotstandby.vrrp.plugins.module_utils.vrrp.agent.netlink import links
from answering_agent import refuses

GOOD = """\
vrrp_instance VI_1 {
    interface eth0
    virtual_router_id 51
    priority 100
    authentication {
        auth_type PASS
        auth_pass Xy7secr
    }
    virtual_ipaddress {
        192.168.8.100/24
    }
}
"""
DIGEST = hashlib.sha256(GOOD.encode()).hexdigest()
NOBODY = 2**22 + 1  # above every number that the kernel gives to a process
US = (os.getuid(), os.getgid())


@pytest.fixture
def place(tmp_path):
    return tmp_path / "hotstandby.conf"


@pytest.fixture
def make(place, tmp_path):
    """Return ``make(old)``, which makes the file with this content, or a missing one."""

    def call(old=None):
        if old is not None:
            place.write_bytes(old if isinstance(old, bytes) else old.encode())
        return ConfigFile(str(place), str(tmp_path))

    return call


def living(place, digest="", release_is_current=True):
    return RunningConfig(str(place), digest, release_is_current)


def test_a_good_text_is_a_configuration(make):
    configuration = make().validate(GOOD)[0]
    assert [(each.name, each.interface, each.priority) for each in configuration.instances] == [("VI_1", "eth0", 100)]


def test_warnings_of_the_file_come_before_those_of_the_machine(make, place):
    text = GOOD.replace("eth0", "nosuch0").replace("    priority", "    smtp_alert\n    priority")
    _configuration, (first, second) = make().validate(text)
    assert first.startswith(f"{place}:4:5: warning: smtp_alert")
    text = "vrrp_instance VI_1: interface nosuch0 does not exist on this machine"
    assert second.startswith(f"{place}:1:1: warning: {text}")


def test_all_problems_are_told_at_once(make, place):
    with pytest.raises(Refused) as caught:
        make().validate(GOOD.replace("priority 100", "priority 256").replace("_router_id 51", "_router_id 0"))
    first, second = caught.value.problems
    assert first.startswith(f"{place}:3:23: error: virtual_router_id 0")
    assert second.startswith(f"{place}:4:14: error: priority 256")
    assert str(caught.value) == f"the configuration for {place} is not valid\n{first}\n{second}"


def test_an_address_that_this_host_cannot_take_is_refused(make, place, monkeypatch):
    def machine(table):
        table.links[2] = table.names["eth0"] = links.Link(2, "eth0")
        table.remember(links.ActualAddress(2, ip_interface("192.168.8.4/24")))
        return table

    monkeypatch.setattr(config_file, "dump", machine)
    with pytest.raises(Refused, match=r"192\.168\.8\.255 is the broadcast address of 192\.168\.8\.0/24 on eth0"):
        make().validate(GOOD.replace("192.168.8.100/24", "192.168.8.255/32"))
    with pytest.raises(Refused, match=r"192\.168\.8\.4 is this host's own address on eth0"):
        make().validate(GOOD.replace("192.168.8.100/24", "192.168.8.4/24"))


def test_missing_scripts_and_keys_are_refused(make, place):
    text = GOOD.replace("    authentication {\n        auth_type PASS\n        auth_pass Xy7secr\n", "    auth_hmac {\n"
                        "        key 1 file:/nonexistent/key\n        active_key 1\n")  # fmt: skip
    text = text.replace("    interface eth0\n", "    interface eth0\n    notify /nonexistent/notify\n")
    with pytest.raises(Refused) as caught:
        make().validate(text)
    key, program = sorted(caught.value.problems)
    assert key.startswith(f"{place}:1:1: error: vrrp_instance VI_1: the file of key 1 cannot be read: No such file")
    assert program.startswith(f"{place}:3:12: error: cannot run /nonexistent/notify: No such file")


@pytest.mark.parametrize("old", [None, "", "}\n", b"\xff\n"])
def test_without_a_good_file_before_every_instance_is_added(make, old):
    found = make(old)
    plan = found.plan(found.validate(GOOD)[0])
    assert [(each.name, each.kind) for each in plan.instances] == [("VI_1", "added")]


def test_a_plan_compares_with_the_file_that_is_there(make):
    found = make(GOOD)
    assert not found.plan(found.validate(GOOD)[0])
    (entry,) = found.plan(found.validate(GOOD.replace("priority 100", "priority 90"))[0]).instances
    assert (entry.name, entry.kind) == ("VI_1", "changed")
    assert [(each.field, each.old, each.new) for each in entry.changes] == [("priority", "100", "90")]


def test_an_agent_of_another_file_or_release_is_not_asked(make, place, agent):
    found = make()
    assert found.dry_run(GOOD, None) is None
    assert found.dry_run(GOOD, living("/etc/other.conf")) is None
    assert found.dry_run(GOOD, living(place, release_is_current=False)) is None
    assert agent.asked == []


def test_an_agent_is_not_asked_about_the_text_in_force(make, place, agent):
    found = make().dry_run(GOOD, living(place, DIGEST))
    assert (found["plan"]["instances"], found["plan"]["peer_must_follow"]) == ([], False)
    assert (found["mastership"], found["warnings"]) == ([], [])
    assert agent.asked == []


def test_an_agent_is_asked_about_another_text(make, place, agent):
    agent.replies["plan"] = {"plan": {"instances": []}, "mastership": ["a"], "warnings": ["b"]}
    assert make().dry_run(GOOD, living(place)) == {"plan": {"instances": []}, "mastership": ["a"], "warnings": ["b"]}
    assert [(each["command"], each["path"]) for each in agent.asked] == [("plan", str(place))]


def test_a_file_that_the_agent_would_refuse_is_refused(make, place, agent):
    agent.replies["plan"] = refuses("it is not valid", "f:1: no", "f:2: no")
    with pytest.raises(Refused) as caught:
        make().dry_run(GOOD, living(place))
    assert caught.value.problems == ("f:1: no", "f:2: no")
    assert str(caught.value) == "the agent would not take the file: it is not valid\nf:1: no\nf:2: no"


def test_an_agent_without_the_command_plan_foresees_nothing(make, place, agent):
    agent.replies["plan"] = refuses("unknown command plan")
    assert make().dry_run(GOOD, living(place)) is None
    assert ConfigFile(str(place), "/nonexistent").dry_run(GOOD, living(place)) is None


def test_the_file_is_shown_without_its_password(make):
    assert make().masked() == ""
    assert make(GOOD).masked() == GOOD.replace("Xy7secr", "********")
    assert make(b"auth_pass \xff\xfe\nx \xff\n").masked() == "auth_pass ********\nx \ufffd\n"


def test_a_new_password_is_marked_in_the_file_that_is_there(make):
    masked = GOOD.replace("Xy7secr", "********")
    assert make().marked(GOOD) == masked
    assert make(GOOD).marked(GOOD) == masked
    assert make(b"\xff\n").marked(GOOD) == masked
    assert make(GOOD).marked(GOOD.replace("Xy7secr", "other")) == masked.replace("********", "******** (changed)")


@pytest.mark.parametrize(
    ("old", "new", "shown"),
    [
        ("auth_pass a", "auth_pass a", "auth_pass ********"),
        ("auth_pass a", "auth_pass b", "auth_pass ******** (changed)"),
        ("x\nauth_pass a", "y\nz\nauth_pass b\n", "y\nz\nauth_pass ******** (changed)\n"),
        ("x", "auth_pass b", "auth_pass ********"),
        ("auth_pass a", "", ""),
        ("x 1", "x 2", "x 2"),
        ("auth_pass a\n" * 250, "auth_pass b\n" * 250, "auth_pass ******** (changed)\n" * 250),
    ],
)
def test_only_a_line_that_looks_the_same_is_marked(old, new, shown):
    assert marked(old, new) == shown


def test_the_password_of_each_of_many_instances_is_marked():
    def text(priority, password):
        block = f"    priority {priority}\n    auth_pass {password}\n    }}\n"
        return "".join(f"vrrp_instance VI_{number} {{\n    interface eth0\n{block}" for number in range(255))

    shown = marked(text(100, "a"), text(101, "b")).splitlines()
    assert [line for line in shown if "auth_pass" in line] == ["    auth_pass ******** (changed)"] * 255
    assert "(changed)" not in marked(text(100, "a"), text(101, "a"))


def test_without_an_agent_there_is_none_to_ask(make):
    assert make().agent() is None


def test_the_running_agent_tells_its_file_and_digest(make, agent):
    agent.replies["status"] = {"pid": NOBODY, "config": "/etc/x.conf", "config_sha256": "ab"}
    assert make().agent() == RunningConfig("/etc/x.conf", "ab", True)


def test_an_agent_of_another_release_is_not_current(make, agent):
    words = ["sh", "-c", "echo; read line", "/usr/local/lib/hotstandby/releases/0123/hotstandby.py"]
    with subprocess.Popen(words, stdin=subprocess.PIPE, stdout=subprocess.PIPE) as process:
        assert process.stdout.readline() == b"\n"  # the kernel has its arguments now
        agent.replies["status"] = {"pid": process.pid, "config": "/etc/x.conf", "config_sha256": "ab"}
        assert make().agent() == RunningConfig("/etc/x.conf", "ab", False)
        process.communicate(b"\n")


def test_an_agent_that_refuses_its_status_is_an_error(make, agent):
    agent.replies["status"] = refuses("it is busy")
    with pytest.raises(DeploymentError, match="^the agent does not tell its status: it is busy$"):
        make().agent()


def test_content_mode_and_owner_decide_whether_a_file_is_written(make, place):
    assert make().needs_write(GOOD, US)
    found = make(GOOD)
    os.chmod(place, 0o600)
    assert not found.needs_write(GOOD, US)
    assert found.needs_write(GOOD + "\n", US)
    assert found.needs_write(GOOD, (-1, -1))
    os.chmod(place, 0o644)
    assert found.needs_write(GOOD, US)


def test_an_agent_is_told_when_another_text_is_in_force(make, place, tmp_path):
    found = make()
    assert found.needs_reload(GOOD, living(place, "other"))
    assert not found.needs_reload(GOOD, living(place, DIGEST))
    assert not found.needs_reload(GOOD, living(place, "other", release_is_current=False))
    assert not found.needs_reload(GOOD, living("/etc/other.conf", "other"))
    assert not found.needs_reload(GOOD, None)
    (tmp_path / "link.conf").symlink_to("hotstandby.conf")
    assert found.needs_reload(GOOD, living(tmp_path / "link.conf", "other"))


def test_the_file_is_written_with_its_rights(make, place):
    make().write(GOOD, US)
    assert place.read_text() == GOOD
    assert oct(place.stat().st_mode & 0o7777) == "0o600"


def test_a_directory_that_is_missing_says_what_to_run(tmp_path):
    with pytest.raises(DeploymentError) as caught:
        ConfigFile(str(tmp_path / "d" / "f"), str(tmp_path)).write(GOOD, US)
    assert str(caught.value) == f"there is no directory {tmp_path}/d: run hotstandby.vrrp.vrrp_agent first"


def test_a_file_that_cannot_be_written_is_named(tmp_path):
    path = str(tmp_path / "f")
    os.mkdir(path)
    found = ConfigFile(str(tmp_path / "g"), str(tmp_path))
    found.path = path
    with pytest.raises(DeploymentError, match=f"^{path}: .*Is a directory"):
        found.write(GOOD, US)
    assert os.listdir(tmp_path) == ["f"]


def test_a_reload_says_what_it_did(make, agent):
    agent.replies["reload"] = {"changed": True}
    assert make(GOOD).reload(US) == {"changed": True}


@pytest.mark.parametrize("old", [None, "old\n"])
def test_a_refused_file_is_taken_back(make, place, agent, old):
    agent.replies["reload"] = refuses("it is not valid", "f:1: no")
    found = make(old)
    place.write_text(GOOD)
    with pytest.raises(Refused) as caught:
        found.reload(US)
    assert caught.value.problems == ("f:1: no",)
    assert str(caught.value) == ("the agent did not take the file, so the one before is back: it is not valid\nf:1: no")
    assert (place.read_text() if place.exists() else None) == old


def test_a_file_is_taken_back_when_the_agent_has_gone(make, place):
    found = make("old\n")
    place.write_text(GOOD)
    with pytest.raises(Refused, match="no agent is running"):
        found.reload(US)
    assert place.read_text() == "old\n"
