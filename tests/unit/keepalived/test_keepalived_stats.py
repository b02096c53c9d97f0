# Copyright (c) 2026, the hotstandby.vrrp authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Test that each line of keepalived.stats is one counter of ours, or a reason to discard."""

from __future__ import annotations

import pytest
from ansible_collections.hotstandby.vrrp.plugins.module_utils.keepalived import stats

HEAD = "VRRP Instance: VI_1\n"


def counted(*lines):
    return stats.parse(HEAD + "".join(f"{line}\n" for line in lines))["VI_1"]


@pytest.mark.parametrize(
    ("lines", "name"),
    [
        (("  Advertisements:", "    Received: 7"), "received"),
        (("  Advertisements:", "    Sent: 7"), "sent"),
        (("  Became master: 7",), "became_master"),
        (("  Priority Zero:", "    Received: 7"), "priority_zero_received"),
        (("  Priority Zero:", "    Sent: 7"), "priority_zero_sent"),
    ],
)
def test_a_line_is_a_counter(lines, name):
    assert counted(*lines) == {"discarded": {}, name: 7}
    assert counted(*lines[:-1], lines[-1].replace("7", "0")) == {"discarded": {}, name: 0}


@pytest.mark.parametrize(
    ("heading", "key", "reason"),
    [
        ("Packet Errors", "Length", "length"),
        ("Packet Errors", "TTL", "ttl"),
        ("Packet Errors", "Invalid Type", "type"),
        ("Packet Errors", "Advertisement Interval", "interval"),
        ("Packet Errors", "Address List", "addresses"),
        ("Authentication Errors", "Invalid Type", "auth_type"),
        ("Authentication Errors", "Type Mismatch", "auth_type"),
        ("Authentication Errors", "Failure", "auth_pass"),
        ("Authentication Extension Errors", "Missing", "hmac_missing"),
        ("Authentication Extension Errors", "Malformed", "hmac_malformed"),
        ("Authentication Extension Errors", "Unknown Key", "hmac_key"),
        ("Authentication Extension Errors", "Invalid HMAC", "hmac"),
        ("Authentication Extension Errors", "Stale", "hmac_stale"),
        ("Authentication Extension Errors", "Replay", "hmac_replay"),
    ],
)
def test_a_line_is_a_reason_to_discard_unless_it_counts_none(heading, key, reason):
    assert counted(f"  {heading}:", f"    {key}: 12") == {"discarded": {reason: 12}}
    assert counted(f"  {heading}:", f"    {key}: 0") == {"discarded": {}}


@pytest.mark.parametrize(
    "lines",
    [
        ("  Released master: 3",),
        ("  Advertisements:", "    Length: 3"),
        ("  Packet Errors:", "    Received: 3"),
        ("    Received: 3",),
        ("  Advertisements:", "  Received: 3"),
        ("  Advertisements:", "    Became master: 3"),
        ("  Became master: -3",),
        ("  Became master: 3 times",),
        ("  Became master 3",),
        ("  Became master:",),
        ("",),
    ],
)
def test_an_unknown_line_is_passed_over(lines):
    assert counted(*lines) == {"discarded": {}}


def test_a_heading_counts_until_the_next_one():
    lines = ("  Packet Errors:", "    TTL: 1", "  Released master: 5", "    Length: 2", "  Other:", "    TTL: 9")
    assert counted(*lines) == {"discarded": {"ttl": 1, "length": 2}}


def test_a_new_instance_begins_without_a_heading():
    text = "VRRP Instance: a\n  Packet Errors:\n    TTL: 1\nVRRP Instance: b\n    TTL: 2\n"
    assert stats.parse(text) == {"a": {"discarded": {"ttl": 1}}, "b": {"discarded": {}}}


def test_a_line_before_the_first_instance_is_not_counted():
    assert stats.parse("  Became master: 4\n" + HEAD) == {"VI_1": {"discarded": {}}}
    assert stats.parse("") == {}


def test_an_instance_that_comes_twice_is_one():
    text = HEAD + "  Became master: 1\n" + HEAD + "  Advertisements:\n    Sent: 2\n"
    assert stats.parse(text) == {"VI_1": {"discarded": {}, "became_master": 1, "sent": 2}}


def test_an_instance_within_another_block_is_none():
    assert stats.parse("  VRRP Instance: VI_1\n  Became master: 1\n") == {}


def test_a_name_may_hold_colons():
    assert stats.parse("VRRP Instance: eth0:1\r\n  Became master: 1\r\n") == {
        "eth0:1": {"discarded": {}, "became_master": 1}
    }
