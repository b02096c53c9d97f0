# Copyright (c) 2026, the hotstandby.vrrp authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Test that statements for the agent that the role refuses are left out and reported; the rest makes a pair."""

from __future__ import annotations

import pytest
from ansible_collections.hotstandby.vrrp.plugins.module_utils.inventory.from_keepalived import import_file
from ansible_collections.hotstandby.vrrp.plugins.module_utils.inventory.instances import instances
from ansible_collections.hotstandby.vrrp.plugins.module_utils.vrrp.config.loader import inspect
from imported_hosts import hosts
from role_template import files

PATH = "/etc/keepalived/keepalived.conf"


def instance(number, *lines, vip="", vrid=None, interface="eth0", name=None):
    vips = vip or f"198.18.9.{number}/24"
    return "\n".join(
        [
            *(
                f"vrrp_instance {name or f'VI_{number}'} {{",
                f"interface {interface}",
                f"virtual_router_id {vrid or number}",
            ),
            *("priority 100", *lines, "virtual_ipaddress {", vips, "}", "}", ""),
        ]
    )


def peers(*addresses, source=""):
    return (*([f"unicast_src_ip {source}"] if source else []), "unicast_peer {", *addresses, "}")


def imported(text):
    """Return the result, after a check that the rest makes a pair whose files our agent accepts."""
    found = import_file(text, PATH, secrets=True)
    assert found.problems == []
    if "ha_pair_instances" in {**found.shared, **found.host}:
        both = hosts(found)
        instances(both)
        for rendered in files(both).values():
            assert inspect(rendered, PATH).problems == (), rendered
    return found


def names(found):
    return [each["name"] for each in {**found.shared, **found.host}.get("ha_pair_instances", [])]


def refused(found):
    return [(gap["keyword"], gap["line"], gap["why"]) for gap in found.not_carried_over() if "refuses" in gap["why"]]


def test_an_address_in_two_instances_stays_in_the_first():
    two = instance(51, vip="198.18.9.250/24") + instance(52, vip="198.18.9.250/24\n198.18.9.251/24")
    found = imported(two)
    why = "the role refuses ha_pair_instances[1].virtual_ipaddress: 198.18.9.250 is there twice, in VI_51 and VI_52"
    assert refused(found) == [("virtual_ipaddress", 9, why)]
    assert [each["virtual_ipaddress"] for each in found.shared["ha_pair_instances"]] == [
        ["198.18.9.250/24"],
        ["198.18.9.251/24"],
    ]


def test_an_instance_without_any_address_left_is_left_out():
    found = imported(instance(51, vip="198.18.9.250/24") + instance(52, vip="198.18.9.250"))
    assert [why for _word, _line, why in refused(found)] == [
        "the role refuses ha_pair_instances[1].virtual_ipaddress: 198.18.9.250 is there twice, in VI_51 and VI_52; "
        "VI_52 is left out"
    ]
    assert names(found) == ["VI_51"]


def test_a_router_id_with_other_peers_stays_in_the_first_instance():
    first = instance(51, *peers("198.18.9.6", source="198.18.9.4"))
    found = imported(first + instance(52, *peers("198.18.9.7", source="198.18.9.4"), vrid=51))
    (gap,) = refused(found)
    assert gap[:2] == ("virtual_router_id", 13)
    assert gap[2].endswith("VI_51 and VI_52 both have virtual router ID 51 on eth0; VI_52 is left out")
    assert names(found) == ["VI_51"]


def test_the_own_address_is_left_out_of_the_peers():
    found = imported(instance(51, *peers("198.18.9.4", "198.18.9.5/24", "198.18.9.6", source="198.18.9.4/24")))
    assert found.host["ha_pair_unicast_peer"] == ["198.18.9.5", "198.18.9.6"]
    assert refused(found) == []


def test_references_to_what_is_left_out_are_left_out():
    group = "vrrp_sync_group G {\ngroup {\nVI_51\nVI_52\n}\n}\n"
    found = imported(instance(51, vip="198.18.9.250") + instance(52, vip="198.18.9.250") + group)
    assert [word for word, _line, _why in refused(found)] == ["virtual_ipaddress", "group", "group"]
    assert "ha_pair_sync_groups" not in found.shared


def test_only_the_wrong_entries_of_a_list_are_left_out():
    lines = ("virtual_routes {", "10.1.0.0/16 dev et$h1", "10.2.0.0/16 dev eth1", "}")
    found = imported(instance(51, *lines, "unicast_ttl 0", *peers("198.18.9.6")))
    assert found.shared["ha_pair_instances"][0]["virtual_routes"] == ["10.2.0.0/16 dev eth1"]
    assert "unicast_ttl" not in found.shared["ha_pair_instances"][0]
    assert [word for word, _line, _why in refused(found)] == ["virtual_routes", "unicast_ttl"]


def test_a_script_that_is_left_out_is_not_tracked():
    script = "global_defs {\nscript_user root\n}\n"
    script += "".join(f"vrrp_script {name} {{\nscript /bin/true\n}}\n" for name in ("a/b", "c"))
    found = imported(script + instance(51, "track_script {", "a/b", "c", "}"))
    assert [each["name"] for each in found.shared["ha_pair_scripts"]] == ["c"]
    assert found.shared["ha_pair_instances"][0]["track_script"] == ["c"]


def test_an_instance_whose_name_the_role_refuses_is_left_out():
    found = imported(instance(51, name="VI/1"))
    assert (names(found), len(refused(found))) == ([], 1)
    assert not {name for name in (*found.shared, *found.host) if name.endswith("instances")}


@pytest.mark.parametrize("secrets", [True, False])
def test_a_password_is_judged_and_not_shown(secrets):
    """The role refuses a password that begins with a blank; then there is no hint to put it into Vault."""
    text = instance(51, "authentication {", "auth_type PASS", 'auth_pass " s3cret"', "}")
    found = import_file(text, PATH, secrets=secrets)
    assert [word for word, _line, _why in refused(found)] == ["auth_pass"]
    assert "auth_pass" not in found.shared["ha_pair_instances"][0]
    assert found.vaulted == []
    assert "s3cret" not in repr((found.shared, found.gaps))
