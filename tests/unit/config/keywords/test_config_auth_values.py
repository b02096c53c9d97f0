# Copyright (c) 2026, the hotstandby.vrrp authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Test that the words of auth_pass and of a key become a secret, and no refusal repeats it."""

from __future__ import annotations

import pytest
from converted_lines import refusal, statement

from vrrp.config.keywords.auth_values import auth_pass, hmac_key
from vrrp.config.model.configuration import HmacKey
from vrrp.protocol.simple_password import pass_data


@pytest.mark.parametrize(
    ("line", "expected"),
    [
        ("auth_pass a", "a"),
        ("auth_pass 12345678", "12345678"),
        ('auth_pass "ab cd#!"', "ab cd#!"),
        ("auth_pass ääää", "ääää"),
    ],
)
def test_a_password_has_1_to_8_octets(line, expected):
    assert auth_pass(statement(line)) == expected


def test_a_password_of_no_octets_is_refused():
    assert refusal(auth_pass, 'auth_pass ""') == ("auth_pass is empty", "RFC 2338 5.3.10: 1 to 8 octets", "", 11)


@pytest.mark.parametrize(
    ("line", "octets"), [("auth_pass 123456789", 9), ("auth_pass äääää", 10), ("auth_pass aääää", 9)]
)
def test_a_password_of_more_than_8_octets_is_cut(line, octets):
    found = auth_pass(statement(line))
    assert pass_data(found.value) == line.split()[1].encode()[:8]
    assert found.why.text == f"auth_pass has {octets} octets, and VRRPv2 carries 8"
    assert "keepalived cuts it to 8 octets, and so do we" in found.why.rule


@pytest.mark.parametrize(
    ("line", "key_id", "secret", "file"),
    [
        (f"key 1 hex:{'00ff' * 16}", 1, b"\x00\xff" * 16, None),
        (f"key 255 hex:{'Ab' * 64}", 255, b"\xab" * 64, None),
        (f"key 7 {'s' * 32}", 7, b"s" * 32, None),
        (f'key 7 "{"ä" * 32}"', 7, b"\xc3\xa4" * 32, None),
        ("key 9 file:/etc/hotstandby/vrrp.key", 9, b"", "/etc/hotstandby/vrrp.key"),
        ('key 9 "file:/etc/a b"', 9, b"", "/etc/a b"),
    ],
)
def test_a_key_is_digits_or_text_or_a_file(line, key_id, secret, file):
    key = hmac_key(statement(line))
    assert (key, key.secret) == (HmacKey(key_id, secret, file), secret)


@pytest.mark.parametrize("line", ["key", "key 1", f"key {'s' * 32}", f"key 1 {'s' * 32} more"])
def test_a_key_takes_a_number_and_a_value(line):
    hint = "key 1 file:/etc/hotstandby/vrrp.key"
    assert refusal(hmac_key, line) == ("key takes a number and a value", "", hint, None)


@pytest.mark.parametrize(
    ("number", "text"),
    [
        ("0", "key 0 is out of range"),
        ("256", "key 256 is out of range"),
        ("one", 'key "one" is not a whole number'),
    ],
)
def test_the_number_of_a_key_is_1_to_255(number, text):
    assert refusal(hmac_key, f"key {number} {'s' * 32}") == (text, "the number of a key is 1 to 255", "", 5)


@pytest.mark.parametrize("value", ["file:", "file:vrrp.key", "file:./vrrp.key"])
def test_the_file_of_a_key_has_an_absolute_path(value):
    expected = ("the file of a key is not an absolute path", "", "key 1 file:/PATH", 7)
    assert refusal(hmac_key, f"key 1 {value}") == expected


@pytest.mark.parametrize(
    ("value", "text"),
    [
        ("s" * 31, "a key has 32 to 64 octets, this one has 31"),
        ("s" * 65, "a key has 32 to 64 octets, this one has 65"),
        ("hex:" + "00" * 31, "a key has 32 to 64 octets, this one has 31"),
        ("hex:" + "0" * 63, "hex: is not followed by pairs of hexadecimal digits"),
        ("hex:sesame", "hex: is not followed by pairs of hexadecimal digits"),
    ],
)
def test_a_key_that_is_no_secret_is_refused(value, text):
    assert refusal(hmac_key, f"key 1 {value}") == (text, "", "openssl rand -hex 32", 7)


@pytest.mark.parametrize(
    ("convert", "line"),
    [
        (auth_pass, "auth_pass sesame open"),
        (hmac_key, "key 1 sesame"),
        (hmac_key, "key 1 hex:sesame"),
        (hmac_key, "key 1 file:sesame"),
        (hmac_key, "key 1 sesame more"),
        (hmac_key, "key 0 sesame"),
    ],
)
def test_no_refusal_repeats_the_secret(convert, line):
    assert not [part for part in refusal(convert, line) if "sesame" in str(part)]
