# Copyright (c) 2026, the hotstandby.vrrp authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Test that the import lists each line without a variable or refused by the role, with a hint."""

from __future__ import annotations

import pytest
from ansible_collections.hotstandby.vrrp.plugins.module_utils.inventory.from_keepalived import import_file
from ansible_collections.hotstandby.vrrp.plugins.module_utils.inventory.host_variables import SETTINGS
from ansible_collections.hotstandby.vrrp.plugins.module_utils.inventory.import_gaps import NOT_IN_THE_ROLE
from ansible_collections.hotstandby.vrrp.plugins.module_utils.inventory.instance_variables import FIELDS
from ansible_collections.hotstandby.vrrp.plugins.module_utils.inventory.scripts import FIELDS as SCRIPT
from ansible_collections.hotstandby.vrrp.plugins.module_utils.inventory.sync_groups import WORDS
from ansible_collections.hotstandby.vrrp.plugins.module_utils.inventory.trackers import PROCESS
from ansible_collections.hotstandby.vrrp.plugins.module_utils.vrrp.config.keywords.table import WORKS, blocks
from keepalived_files import ARTICLE, FILES, PATH, conf, of_host


def test_a_statement_without_a_variable_is_listed_with_its_line():
    text = """\
global_defs {
    notification_email {
        ops@example.com
    }
    smtp_server 192.0.2.1
}
virtual_server 192.168.8.100 80 {
    lb_algo rr
}
vrrp_instance VI_1 {
    state BACKUP
    interface eth0
    virtual_router_id 51
    priority 100
    prioritty 7
    vrf red
    virtual_ipaddress {
        192.168.8.100/24
    }
}
"""
    found = import_file(text, PATH)
    gaps = {each["keyword"]: each for each in found.not_carried_over()}
    assert [(word, each["line"]) for word, each in gaps.items()] == [
        ("notification_email", 2), ("smtp_server", 5), ("virtual_server", 7), ("prioritty", 15), ("vrf", 16),
    ]  # fmt: skip
    assert all(each["file"] == PATH and each["why"] and each["instead"] for each in gaps.values())
    assert gaps["prioritty"]["instead"] == "did you mean priority?"
    assert gaps["vrf"]["instead"] == "interface NAME, an interface of that VRF"
    assert (found.problems, found.shared["ha_pair_instances"][0]["name"]) == ([], "VI_1")


def test_a_script_without_a_user_is_told():
    text = of_host(FILES["scripts"], True).replace("    script_user root\n", "", 1)
    found = import_file(text, PATH)
    assert [each["keyword"] for each in found.not_carried_over()] == ["script_user"]
    assert "ha_pair_script_user" not in found.shared


# They work, and are imported in another way: as a word of another name, or in each instance.
SAID_OTHERWISE = {
    "global_defs": {
        *("router_id", "script_user", "agent_script_user", "enable_script_security", "vrrp_version", "vrrp_min_garp"),
        *("vrrp_mcast_group4", "vrrp_mcast_group6", "vrrp_check_unicast_src", "vrrp_vmac_garp_intvl"),
        *("v3_checksum_as_v2", "include_check", "peer_status"),
        *("notify_fifo_script", "vrrp_notify_fifo_script"),
    },
    "vrrp_instance": {
        *("authentication", "virtual_ipaddress", "native_ipv6", "preempt", "no_accept", "check_unicast_src"),
        *("vmac_garp_intvl", "track_gateway"),
    },
    "vrrp_sync_group": {"group", "global_tracking", "track_gateway"},
    "vrrp_script": {"script"},
    "vrrp_track_process": {"delay"},
    "": {
        *("global_defs", "vrrp_script", "vrrp_track_process", "track_file", "vrrp_track_file", "vrrp_instance"),
        *("vrrp_sync_group", "garp_group", "track_group"),
    },
}
SAID = {
    "global_defs": {*SETTINGS, *(f"vrrp_{word}" for word in FIELDS)},
    "vrrp_instance": {*FIELDS},
    "vrrp_sync_group": {*WORDS},
    "vrrp_script": {*SCRIPT},
    "vrrp_track_process": {*PROCESS},
    "": {*SETTINGS},
}


@pytest.mark.parametrize("block", SAID)
def test_every_keyword_that_works_is_carried_over_or_said_not_to_be(block):
    (found,) = [each for each in blocks() if each.name == block]
    works = {name for name, entry in found.keywords.items() if entry.standing == WORKS}
    assert works - SAID[block] - SAID_OTHERWISE[block] == {word for name, word in NOT_IN_THE_ROLE if name == block}


REFUSED = conf('    unicast_ttl 0\n    notify_master "/bin/n \\"a b\\" c"', name="VI/1") + (
    "vrrp_sync_group VG1 {\n    group {\n        VI/1\n    }\n}\n"
)


def test_a_value_that_the_role_would_refuse_is_not_carried_over():
    found = import_file(of_host(REFUSED, True), PATH)
    assert found.problems == []
    whys = [gap["why"] for gap in found.not_carried_over()]
    assert "the role refuses ha_pair_sync_groups[0].group: VG1 has fewer than two members; VG1 is left out" in whys
    assert any("ha_pair_instances[0].name: 'VI/1' is not a name" in why for why in whys)


def test_a_value_that_the_role_takes_is_no_gap():
    found = import_file(of_host(ARTICLE, True), PATH)
    assert found.not_carried_over() == []
    assert found.vaulted == ["vault_ha_pair_auth_pass"]


@pytest.mark.parametrize(
    ("body", "word"),
    [
        ("    unicast_ttl 0\n    unicast_peer {\n        192.168.8.6\n    }", "unicast_ttl"),
        ("    virtual_routes {\n        10.1.0.0/16 dev et$h1\n    }", "virtual_routes"),
    ],
)
def test_a_value_that_only_the_role_refuses_is_a_gap(body, word):
    found = import_file(of_host(conf(body), True), PATH)
    assert found.problems == []
    gaps = found.not_carried_over()
    assert [gap["keyword"] for gap in gaps if gap["why"].startswith("the role refuses")] == [word], gaps
    assert all(gap["line"] > 1 for gap in gaps if gap["keyword"] == word)
