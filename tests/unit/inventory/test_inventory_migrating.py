# Copyright (c) 2026, the hotstandby.vrrp authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Test docs/migrating.md: each example is converted and compared in meaning, and each name on the page exists."""

from __future__ import annotations

import functools
import re
from pathlib import Path

import pytest
import yaml
from ansible_collections.hotstandby.vrrp.plugins.module_utils.inventory.from_keepalived import import_file
from ansible_collections.hotstandby.vrrp.plugins.module_utils.vrrp.cli import parser
from ansible_collections.hotstandby.vrrp.plugins.module_utils.vrrp.config.loader import inspect
from former_tools import EVRARDJP, OEFENWEB, evrardjp, oefenweb
from jinja2.nativetypes import NativeEnvironment
from keepalived_corpus import Journey, comparable, differences
from role_template import files

CHECKOUT = Path(__file__).parents[3]
PAGE = (CHECKOUT / "docs" / "migrating.md").read_text(encoding="utf-8")
NETWORK = {"lb1": ("192.168.8.4", "10.9.8.4"), "lb2": ("192.168.8.6", "10.9.8.6")}


def section(title):
    return re.split(r"^## ", PAGE.split(f"\n## {title}\n")[1], flags=re.MULTILINE)[0]


def blocks(title):
    """Return the fenced blocks of a section, those of YAML read."""
    found = re.findall(r"^```(\w*)\n(.*?)^```", section(title), flags=re.MULTILINE | re.DOTALL)
    return [yaml.safe_load(text) if kind == "yaml" else text for kind, text in found]


def hosts_of(inventory):
    """Return the variables of each host of the inventory, with the network that the examples name."""
    group = inventory["ha_pair"]
    return {
        host: {**group["vars"], **own, "ha_pair_interfaces": network(*NETWORK[host])}
        for host, own in group["hosts"].items()
    }


def network(outside, inside):
    there = {"eth0": [f"{outside}/24", f"fd00:8::{outside[-1]}/64"], "eth1": [f"{inside}/24"], "eth2": []}
    return [
        {"name": name, "loopback": False, "virtual_addresses": [],
         "addresses": [{"address": each, "secondary": False} for each in addresses]}
        for name, addresses in there.items()
    ]  # fmt: skip


def of_host(value, host):
    """Return the variables with the templates that name the host, as Ansible has them."""
    if isinstance(value, dict):
        return {name: of_host(each, host) for name, each in value.items()}
    if isinstance(value, list):
        return [of_host(each, host) for each in value]
    return NativeEnvironment().from_string(value).render(inventory_hostname=host) if "{{" in str(value) else value


def compare(texts, inventory):
    """Assert that the inventory means the same as the files of both hosts, and return what the import lists."""
    rendered = files(hosts_of(inventory))
    told = {}
    for host, text in texts.items():
        found = import_file(text, "f", host, secrets=True)
        assert found.problems == []
        again = inspect(rendered[host], "f", host)
        assert again.problems == again.tolerated == (), rendered[host]
        journey = Journey(found, (), rendered[host], again)
        shown = [
            (comparable(each).get(part))
            for part in differences(journey)
            for each in (found.configuration, again.configuration)
        ]
        assert not differences(journey), shown
        told[host] = [each["keyword"] for each in found.not_carried_over()]
    assert told["lb1"] == told["lb2"]
    return told["lb1"]


def test_two_files_by_hand_are_the_inventory():
    first, second, inventory = blocks("keepalived by hand")
    assert compare({"lb1": first, "lb2": second}, inventory) == []


def test_variables_of_evrardjp_are_the_inventory():
    theirs, inventory = blocks("evrardjp's role")
    assert compare({host: evrardjp(of_host(theirs, host)) for host in NETWORK}, inventory) == []


def test_variables_of_oefenweb_are_the_inventory():
    theirs, inventory = blocks("Oefenweb's role")
    told = compare({host: oefenweb(of_host(theirs, host)) for host in NETWORK}, inventory)
    mail = ["notification_email", "notification_email_from", "smtp_server", "smtp_connect_timeout"]
    assert told == [*mail, "smtp_alert"]


def test_an_address_of_pacemaker_is_the_inventory():
    theirs, inventory = blocks("ha_cluster")
    address, service = theirs["ha_cluster_resource_primitives"]
    attributes = {each["name"]: each["value"] for each in address["instance_attrs"][0]["attrs"]}
    stickiness = {each["name"]: each["value"] for each in address["meta_attrs"][0]["attrs"]}["resource-stickiness"]
    (preference,) = theirs["ha_cluster_constraints_location"]
    (score,) = [each["value"] for each in preference["options"] if each["name"] == "score"]
    rendered = files(hosts_of(inventory))
    for host, text in rendered.items():
        report = inspect(text, "f", host)
        assert report.problems == report.tolerated == ()
        (instance,) = report.configuration.instances
        (virtual,) = instance.addresses
        assert str(virtual.address) == f"{attributes['ip']}/{attributes['cidr_netmask']}"
        assert (instance.interface, instance.nopreempt) == (attributes["nic"], stickiness > score)
        assert [each.unit for each in instance.track.units] == [service["agent"].replace("systemd:", "") + ".service"]
        assert (instance.priority == 100) is (host == preference["node"])
    assert inventory["ha_pair"]["vars"]["ha_pair_open_firewall"] is theirs["ha_cluster_manage_firewall"]


@pytest.mark.parametrize(("title", "names"), [("evrardjp's role", EVRARDJP), ("Oefenweb's role", OEFENWEB)])
def test_each_variable_of_the_other_role_is_on_the_page(title, names):
    rows = "".join(line.partition(" | ")[0] for line in section(title).splitlines() if line.startswith("| "))
    named = {each.removeprefix(".") for each in re.findall(r"`([\w.]+)`", rows)}
    assert {*names} <= named
    assert named - {*names, "enable_script_security"} == set()


@functools.cache
def known():
    specs = yaml.safe_load((CHECKOUT / "roles/ha_pair/meta/argument_specs.yml").read_text(encoding="utf-8"))
    return set(specs["argument_specs"]["main"]["options"])


def test_each_variable_playbook_page_and_command_that_the_page_names_exists():
    assert set(re.findall(r"\bha_pair_\w+", PAGE)) - {"ha_pair_"} <= known()
    playbooks = set(re.findall(r"`(\w+\.yml)", PAGE))
    assert "status.yml" in playbooks
    assert not [name for name in playbooks if not (CHECKOUT / "playbooks" / name).is_file()]
    pages = re.findall(r"\]\((\w+\.md)", PAGE)
    assert pages and not [name for name in pages if not (CHECKOUT / "docs" / name).is_file()]
    assert set(re.findall(r"`hotstandby (\w+)", PAGE)) <= {*_commands()}


def _commands():
    return next(each.choices for each in parser()._actions if hasattr(each, "choices") and each.choices)
