# Copyright (c) 2026, the hotstandby.vrrp authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Test that the lines of authentication and auth_hmac together become the authentication of an instance."""

from __future__ import annotations

import pytest

from vrrp.config.model.configuration import Authentication, AuthHmac, HmacKey
from vrrp.config.semantics.authentication import auth_hmac, authentication
from vrrp.config.semantics.sections import read
from vrrp.config.syntax.diagnostics import Diagnostics
from vrrp.config.syntax.parser import parse

ONE, TWO = "s" * 32, "t" * 32


def section(lines):
    """Return the instance of these lines, which begin in line 2, and the diagnostics of single lines."""
    findings = Diagnostics()
    root = read(parse(f"vrrp_instance VI_1 {{\n{lines}\n}}", "f"), findings)
    return root.inside("vrrp_instance")[0], len(findings.errors)


def simple(lines, version=2, complete=True):
    findings = Diagnostics()
    found = authentication(section(lines)[0], version, complete, findings)
    return found, [str(each)[2:] for each in findings.errors], [str(each)[2:] for each in findings.warnings]


def signed(lines, advert_int_cs=100, complete=True):
    findings = Diagnostics()
    found = auth_hmac(section(lines)[0], advert_int_cs, complete, findings)
    return found, [str(each)[2:] for each in findings.errors], [str(each)[2:] for each in findings.warnings]


def test_without_a_block_there_is_no_authentication():
    assert simple("priority 100", version=3) == (None, [], [])
    assert signed("priority 100") == (None, [], [])


@pytest.mark.parametrize("kind", ["PASS", "AH"])
def test_a_type_and_a_password_make_an_authentication(kind):
    lines = f"authentication {{\nauth_pass 1111\nauth_type {kind}\n}}"
    assert simple(lines) == (Authentication(kind, "1111"), [], [])


def test_two_blocks_add_up_and_the_last_line_counts():
    lines = "authentication {\nauth_type PASS\nauth_pass 1\n}\nauthentication {\nauth_pass 2\n}"
    assert simple(lines) == (Authentication("PASS", "2"), [], [])


def test_version_3_has_no_authentication():
    assert simple("authentication {\nauth_type PASS\nauth_pass 1111\n}", version=3) == (
        None,
        [],
        [
            "2:1: warning: authentication with VRRPv3. RFC 5798 9 removed it: keepalived ignores the block, and so do"
            " we (remove the block, or use version 2 (IPv4), or auth_hmac)"
        ],
    )


@pytest.mark.parametrize(
    ("lines", "errors"),
    [
        (
            "auth_type PASS",
            [
                "2:1: error: authentication has no auth_pass. keepalived would use no authentication"
                " (add: auth_pass PASSWORD)"
            ],
        ),
        (
            "auth_pass 1111",
            [
                "2:1: error: authentication has no auth_type. keepalived would use no authentication"
                " (add: auth_type PASS)"
            ],
        ),
        ("auth_type MD5\nauth_pass 1111", []),
    ],
)
def test_a_type_or_a_password_alone_is_no_authentication(lines, errors):
    assert simple(f"authentication {{\n{lines}\n}}") == (None, errors, [])


def test_a_block_that_is_not_closed_lacks_no_line():
    assert simple("authentication {\nauth_type PASS\n}", complete=False) == (None, [], [])
    assert signed("auth_hmac {\n}", complete=False) == (None, [], [])


def test_a_comment_right_behind_the_password_is_doubtful():
    assert simple("authentication {\nauth_type PASS\nauth_pass ab#cd\n}") == (
        Authentication("PASS", "ab"),
        [],
        [
            "4:11: warning: a comment begins right behind auth_pass. # and ! begin a comment anywhere in a line"
            " (if it is part of the password, put the password in double quotes)"
        ],
    )


def test_authentication_and_auth_hmac_exclude_each_other():
    lines = "auth_hmac {\n}\nauthentication {\nauth_type PASS\nauth_pass 1111\n}"
    assert simple(lines)[1] == [
        "4:1: error: authentication and auth_hmac. one of them: keepalived drops authentication"
        " (remove the block authentication on all nodes)"
    ]


def test_the_defaults_of_auth_hmac():
    lines = f"auth_hmac {{\nkey 1 {ONE}\nkey 2 file:/etc/key\nactive_key 2\n}}"
    keys = (HmacKey(1, b"s" * 32), HmacKey(2, file="/etc/key"))
    assert signed(lines) == (AuthHmac(keys, 2, "time", 5, "enforce"), [], [])


def test_every_line_of_auth_hmac():
    lines = f"auth_hmac {{\nkey 1 {ONE}\nactive_key 1\nanti_replay monotonic\nmode receive-only\n}}"
    keys = (HmacKey(1, b"s" * 32),)
    assert signed(lines) == (AuthHmac(keys, 1, "monotonic", 5, "receive-only"), [], [])
    lines = f"auth_hmac {{\nkey 1 {ONE}\n}}\nauth_hmac {{\nactive_key 1\ntime_window 1\n}}"
    assert signed(lines) == (AuthHmac(keys, 1, "time", 1, "enforce"), [], [])


@pytest.mark.parametrize(
    ("advert_int_cs", "window_s"),
    [(1, 5), (100, 5), (199, 5), (200, 6), (299, 6), (9900, 297), (10000, 300), (25500, 300)],
)
def test_the_window_is_three_intervals_between_5_and_300_seconds(advert_int_cs, window_s):
    found = signed(f"auth_hmac {{\nkey 1 {ONE}\nactive_key 1\n}}", advert_int_cs)[0]
    assert found.time_window_s == window_s


def test_a_window_has_no_effect_with_monotonic():
    lines = f"auth_hmac {{\nkey 1 {ONE}\nactive_key 1\nanti_replay monotonic\ntime_window 9\n}}"
    found, errors, warnings = signed(lines)
    assert (found.time_window_s, errors) == (9, [])
    assert warnings == ["6:13: warning: time_window has no effect with anti_replay monotonic (remove one)"]


@pytest.mark.parametrize(
    ("lines", "error"),
    [
        ("active_key 1", "2:1: error: auth_hmac has no key (add: key 1 file:/etc/hotstandby/vrrp.key)"),
        (
            f"key 9 {ONE}\nkey 4 {TWO}",
            "2:1: error: auth_hmac has no active_key. keepalived would sign nothing (add: active_key 4)",
        ),
        (
            f"key 9 {ONE}\nkey 4 {TWO}\nactive_key 1",
            "5:12: error: active_key 1 is no key of this block. keepalived would sign nothing (the keys are 9, 4)",
        ),
    ],
)
def test_without_the_key_to_sign_with_there_is_no_hmac(lines, error):
    assert signed(f"auth_hmac {{\n{lines}\n}}") == (None, [error], [])


@pytest.mark.parametrize("lines", [f"key 0 {ONE}\nactive_key 1", f"key 1 {ONE}\nactive_key 0"])
def test_a_line_that_was_refused_is_not_called_missing(lines):
    assert section(f"auth_hmac {{\n{lines}\n}}")[1] == 1
    assert signed(f"auth_hmac {{\n{lines}\n}}") == (None, [], [])


def test_of_two_keys_with_one_number_the_first_counts():
    lines = f"auth_hmac {{\nkey 1 {ONE}\nkey 1 {TWO}\nactive_key 1\n}}"
    found, errors, _warnings = signed(lines)
    assert found.keys == (HmacKey(1, b"s" * 32),)
    assert errors == ["4:1: error: key 1 is given twice, first in line 3 (give it another number)"]


def test_a_comment_right_behind_a_key_is_doubtful():
    assert signed(f"auth_hmac {{\nkey 1 {ONE}#x\nactive_key 1\n}}")[1:] == (
        [],
        [
            "3:1: warning: a comment begins right behind a key. # and ! begin a comment anywhere in a line"
            " (if it is part of the key, put the key in double quotes)"
        ],
    )
