# Copyright (c) 2026, the hotstandby.vrrp authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""A keepalived.conf becomes variables, and the role's template makes the same configuration of them."""

from __future__ import annotations

from dataclasses import replace

import pytest
from ansible_collections.hotstandby.vrrp.plugins.module_utils.pair.fields import FIELDS
from ansible_collections.hotstandby.vrrp.plugins.module_utils.pair.groups import WORDS
from ansible_collections.hotstandby.vrrp.plugins.module_utils.pair.import_gaps import NOT_IN_THE_ROLE
from ansible_collections.hotstandby.vrrp.plugins.module_utils.pair.importing import import_file
from ansible_collections.hotstandby.vrrp.plugins.module_utils.pair.scripts import FIELDS as SCRIPT
from ansible_collections.hotstandby.vrrp.plugins.module_utils.pair.settings import SETTINGS
from ansible_collections.hotstandby.vrrp.plugins.module_utils.pair.trackers import PROCESS
from ansible_collections.hotstandby.vrrp.plugins.module_utils.vrrp.config.loader import inspect
from ansible_collections.hotstandby.vrrp.plugins.module_utils.vrrp.config.plan import compare
from ansible_collections.hotstandby.vrrp.plugins.module_utils.vrrp.config.vocabulary.schema import WORKS, blocks
from pair_inventory import interfaces
from role_template import files

PATH = "/etc/keepalived/keepalived.conf"
GLOBAL = "global_defs {\n    router_id @NAME@\n@MORE@\n}\n"
ROOT = "    script_user root\n    enable_script_security\n"
ARTICLE = """\
global_defs {
    router_id Node@NAME@
}
vrrp_instance VI_1 {
    state @STATE@    # who begins
    interface eth0
    virtual_router_id 51
    priority @PRIORITY@
    advert_int 1
    authentication {
        auth_type PASS
        auth_pass 1111
    }
    virtual_ipaddress {
        192.168.8.100/24
    }
}
"""


def conf(body, name="VI_1", more="", vips="192.168.8.100/24", vrid=51, state="state @STATE@"):
    """One instance with ``body`` in it."""
    return (
        GLOBAL.replace("@MORE@", more)
        + f"vrrp_instance {name} {{\n    {state}\n    interface eth0\n    virtual_router_id {vrid}\n"
        + f"    priority @PRIORITY@\n{body}\n    virtual_ipaddress {{\n        {vips}\n    }}\n}}\n"
    )


SCRIPTS = """\
vrrp_script chk_web {
    script "/usr/bin/curl --fail 'http://127.0.0.1/a b'"
    interval 2
    timeout 3
    rise 2
    fall 3
    weight -20
    user root root
}
vrrp_script chk_bad {
    script /bin/true
    interval 1
    weight 5 reverse
    init_fail
}
"""
TRACKERS = """\
vrrp_track_process web {
    process nginx -g
    param_match initial
    weight 7
    quorum 2
    quorum_max 9
    delay 1.5
}
vrrp_track_process none {
    process oldd
    quorum_max 0
    full_command
}
track_file level {
    file /run/level
    weight 2 reverse
    init_file 3 overwrite
}
"""
QUOTED = r"""
vrrp_script chk_quoted {
    script "/bin/sh -c 'test \"$1\" = \'a b\'' '\\\\' {{.State}} 'x#!' ''"
}
vrrp_track_process quoted {
    process "my server" "-c /etc/a b.conf" plain "x#1" ""
}
"""
FILES = {
    "article": ARTICLE,
    "quotes and backslashes": QUOTED
    + conf(
        "    track_script {\n        chk_quoted\n    }\n    track_process {\n        quoted\n    }\n"
        "    notify_master \"/bin/n 'a\\\\042b' '\\\\303\\\\251' c\\\\ d\"",
        more=ROOT + '    router_id "Node @NAME@"',
    ).replace("    router_id @NAME@\n", ""),
    "version 3 and its times": conf(
        "    version 3\n    advert_int 0.25\n    nopreempt\n    down_timer_adverts 5\n    v3_checksum_as_v2 true",
        state="state BACKUP",
    ),
    "ipv6": conf("    version 3", vips="fd00:8::100/64\n        fe80::100/64", state="state BACKUP"),
    "unicast": conf(
        "    unicast_src_ip @OWN@\n    unicast_peer {\n        @PEER@ min_ttl 250\n    }\n    unicast_ttl 254\n"
        "    track_src_ip\n    preempt_delay 30",
        state="state BACKUP",
    ),
    "scripts": SCRIPTS
    + conf(
        "    track_script {\n        chk_web\n        chk_bad weight 0\n    }\n    notify /bin/n root\n"
        '    notify_master "/bin/m now" root root\n    notify_deleted\n    notify_priority_changes',
        more=ROOT,
    ),
    "a script that nobody tracks": SCRIPTS + conf("", more=ROOT),
    "trackers": TRACKERS
    + conf(
        "    track_process {\n        web\n        none\n    }\n    track_file {\n        level weight 1\n    }\n"
        "    track_interface {\n        eth1 weight -30\n    }"
    ),
    "additions": conf(
        "    @hotstandby track_gateway 192.168.8.1 interval 2 weight -20\n"
        "    @hotstandby track_tcp 127.0.0.1 80 fall 2\n"
        '    @hotstandby track_http http://127.0.0.1/h status 200,300-304 body "all well" host web.example verify\n'
        "    @hotstandby track_unit nginx.service",
        more="    @hotstandby vip_lease 5",
    ),
    "announcements": conf(
        "    garp_master_delay 2\n    garp_master_refresh 60\n    garp_lower_prio_repeat 0\n    garp_extra_if all 30",
        more="    vrrp_garp_interval 0.01\n    vrrp_gna_interval 0.02\n    vrrp_garp_master_repeat 3",
    ),
    "addresses, routes and rules": conf(
        "    virtual_ipaddress_excluded {\n        fd00:8::7/64 dev eth0 -nodad\n        192.168.8.200/24\n    }\n"
        "    virtual_routes {\n        10.9.0.0/16 via 192.168.8.1 metric 5\n        blackhole 10.8.0.0/16\n    }\n"
        "    virtual_rules {\n        from 192.168.8.0/24 table 100 preference 200\n    }\n"
        "    promote_secondaries\n    no_accept",
        vips="192.168.8.100/24 brd + label eth0:1\n        192.168.8.101/24 dev eth1 no_track",
    ),
    "addresses that stand for themselves": conf(
        "", vips="192.168.8.100\n        192.168.8.101 dev eth1 home\n        192.168.8.102 peer 192.168.8.50/32"
    ),
    "hmac": conf(
        "    auth_hmac {\n        key 1 hex:" + "0a" * 32 + "\n        key 2 file:/etc/keepalived/k2\n"
        "        active_key 1\n        mode permissive\n        time_window 9\n    }"
    ),
    "vmac": conf("    use_vmac vrrp51 02:00:5e:10:00:33\n    vmac_xmit_base"),
    "globals": conf(
        "",
        more=ROOT + "    vrrp_startup_delay 2.5\n    vrrp_delay_after_boot 9\n"
        "    notify_fifo /run/fifo root\n    notify_fifo_script /bin/reader\n"
        "    startup_script /bin/up\n    startup_script_timeout 7\n    log_unknown_vrids\n    default_interface eth1",
    )
    + "interface_up_down_delays {\n    eth0 0.5 1\n}\nstatic_ipaddress {\n    192.168.8.9/24 dev eth0\n}\n"
    + "static_routes {\n    10.7.0.0/16 via 192.168.8.1 dev eth0 track_group all\n}\n"
    + "track_group all {\n    group {\n        VI_1\n    }\n}\n"
    + "garp_group {\n    interfaces {\n        eth0\n        eth1\n    }\n    garp_interval 0.02\n}\n",
    "strict defaults for every instance": conf(
        "", more="    vrrp_version 3\n    vrrp_skip_check_adv_addr\n    vrrp_down_timer_adverts 4\n    vrrp_min_garp"
    ),
    "parameters and sequences": "$VIP=192.168.8.77\n" + conf("", vips="${VIP}/24"),
}
GROUP = (
    SCRIPTS
    + "vrrp_sync_group G1 {\n    group {\n        inside\n        outside\n    }\n    sync_group_tracking_weight\n"
    + '    track_script {\n        chk_web\n    }\n    notify /bin/g\n    notify_fault "/bin/f x" root\n}\n'
    + conf("", "inside", vrid=11, more=ROOT)
    + conf("", "outside", vips="192.168.8.101/24", vrid=12).replace(GLOBAL.replace("@MORE@", ""), "")
)
FILES["a sync group"] = GROUP
FILES["each is master of one"] = (
    conf("", "one", vrid=11, state="state @STATE@")
    + "vrrp_instance two {\n    state @OTHER_STATE@\n    interface eth0\n    virtual_router_id 12\n"
    + "    priority @OTHER_PRIORITY@\n    virtual_ipaddress {\n        192.168.8.101/24\n    }\n}\n"
)


def of_host(text, here):
    own = {
        "@NAME@": "A" if here else "B",
        "@STATE@": "MASTER" if here else "BACKUP",
        "@OTHER_STATE@": "BACKUP" if here else "MASTER",
        "@PRIORITY@": "150" if here else "140",
        "@OTHER_PRIORITY@": "140" if here else "150",
        "@OWN@": "192.168.8.4" if here else "192.168.8.6",
        "@PEER@": "192.168.8.6" if here else "192.168.8.4",
    }
    for word, value in own.items():
        text = text.replace(word, value)
    return text


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
        globals=replace(configuration.globals, vrrp_version=2),  # each instance says its version
        instances=tuple(replace(each, line=0) for each in configuration.instances),
        sync_groups=tuple(replace(each, line=0) for each in configuration.sync_groups),
    )


@pytest.mark.parametrize("name", FILES)
def test_what_it_says_makes_the_same_file(name):
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


def test_the_article_is_one_line_for_each_host():
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


def test_no_secret_is_in_anything_unless_asked_for():
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


def test_what_cannot_be_said_is_listed_with_its_line_and_the_way_out():
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


def test_scripts_without_a_user_are_told():
    text = of_host(FILES["scripts"], True).replace("    script_user root\n", "", 1)
    found = import_file(text, PATH)
    assert [each["keyword"] for each in found.not_carried_over()] == ["script_user"]
    assert "ha_pair_script_user" not in found.shared


# Works, and is said in another way: by a word of another name, or in each instance.
SAID_OTHERWISE = {
    "global_defs": {
        *("router_id", "script_user", "agent_script_user", "enable_script_security", "vrrp_version", "vrrp_min_garp"),
        *("vrrp_mcast_group4", "vrrp_mcast_group6", "vrrp_check_unicast_src", "vrrp_vmac_garp_intvl"),
        *("v3_checksum_as_v2", "include_check"),
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


def test_a_wrong_file_has_problems_and_no_variables():
    found = import_file(of_host(ARTICLE, True).replace("priority 150", "priority 300"), PATH)
    assert (found.shared, found.host) == ({}, {})
    assert len(found.problems) == 1 and found.problems[0].startswith(f"{PATH}:8:14: error: priority 300")


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


REFUSED = conf('    unicast_ttl 0\n    notify_master "/bin/n \\"a b\\" c"', name="VI/1") + (
    "vrrp_sync_group VG1 {\n    group {\n        VI/1\n    }\n}\n"
)


def test_what_the_role_would_refuse_is_not_carried_over():
    found = import_file(of_host(REFUSED, True), PATH)
    assert found.problems == []
    whys = [gap["why"] for gap in found.not_carried_over()]
    assert "the role refuses ha_pair_sync_groups[0].group: VG1 has fewer than two members; VG1 is left out" in whys
    assert any("ha_pair_instances[0].name: 'VI/1' is not a name" in why for why in whys)


def test_what_the_role_takes_is_no_gap_and_a_password_neither():
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
def test_a_value_that_only_the_role_refuses(body, word):
    found = import_file(of_host(conf(body), True), PATH)
    assert found.problems == []
    gaps = found.not_carried_over()
    assert [gap["keyword"] for gap in gaps if gap["why"].startswith("the role refuses")] == [word], gaps
    assert all(gap["line"] > 1 for gap in gaps if gap["keyword"] == word)


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
