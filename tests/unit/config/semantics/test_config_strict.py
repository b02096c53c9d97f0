# Copyright (c) 2026, the hotstandby.vrrp authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Test that strict mode resets what the RFCs do not have, and refuses what would leave an instance unprotected."""

from __future__ import annotations

from dataclasses import replace
from ipaddress import ip_address, ip_interface

import pytest

from vrrp.config.model.configuration import (
    Authentication,
    AuthHmac,
    GratuitousArp,
    HmacKey,
    Instance,
    VirtualAddress,
    Vmac,
)
from vrrp.config.semantics.sections import read
from vrrp.config.semantics.strict import StrictRules
from vrrp.config.syntax.diagnostics import Diagnostics
from vrrp.config.syntax.parser import parse

FOUR = VirtualAddress(ip_interface("192.0.2.1/24"))
LINK, SIX = VirtualAddress(ip_interface("fe80::1/64")), VirtualAddress(ip_interface("2001:db8::1/64"))
QUIET = GratuitousArp(lower_prio_repeat=0, lower_prio_delay_s=0.0)
#: An instance that strict mode does not change.
STRICT = Instance("VI_1", "eth0", 51, 1, addresses=(FOUR,), lower_prio_no_advert=True, accept=False, garp=QUIET)
KEYS = (HmacKey(1, b"s" * 32),)
PEER = (ip_address("192.0.2.9"),)


def applied(lines="", **fields):
    """Return the instance, errors and warnings; ``lines`` begin in line 2, ``fields`` are not the good ones."""
    root = read(parse(f"vrrp_instance VI_1 {{\n{lines}\n}}", "f"), Diagnostics())
    findings = Diagnostics()
    found = StrictRules(root.inside("vrrp_instance")[0], findings).apply(replace(STRICT, **fields))
    return found, [str(each)[2:] for each in findings.errors], [str(each)[2:] for each in findings.warnings]


def test_an_instance_that_is_strict_stays_as_it_is():
    assert applied() == (STRICT, [], [])


@pytest.mark.parametrize(
    ("line", "fields", "warning"),
    [
        ("state MASTER", {"initial_state": "MASTER"}, "2:7: warning: state"),
        ("preempt_delay 5", {"preempt_delay_s": 5.0}, "2:15: warning: preempt_delay"),
        ("down_timer_adverts 5", {"down_timer_adverts": 5}, "2:20: warning: down_timer_adverts"),
        ("lower_prio_no_advert off", {"lower_prio_no_advert": False}, "2:22: warning: lower_prio_no_advert"),
        (
            "garp_lower_prio_repeat 2",
            {"garp": replace(QUIET, lower_prio_repeat=2)},
            "2:24: warning: garp_lower_prio_repeat",
        ),
        (
            "garp_lower_prio_delay 3",
            {"garp": replace(QUIET, lower_prio_delay_s=3.0)},
            "2:23: warning: garp_lower_prio_delay",
        ),
        (
            "use_vmac 2:0:0:0:0:1",
            {"vmac": Vmac("vip0", "02:00:00:00:00:01")},
            "2:10: warning: a MAC address of use_vmac",
        ),
        ("vmac_xmit_base", {"vmac": Vmac("vip0", xmit_base=True)}, "2:1: warning: vmac_xmit_base"),
        ("accept", {"accept": True}, "2:1: warning: accept"),
    ],
)
def test_options_beyond_the_rfcs_are_taken_back(line, fields, warning):
    expected = replace(STRICT, vmac=Vmac("vip0")) if "vmac" in fields else STRICT
    rest = " has no effect in strict mode. strict mode holds the instance to the RFCs (strict_mode off)"
    assert applied(line, **fields) == (expected, [], [f"{warning}{rest}"])
    assert applied("", **fields) == (expected, [], [])


def test_other_fields_are_unchanged():
    fields = {"nopreempt": True, "priority": 7, "advert_int_cs": 50, "unicast_ttl": 9, "garp": replace(QUIET, repeat=9)}
    assert applied("", **fields) == (replace(STRICT, **fields), [], [])


@pytest.mark.parametrize(
    ("lines", "fields", "accept"),
    [
        ("", {"priority": 254, "version": 3, "accept": True}, False),
        ("accept", {"priority": 254, "version": 3, "accept": True}, True),
        ("accept", {"priority": 254, "version": 2, "accept": True}, False),
        ("", {"priority": 255, "initial_state": "MASTER", "accept": False}, True),
        ("accept", {"priority": 255, "initial_state": "MASTER", "accept": True}, True),
        ("no_accept", {"priority": 255, "initial_state": "MASTER", "accept": True}, False),
        ("accept\nno_accept", {"priority": 254, "version": 3, "accept": True}, False),
    ],
)
def test_accept_follows_from_version_and_priority(lines, fields, accept):
    assert applied(lines, **fields)[0] == replace(STRICT, **{**fields, "accept": accept})


def test_an_owner_starts_as_master():
    found, errors, warnings = applied("state BACKUP", priority=255, accept=True)
    assert (found.initial_state, errors) == ("MASTER", [])
    assert warnings == [
        "2:7: warning: state has no effect in strict mode. strict mode holds the instance to the RFCs (strict_mode off)"
    ]


@pytest.mark.parametrize(
    ("lines", "fields", "error"),
    [
        (
            "",
            {"addresses": ()},
            "1:1: error: no virtual_ipaddress in strict mode. strict mode holds the instance to the RFCs"
            " (add one, or remove strict mode)",
        ),
        (
            "auth_hmac {\n}",
            {"hmac": AuthHmac(KEYS, 1, mode="permissive")},
            "2:1: error: auth_hmac in strict mode enforces. strict mode holds the instance to the RFCs (mode enforce)",
        ),
        (
            "virtual_ipaddress {\n2001:db8::1/64\nfe80::1/64\n}",
            {"addresses": (SIX, LINK), "version": 3},
            "3:1: error: the first address, 2001:db8::1, is not link-local. strict mode holds the instance to the RFCs"
            " (put the fe80:: address first)",
        ),
    ],
)
def test_options_against_the_rfcs_are_refused(lines, fields, error):
    assert applied(lines, **fields) == (replace(STRICT, **fields), [error], [])


def test_unicast_is_tolerated():
    found, errors, warnings = applied("unicast_peer {\n}", unicast_peers=PEER)
    assert (found, errors) == (replace(STRICT, unicast_peers=PEER), [])
    assert "2:1: warning: unicast_peer in strict mode. the RFCs know multicast only: keepalived runs it" in warnings[0]


def test_authentication_is_ignored():
    found, errors, warnings = applied("authentication {\n}", authentication=Authentication("PASS", "a"))
    assert (found, errors) == (STRICT, [])
    assert "2:1: warning: authentication in strict mode. keepalived ignores the block then" in warnings[0]


@pytest.mark.parametrize(
    "fields", [{"hmac": AuthHmac(KEYS, 1)}, {"addresses": (LINK, SIX), "version": 3}, {"addresses": (FOUR, FOUR)}]
)
def test_options_of_the_rfcs_are_taken(fields):
    assert applied("", **fields) == (replace(STRICT, **fields), [], [])
