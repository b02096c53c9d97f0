# Copyright (c) 2026, the hotstandby.vrrp authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Test that the filters return plain values to Ansible, and errors with the place in the inventory."""

from __future__ import annotations

import pytest
from ansible.errors import AnsibleFilterError
from ansible.parsing.dataloader import DataLoader
from ansible_collections.hotstandby.vrrp.plugins.filter import instances, objections, problems, proof, status
from ansible_collections.hotstandby.vrrp.plugins.plugin_utils.origin import locate, misread


def variables(*vips):
    network = [{"name": "eth0", "addresses": [{"address": "192.168.8.4/24", "secondary": False}]}]
    other = [{"name": "eth0", "addresses": [{"address": "192.168.8.6/24", "secondary": False}]}]
    return {
        "node-a": {"ha_pair_vips": list(vips), "ha_pair_interfaces": network},
        "node-b": {"ha_pair_vips": list(vips), "ha_pair_interfaces": other},
        "somebody": {"ha_pair_vips": []},
    }


def call(plugin, name):
    return plugin.FilterModule().filters()[name]


def test_the_hosts_that_are_named_are_the_pair():
    plan = call(instances, "instances")(["node-b", "node-a"], variables("192.168.8.100/24"))
    assert list(plan) == ["node-b", "node-a"]
    assert plan["node-b"][0]["state"] == "MASTER"


def test_a_bad_inventory_is_an_error_of_the_filter():
    with pytest.raises(AnsibleFilterError, match="10.0.0.1 is outside every subnet"):
        call(instances, "instances")(["node-a", "node-b"], variables("10.0.0.1/8"))


def test_the_filter_problems_returns_lines():
    found = call(problems, "problems")(["node-a"], variables("192.168.8.100/24"))
    assert [line.split(": ")[1] for line in found] == ["ha_pair_group"]
    assert call(problems, "problems")(["node-a", "node-b"], variables("192.168.8.100/24")) == []


BLOCK = """\
vrrp_instance VI_1 {
    interface eth0
    virtual_router_id 51
    authentication {
        auth_type PASS
        auth_pass Xy7secr
    }
    virtual_ipaddress {
        192.168.8.100/24
    }
}
"""


def test_the_filter_objections_returns_what_the_agent_would_say():
    judge = call(objections, "objections")
    assert judge(BLOCK, "node-a") == []
    (line,) = judge(BLOCK.replace("_id 51", "_id 0"), "node-a")
    assert line.startswith("node-a: /etc/hotstandby/hotstandby.conf:3:23: error: virtual_router_id 0 is out of range")
    assert line.endswith(", in the line: virtual_router_id 0")
    (line,) = judge(BLOCK.replace("Xy7secr", "Xy7secret"), "node-a")
    assert "auth_pass has 9 octets" in line and "Xy7" not in line


def test_a_file_is_parsed_once_however_often_it_is_asked_for(monkeypatch):
    texts, inspect = [], objections.inspect

    def noted(text, path):
        texts.append(text)
        return inspect(text, path)

    monkeypatch.setattr(objections, "inspect", noted)
    judge, text = call(objections, "objections"), BLOCK.replace("_id 51", "_id 0") + "# of this test alone\n"
    first = judge(text, "node-a")
    assert first == judge(text, "node-a") != []
    first.clear()
    assert judge(text, "node-a") != []
    assert texts == [text]


@pytest.mark.parametrize(
    ("old", "new", "text"),
    [
        ("192.168.8.100/24", "", 'vrrp_instance "VI_1" has no virtual_ipaddress'),
        ("_id 51", "_id 51\n    state SLAVE", 'state "SLAVE" is unknown'),
        ("_id 51", "_id 51\n    nopreempt yes", '"nopreempt" takes no value'),
        ("_id 51", "_id 51\n    mcast_src_ip 192.168.8.4/24", '"192.168.8.4/24" has a prefix length'),
        ("_id 51", "_id 51\n    strict_mode", "authentication in strict mode"),
    ],
)
def test_a_line_that_the_agent_tolerates_is_an_objection(old, new, text):
    (line,) = call(objections, "objections")(BLOCK.replace(old, new), "node-a")
    assert f": error: {text}" in line


def test_a_file_that_the_agent_does_not_run_is_an_objection():
    before, _authentication, after = BLOCK.partition("    authentication {")
    many = "\n".join(f"2001:db8::{number}/64" for number in range(1, 92))
    text = f"{before}    version 3\n{after.partition('}')[2]}".replace("192.168.8.100/24", many)
    (line,) = call(objections, "objections")(text, "node-a")
    assert "has 91 IPv6 addresses" in line


def test_a_value_of_an_inventory_has_its_file_and_line():
    # The ansible-core of the tests has these tags; with an older one at run time locate() returns None.
    from ansible._internal._datatag import _tags as tags

    value = tags.Origin(path="/inventory/hosts.yml", line_num=7).tag("eth7")
    assert locate(value) == "/inventory/hosts.yml:7"
    assert locate(tags.Origin(description="<somewhere>").tag("eth7")) is None
    assert locate("eth7") is None
    assert locate(None) is None


def load(tmp_path, text):
    """Return variables as an inventory plugin reads them, with their places."""
    path = tmp_path / "hosts.yml"
    path.write_text(text)
    return DataLoader().load_from_file(str(path), cache="none"), path


def test_a_number_that_yaml_reads_otherwise_than_people_is_refused(tmp_path):
    said, path = load(
        tmp_path,
        "ha_pair_virtual_router_id:   051\nha_pair_priority: 150\n"
        "ha_pair_scripts:\n  - {name: c, script: /bin/true, fall: 010, interval: 1:30}\n",
    )
    both = {host: {**own, **said} for host, own in variables("192.168.8.100/24").items() if host != "somebody"}
    both["node-b"]["ha_pair_priority"] = 90
    assert call(problems, "problems")(["node-a", "node-b"], both)[:3] == [
        f"{path}:1: node-a: ha_pair_virtual_router_id: YAML reads 051 as the number 41 (write 51)",
        f"{path}:4: node-a: ha_pair_scripts: YAML reads 010 as the number 8 (write 10)",
        f"{path}:4: node-a: ha_pair_scripts: YAML reads 1:30 as the number 90 (put it in quotes)",
    ]


@pytest.mark.parametrize("text", ["0", "51", "00", "-5", '"051"', "0x33", "05.5", "true", "null", "1_000", "08"])
def test_a_number_that_yaml_reads_as_people_do_is_taken(tmp_path, text):
    said, _path = load(tmp_path, f"value: {text}\n")
    assert misread(said["value"]) is None


def test_a_number_whose_file_has_gone_or_changed_is_taken(tmp_path):
    said, path = load(tmp_path, "value: 051\n")
    path.write_text("other: 1\n")
    assert misread(said["value"]) is None
    said, path = load(tmp_path, "again: 051\n")
    path.rename(tmp_path / "elsewhere")
    assert misread(said["again"]) is None


def test_a_password_of_digits_is_not_shown(tmp_path):
    said, _path = load(tmp_path, "ha_pair_auth_pass: 07654321\nha_pair_instances: [{auth_pass: 07654321}]\n")
    both = {host: {**own, **said} for host, own in variables().items() if host != "somebody"}
    found = call(problems, "problems")(["node-a", "node-b"], both)
    assert found and not any("7654321" in line or "2054353" in line for line in found)


def test_every_filter_is_registered():
    assert call(proof, "proof")({}, []) == {
        "proven": True,
        "problems": [],
        "risks": [],
        "warnings": [],
        "masters": {},
        "table": ["INSTANCE  NODE  STATE  VIP  HEARS  VERDICT"],
    }
    assert call(status, "status")({}) == ["NODE  INSTANCE  STATE  PRIORITY  VIP  SINCE  WHY"]
