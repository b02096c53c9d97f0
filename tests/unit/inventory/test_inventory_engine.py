# Copyright (c) 2026, the hotstandby.vrrp authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Test that what keepalived cannot do is refused by the name of its variable, and only on hosts with keepalived."""

from __future__ import annotations

import pytest
from ansible_collections.hotstandby.vrrp.plugins.module_utils.inventory.engine import (
    engine_of,
    only_agents,
    outdated,
    running,
)
from ansible_collections.hotstandby.vrrp.plugins.module_utils.inventory.errors import PairError
from ansible_collections.hotstandby.vrrp.plugins.module_utils.inventory.instances import instances
from two_hosts import VIP, hosts

KEEPALIVED = {"engine": "keepalived"}
TCP = [{"address": "127.0.0.1", "port": 80}]


def problems(node_a=None, node_b=None, **both):
    with pytest.raises(PairError) as caught:
        instances(hosts(node_a, node_b, vips=[VIP], **both))
    return [(each.host, each.variable, each.text) for each in caught.value.problems]


def test_a_host_says_its_program_and_ours_is_the_default():
    assert [engine_of(said) for said in hosts({"engine": "hotstandby"}, KEEPALIVED).values()] == [
        *("hotstandby", "keepalived")
    ]
    assert engine_of({}) == "hotstandby"
    assert only_agents(["node-a", "node-b"], hosts())
    assert not only_agents(["node-a", "node-b"], hosts(node_b=KEEPALIVED))


def test_a_host_that_runs_another_program_than_it_says_does_not_count():
    found = {"node-a": {"program": "hotstandby"}, "node-b": {"program": "keepalived"}}
    assert running(found, found, {"node-a": "hotstandby", "node-b": "keepalived"}) == ["node-a", "node-b"]
    assert running(found, found, {"node-a": "hotstandby", "node-b": "hotstandby"}) == ["node-a"]
    assert running(["node-a"], {"node-a": {"program": None}}, {"node-a": "hotstandby"}) == []
    assert running(["node-a"], {"node-a": {}}, {"node-a": "hotstandby"}) == []


def test_an_agent_of_another_release_than_the_installed_one_is_outdated():
    found = {
        "node-a": {"running_release": "4f1c", "release": "9b2e"},
        "node-b": {"running_release": "9b2e", "release": "9b2e"},
        "node-c": {"running_release": None, "release": "9b2e"},
    }
    assert outdated(found, found) == ["node-a"]


def test_another_program_is_refused():
    assert problems(node_a={"engine": "frr"})[0] == (
        *("node-a", "ha_pair_engine"),
        "'frr' is neither hotstandby nor keepalived",
    )


@pytest.mark.parametrize(
    ("variable", "value", "text"),
    [
        ("track_tcp", TCP, "keepalived has no track_tcp"),
        ("vip_lease", 10, "keepalived has no vip_lease"),
        ("metrics_listen", "192.168.8.6:9165", "keepalived serves no metrics"),
        ("metrics_socket", True, "keepalived serves no metrics"),
        ("metrics_textfile", "/srv/a.prom", "keepalived serves no metrics"),
        ("writable_paths", ["/srv"], "the service of keepalived may write everywhere"),
        ("rotate_peer_key", True, "keepalived tells its peer nothing beside VRRP, so there is no key"),
        ("failback", {"after": 300}, "keepalived ends nothing by itself"),
    ],
)
def test_a_variable_of_the_agent_alone_is_refused_with_keepalived(variable, value, text):
    assert problems(node_b={**KEEPALIVED, variable: value}) == [("node-b", f"ha_pair_{variable}", text)]
    instances(hosts(node_b={variable: value}, vips=[VIP]))


def test_an_entry_of_an_instance_or_of_a_group_is_named():
    entries = [{"name": name, "virtual_ipaddress": [f"192.168.8.{last}/24"]} for name, last in (("a", 100), ("b", 101))]
    entries[1]["track_unit"] = ["worker.service"]
    groups = [{"name": "both", "group": ["a", "b"], "track_http": [{"url": "http://127.0.0.1/"}]}]
    with pytest.raises(PairError) as caught:
        instances(hosts(**KEEPALIVED, instances=entries, sync_groups=groups))
    assert {(each.variable, each.text) for each in caught.value.problems} == {
        ("ha_pair_instances[1].track_unit", "keepalived has no track_unit"),
        ("ha_pair_sync_groups[0].track_http", "keepalived has no track_http"),
    }


@pytest.mark.parametrize(
    ("variable", "value"),
    [
        ("vip_lease", 0),
        ("metrics_listen", ""),
        ("metrics_socket", False),
        ("writable_paths", []),
        ("failback", "manual"),
    ],
)
def test_a_variable_that_asks_for_nothing_is_accepted_with_keepalived(variable, value):
    instances(hosts(vips=[VIP], **KEEPALIVED, **{variable: value}))


def test_a_takeover_needs_longer_with_keepalived():
    vips = [f"192.168.8.{last}/24" for last in range(100, 120)]
    ours = instances(hosts(vips=vips, takeover_within="0.5"))["node-a"][0]["advert_int"]
    theirs = instances(hosts(node_b=KEEPALIVED, vips=vips, takeover_within="0.5"))["node-a"][0]["advert_int"]
    assert (ours, theirs) == (0.13, 0.1)


def test_an_interval_that_needs_real_time_is_refused():
    instances(hosts(vips=[VIP], takeover_within="0.1"))
    (problem, *_rest) = problems(node_b=KEEPALIVED, takeover_within="0.1")
    assert problem == (
        *("node-a", "ha_pair_takeover_within"),
        "0.1 s needs an advertisement every 0.02 s, and keepalived runs without real time",
    )
