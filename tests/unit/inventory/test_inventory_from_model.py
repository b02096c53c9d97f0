# Copyright (c) 2026, the hotstandby.vrrp authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Test that an instance becomes words of the role; defaults are left out."""

from __future__ import annotations

from ipaddress import ip_address

import pytest
from ansible_collections.hotstandby.vrrp.plugins.module_utils.inventory import from_model as say
from ansible_collections.hotstandby.vrrp.plugins.module_utils.vrrp.config.model import configuration as model
from ansible_collections.hotstandby.vrrp.plugins.module_utils.vrrp.config.model import trackers

ADDRESS = ip_address("192.168.8.4")
SHOWN, HIDDEN = say.Vault(True), say.Vault(False)
EMPTY = model.Configuration("f")
LEAST = {
    "name": "VI_1", "virtual_ipaddress": [], "state": "BACKUP", "interface": "eth0", "virtual_router_id": 51,
    "priority": 100, "advert_int": 1, "version": 2,
}  # fmt: skip


def command(*words, user=None, group=None):
    return model.NotifyCommand(words, user, group)


def instance(**fields):
    return model.Instance("VI_1", "eth0", 51, 1, **fields)


def more(lines=None, configuration=EMPTY, vault=SHOWN, **fields):
    """Return the words of an instance that are not in every instance."""
    words = say.instance_words(instance(**fields), lines or {}, configuration, vault)
    return {word: value for word, value in words.items() if LEAST.get(word) != value}


def test_an_instance_with_the_least_says_the_least():
    assert say.instance_words(instance(), {}, EMPTY, HIDDEN) == LEAST


KEYS = (model.HmacKey(1, b"\x0a" * 32), model.HmacKey(2, file="/etc/k2"))


@pytest.mark.parametrize(
    ("fields", "words"),
    [
        ({"initial_state": "MASTER", "priority": 7, "version": 3}, {"state": "MASTER", "priority": 7, "version": 3}),
        ({"advert_int_cs": 25}, {"advert_int": 0.25}),
        ({"advert_int_cs": 300}, {"advert_int": 3}),
        ({"authentication": model.Authentication("PASS", "1111")}, {"auth_pass": "1111"}),
        ({"authentication": model.Authentication("AH", "1111")}, {"auth_pass": "1111", "auth_type": "AH"}),
        (
            {"unicast_src_ip": ADDRESS, "mcast_src_ip": ADDRESS, "mcast_dst_ip": ADDRESS},
            {"unicast_src_ip": "192.168.8.4", "mcast_src_ip": "192.168.8.4", "mcast_dst_ip": "192.168.8.4"},
        ),
        ({"preempt_delay_s": 2.0}, {"preempt_delay": 2}),
        ({"preempt_delay_s": 2.5}, {"preempt_delay": 2.5}),
        ({"garp": model.GratuitousArp(delay_s=2.0, repeat=1, refresh_s=0.5, lower_prio_repeat=0)},
         {"garp_master_delay": 2, "garp_master_repeat": 1, "garp_master_refresh": 0.5, "garp_lower_prio_repeat": 0}),
        ({"garp": model.GratuitousArp(refresh_repeat=3, lower_prio_delay_s=0.0)},
         {"garp_master_refresh_repeat": 3, "garp_lower_prio_delay": 0}),
        ({"garp": model.GratuitousArp(extra_if_s=30.0)}, {"garp_extra_if": "30"}),
        ({"garp": model.GratuitousArp(extra_if_s=30.0, extra_if_all=True)}, {"garp_extra_if": "all 30"}),
        ({"vmac": model.Vmac()}, {"use_vmac": True}),
        ({"vmac": model.Vmac("v", "02:00:00:00:00:01", True)},
         {"use_vmac": "v 02:00:00:00:00:01", "vmac_xmit_base": True}),
        ({"vmac": model.Vmac(mac="02:00:00:00:00:01")}, {"use_vmac": "02:00:00:00:00:01"}),
        ({"track": trackers.Tracking(interfaces=(trackers.Tracked("eth1"),))}, {"track_interface": ["eth1"]}),
        ({"notify": model.NotifyScripts(any=command("/bin/n"))}, {"notify": "/bin/n"}),
        (
            {"hmac": model.AuthHmac(KEYS, 2, time_window_s=9)},
            {"auth_hmac": {
                "keys": [{"id": 1, "key": "hex:" + "0a" * 32}, {"id": 2, "file": "/etc/k2"}],
                "active_key": 2, "mode": "enforce", "anti_replay": "time", "time_window": 9,
            }},
        ),
        (
            {"hmac": model.AuthHmac(KEYS[1:], 2, "monotonic", mode="permissive")},
            {"auth_hmac": {"keys": [{"id": 2, "file": "/etc/k2"}], "active_key": 2, "mode": "permissive",
                           "anti_replay": "monotonic"}},
        ),
    ],
)  # fmt: skip
def test_the_values_of_an_instance_are_words_of_the_role(fields, words):
    assert more(**fields) == words


@pytest.mark.parametrize(
    ("word", "value"),
    [
        ("unicast_ttl", 254),
        ("unicast_fault_no_peer", True),
        ("track_src_ip", True),
        ("v3_checksum_as_v2", True),
        ("down_timer_adverts", 5),
        ("skip_check_adv_addr", True),
        ("lower_prio_no_advert", True),
        ("higher_prio_send_advert", True),
        ("nopreempt", True),
        ("accept", False),
        ("promote_secondaries", True),
        ("dont_track_primary", True),
        ("kernel_rx_buf_size", 0),
    ],
)
def test_a_value_is_carried_over_by_its_name_in_the_model(word, value):
    assert more(**{word: value}) == {word: value}


def test_lines_are_carried_over_as_they_were_written():
    lines = {"unicast_peer": ["192.168.8.6 min_ttl 9"], "virtual_routes": ["a"], "virtual_rules": [], "other": ["b"]}
    assert more(lines) == {"unicast_peer": ["192.168.8.6 min_ttl 9"], "virtual_routes": ["a"]}


def test_an_address_without_a_prefix_length_stands_for_itself_alone():
    lines = ["192.168.8.100 dev eth0", "fd00::1", "192.168.8.101/24", "192.168.8.102 peer 192.168.8.5/32"]
    assert more({"virtual_ipaddress": lines}) == {"virtual_ipaddress": [
        "192.168.8.100/32 dev eth0", "fd00::1/128", "192.168.8.101/24", "192.168.8.102 peer 192.168.8.5/32",
    ]}  # fmt: skip


def test_where_there_are_scripts_an_instance_says_that_it_tracks_none():
    configuration = model.Configuration("f", scripts=(trackers.Script("chk", ("/bin/true",)),))
    assert more(configuration=configuration) == {"track_script": []}
    track = trackers.Tracking(scripts=(trackers.Tracked("chk"),))
    assert more(configuration=configuration, track=track) == {"track_script": ["chk"]}


def test_a_secret_becomes_the_name_of_a_variable():
    assert HIDDEN.keep("auth_pass", "1111") == "{{ vault_ha_pair_auth_pass }}"
    assert SHOWN.keep("auth_pass", "1111") == "1111"
    found = more(vault=HIDDEN, authentication=model.Authentication("PASS", "1111"), hmac=model.AuthHmac(KEYS, 1))
    assert found["auth_pass"] == "{{ vault_ha_pair_auth_pass }}"
    assert [key.get("key") for key in found["auth_hmac"]["keys"]] == ["{{ vault_ha_pair_hmac_key_1 }}", None]


TIMES = {"interval": 2, "timeout": 0.5, "rise": 1, "fall": 3}


@pytest.mark.parametrize(
    ("track", "words"),
    [
        ({}, {}),
        ({"interfaces": (trackers.Tracked("eth1", -30),)}, {"track_interface": [{"name": "eth1", "weight": -30}]}),
        (
            {"scripts": (trackers.Tracked("a", -20), trackers.Tracked("a", 0), trackers.Tracked("b", 5, True))},
            {"track_script": ["a", {"name": "a", "weight": 0}, {"name": "b", "weight": 5, "reverse": True}]},
        ),
        ({"processes": (trackers.Tracked("web", 7), trackers.Tracked("web", 8))},
         {"track_process": ["web", {"name": "web", "weight": 8}]}),
        ({"files": (trackers.Tracked("level", 2, True), trackers.Tracked("level", 2))},
         {"track_file": ["level", {"name": "level", "weight": 2, "reverse": False}]}),
        (
            {"gateways": (trackers.TrackedGateway(ADDRESS, 2.0, 0.5, device="eth1", weight=-20),)},
            {"track_gateways": [{"address": "192.168.8.4", **TIMES, "weight": -20, "interface": "eth1"}]},
        ),
        ({"tcp": (trackers.TrackedTcp(ADDRESS, 80, 2.0, 0.5),)},
         {"track_tcp": [{"address": "192.168.8.4", "port": 80, **TIMES}]}),
        (
            {"http": (trackers.TrackedHttp("http://[::1]/", ((200, 200), (300, 399)), "ok", "web", True, 2.0, 0.5),)},
            {"track_http": [{"url": "http://[::1]/", "status": "200,300-399", "body": "ok", "host": "web",
                             "verify": True, **TIMES}]},
        ),
        ({"units": (trackers.TrackedUnit("nginx.service", 2.0, 0.5, 1, 3),)},
         {"track_unit": [{"unit": "nginx.service", **TIMES}]}),
    ],
)  # fmt: skip
def test_trackers_become_words_of_the_role(track, words):
    configuration = model.Configuration(
        "f",
        scripts=(trackers.Script("a", (), weight=-20), trackers.Script("b", (), weight=5)),
        processes=(trackers.Process("web", "nginx", weight=7),),
        files=(trackers.File("level", "/run/l", weight=2, reverse=True),),
    )
    assert say.tracking_words(trackers.Tracking(**track), configuration) == words


@pytest.mark.parametrize(
    ("notify", "words"),
    [
        ({}, {}),
        ({"master": command("/m"), "backup": command("/b"), "fault": command("/f"), "stop": command("/s")},
         {"notify_master": "/m", "notify_backup": "/b", "notify_fault": "/f", "notify_stop": "/s"}),
        ({"master_rx_lower_pri": command("/l", user="root")},
         {"notify_master_rx_lower_pri": {"command": "/l", "user": "root"}}),
        ({"deleted": command("/d"), "says_deleted": True}, {"notify_deleted": "/d"}),
        ({"says_deleted": True, "priority_changes": True}, {"notify_deleted": True, "notify_priority_changes": True}),
    ],
)  # fmt: skip
def test_notify_commands_become_words_of_the_role(notify, words):
    assert more(notify=model.NotifyScripts(**notify)) == words
