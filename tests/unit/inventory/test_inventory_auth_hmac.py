# Copyright (c) 2026, the hotstandby.vrrp authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Test that keys are checked before they are on any host, and that no message holds one."""

from __future__ import annotations

import pytest
from ansible_collections.hotstandby.vrrp.plugins.module_utils.inventory.errors import PairError
from ansible_collections.hotstandby.vrrp.plugins.module_utils.inventory.instances import instances
from two_hosts import VIP, hosts

KEY = "hex:" + "0a1b" * 16
SECRET = "s3cr3t" * 6


def problems(said, node_b=None, **more):
    with pytest.raises(PairError) as caught:
        instances(hosts({}, node_b, vips=[VIP], auth_hmac=said, **more))
    found = [str(problem) for problem in caught.value.problems]
    assert not [text for text in found if SECRET in text or KEY in text or KEY[4:] in text]
    return found


def keys(*values):
    return {"keys": [{"id": number, "key": value} for number, value in enumerate(values, 1)]}


def test_one_key_makes_auth_hmac():
    plan = instances(hosts(vips=[VIP], auth_hmac=keys(KEY)))
    assert plan["node-a"][0]["auth_hmac"] == plan["node-b"][0]["auth_hmac"] == [f"key 1 {KEY}", "active_key 1"]


def test_auth_hmac_is_written_in_the_order_of_the_file():
    said = {
        "mode": "receive-only",
        "time_window": "9",
        "anti_replay": "time",
        "active_key": 7,
        "keys": [{"id": 3, "key": "x" * 32}, {"id": "7", "file": "/etc/keys/7"}],
    }
    assert instances(hosts(vips=[VIP], auth_hmac=said, version=3))["node-a"][0]["auth_hmac"] == [
        f"key 3 {'x' * 32}",
        "key 7 file:/etc/keys/7",
        "active_key 7",
        "anti_replay time",
        "time_window 9",
        "mode receive-only",
    ]


@pytest.mark.parametrize(
    ("said", "text"),
    [
        ("text", "it is a mapping of keys, active_key, anti_replay, time_window, mode"),
        ({}, "there is no key (keys: a list of id and key)"),
        ({"kyes": []}, "'kyes' is not a word of auth_hmac (known are keys, active_key,"),
        (keys("short"), "key 1 has 5 octets, and a key has 32 to 64 (openssl rand -hex 32, with hex: before it)"),
        (keys("x" * 65), "key 1 has 65 octets"),
        (keys("hex:0a0"), "key 1 is not made of pairs of hexadecimal digits behind hex:"),
        (keys("hex:" + "0a" * 31), "key 1 has 31 octets"),
        (keys(SECRET + "#"), "key 1 holds a character that the configuration file cannot carry"),
        (keys(SECRET + " x"), "key 1 holds a character that the configuration file cannot carry"),
        (keys(KEY, KEY), "with several keys active_key says which one signs"),
        ({**keys(KEY), "active_key": 2}, "active_key 2 is not among the keys 1"),
        ({**keys(KEY), "mode": "off"}, "mode is one of enforce, permissive, receive-only"),
        ({**keys(KEY), "anti_replay": "none"}, "anti_replay is one of time, monotonic"),
        ({**keys(KEY), "time_window": 301}, "'301' is not a whole number from 1 to 300"),
        ({"keys": [{"id": 0, "key": KEY}]}, "'0' is not a whole number from 1 to 255"),
        ({"keys": [{"id": 1}]}, "key 1 has either a key, or the file that holds it"),
        ({"keys": [{"id": 1, "key": KEY, "file": "/k"}]}, "key 1 has either a key, or the file that holds it"),
        ({"keys": [{"id": 1, "file": "k"}]}, "'k' is not an absolute path"),
        ({"keys": [{"id": 1, "secret": KEY}]}, "a key has id, key, file and nothing else"),
        ({"keys": [{"id": 1, "key": KEY}, {"id": 1, "key": KEY}]}, "two keys have one id"),
        ({"keys": [KEY]}, "a key is a mapping of id and key, or of id and file"),
    ],
)
def test_wrong_keys_are_problems(said, text):
    found = problems(said)
    assert found[0].startswith(f"node-a: ha_pair_auth_hmac: {text}")


def test_both_hosts_must_have_the_same_keys():
    found = problems(keys(KEY), {"auth_hmac": keys(SECRET)})
    text = "the mapping differs from node-b's (both hosts must say the same)"
    assert found == [f"node-a: ha_pair_auth_hmac: {text}"]


def test_a_password_beside_auth_hmac_is_a_problem():
    found = problems(keys(KEY), auth_pass="1111")
    text = "a password beside auth_hmac, and an instance has one of them (leave auth_pass out)"
    assert found[0] == f"node-a: ha_pair_auth_pass: {text}"
