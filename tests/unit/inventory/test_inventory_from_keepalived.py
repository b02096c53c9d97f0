# Copyright (c) 2026, the hotstandby.vrrp authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Test that a keepalived.conf becomes variables, and the role's template makes the same configuration of them."""

from __future__ import annotations

from dataclasses import replace

import pytest
from ansible_collections.hotstandby.vrrp.plugins.module_utils.inventory.from_keepalived import import_file
from ansible_collections.hotstandby.vrrp.plugins.module_utils.vrrp.config.diff import compare
from ansible_collections.hotstandby.vrrp.plugins.module_utils.vrrp.config.loader import inspect
from keepalived_files import ARTICLE, FILES, PATH, conf, of_host
from role_template import files
from two_hosts import interfaces


def network(here):
    last = 4 if here else 6
    return [
        *interfaces(f"192.168.8.{last}/24", f"fd00:8::{last}/64", f"fe80::{last}/64"),
        {"name": "eth1", "loopback": False, "virtual_addresses": [],
         "addresses": [{"address": f"192.168.8.{last + 20}/24", "secondary": False}]},
    ]  # fmt: skip


def comparable(configuration):
    return replace(
        configuration,
        path="",
        globals=replace(configuration.globals, vrrp_version=2),  # each instance has its version
        instances=tuple(replace(each, line=0) for each in configuration.instances),
        sync_groups=tuple(replace(each, line=0) for each in configuration.sync_groups),
    )


@pytest.mark.parametrize("name", FILES)
def test_the_variables_make_the_same_configuration(name):
    texts = {"node-a": of_host(FILES[name], True), "node-b": of_host(FILES[name], False)}
    found = {host: import_file(text, PATH, secrets=True) for host, text in texts.items()}
    assert [each.problems for each in found.values()] == [[], []]
    assert found["node-a"].shared == found["node-b"].shared
    facts = {"node-a": network(True), "node-b": network(False)}
    hosts = {host: {**each.shared, **each.host, "ha_pair_interfaces": facts[host]} for host, each in found.items()}
    for host, rendered in files(hosts).items():
        report = inspect(rendered, PATH)
        assert report.problems == (), rendered
        before, after = comparable(found[host].configuration), comparable(report.configuration)
        assert not compare(before, after), (compare(before, after), rendered)
        assert before == after
        assert found[host].not_carried_over() == []


def test_the_article_needs_one_line_for_each_host():
    found = import_file(of_host(ARTICLE, True), PATH)
    assert found.host == {"ha_pair_router_id": "NodeA", "ha_pair_state": "MASTER", "ha_pair_priority": 150}
    assert found.shared == {
        "ha_pair_instances": [
            {
                "name": "VI_1",
                "virtual_ipaddress": ["192.168.8.100/24"],
                "interface": "eth0",
                "virtual_router_id": 51,
                "advert_int": 1,
                "version": 2,
                "auth_pass": "{{ vault_ha_pair_auth_pass }}",
            }
        ]
    }
    assert found.vaulted == ["vault_ha_pair_auth_pass"]


def test_the_result_holds_a_secret_only_when_asked_for():
    for name in ("article", "hmac"):
        found = import_file(of_host(FILES[name], True), PATH)
        text = repr((found.shared, found.host, found.gaps, found.warnings, found.problems, found.vaulted))
        assert "1111" not in text and "0a0a" not in text
        assert "vault_ha_pair_" in text
    bad = of_host(ARTICLE, True).replace("auth_pass 1111", "auth_pass s3cret}pw 99")
    assert "s3cret" not in repr(import_file(bad, PATH).problems)


def test_two_passwords_have_two_names():
    text = of_host(
        conf("    authentication {\n        auth_type PASS\n        auth_pass one\n    }", "a", vrid=1), True
    )
    second = text.replace("instance a ", "instance b ").replace("pass one", "pass two").replace("_id 1\n", "_id 2\n")
    second = second[second.index("vrrp_instance") :].replace("8.100", "8.101")
    assert import_file(text + second, PATH).vaulted == ["vault_ha_pair_auth_pass_a", "vault_ha_pair_auth_pass_b"]


def test_a_wrong_file_has_problems_and_no_variables():
    found = import_file(of_host(ARTICLE, True).replace("_id 51", "_id 300"), PATH)
    assert (found.shared, found.host) == ({}, {})
    assert len(found.problems) == 1 and found.problems[0].startswith(f"{PATH}:7:23: error: virtual_router_id 300")


REPEATED = {
    "virtual_ipaddress": ("192.168.8.101/24", "192.168.8.102/24"),
    "virtual_ipaddress_excluded": ("192.168.8.103/24", "192.168.8.104/24"),
    "virtual_routes": ("10.9.0.0/16 via 192.168.8.1", "10.8.0.0/16 via 192.168.8.1"),
    "virtual_rules": ("from 10.9.0.0/16 table 7", "from 10.8.0.0/16 table 7"),
    "unicast_peer": ("192.168.8.6", "192.168.8.7"),
    "track_interface": ("eth1", "eth2"),
}


@pytest.mark.parametrize("word", REPEATED)
def test_several_blocks_of_one_name_are_all_carried_over(word):
    body = "\n".join(f"{word} {{\n{line}\n}}" for line in REPEATED[word])
    found = import_file(conf(body).replace("@STATE@", "BACKUP").replace("@PRIORITY@", "100"), PATH)
    assert not found.problems
    said = {**found.shared, **found.host}
    instance = said["ha_pair_instances"][0]
    lines = instance.get(word) or said[f"ha_pair_{word}"]
    assert tuple(lines[-2:]) == REPEATED[word] or tuple(lines[:2]) == REPEATED[word]


def test_more_errors_than_are_told_are_problems():
    body = "virtual_ipaddress {\n" + "nowhere\n" * 1001 + "}"
    found = import_file(conf(body).replace("@STATE@", "BACKUP").replace("@PRIORITY@", "100"), PATH)
    assert len(found.problems) >= 1000
    assert not found.shared and not found.host and found.configuration is None


@pytest.mark.parametrize("prefix", ["VRRP", "v.w"])
def test_the_prefix_of_macvlans_comes_back_as_it_was(prefix):
    text = conf("use_vmac", more=f"    vmac_prefix {prefix}").replace("@STATE@", "BACKUP")
    found = import_file(text.replace("@PRIORITY@", "100"), PATH)
    assert found.shared["ha_pair_vmac_prefix"] == prefix


def test_peers_are_carried_over_as_the_agent_takes_them():
    peers = "192.168.8.6/24 min_ttl 250\n        192.168.8.6\n        192.168.8.4"
    body = f"    unicast_src_ip 192.168.8.4\n    unicast_peer {{\n        {peers}\n    }}"
    found = import_file(of_host(conf(body), True), PATH)
    assert found.host["ha_pair_unicast_peer"] == ["192.168.8.6 min_ttl 250"]
    assert found.not_carried_over() == []


def test_a_password_that_is_cut_is_carried_over_as_it_counts():
    found = import_file(of_host(ARTICLE.replace("1111", "1234567890"), True), PATH, secrets=True)
    assert found.shared["ha_pair_instances"][0]["auth_pass"] == "12345678"
    assert found.not_carried_over() == []
