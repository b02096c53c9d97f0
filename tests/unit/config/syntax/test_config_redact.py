# Copyright (c) 2026, the hotstandby.vrrp authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Test that no diff and no log shows a password."""

from __future__ import annotations

import pytest

from vrrp.config.loader import inspect
from vrrp.config.syntax.diagnostics import Location
from vrrp.config.syntax.include import NOWHERE, Surroundings
from vrrp.config.syntax.parser import parse
from vrrp.config.syntax.redact import Secrets, holding_secrets, mask_secrets


@pytest.mark.parametrize(
    ("text", "masked"),
    [
        ("auth_pass 1111", "auth_pass ********"),
        ("\tauth_pass 1111   #(密码)\n", "\tauth_pass ********   #(密码)\n"),
        ("  auth_pass\t1111\t! x\r\n", "  auth_pass\t********\t! x\r\n"),
        ('auth_pass "open sesame" # x', "auth_pass ******** # x"),
        ("auth_pass 'open sesame'", "auth_pass ********"),
        ('auth_pass "open sesame', "auth_pass ********"),
        ("auth_pass open sesame", "auth_pass ******** ********"),
        ("auth_pass ab#cd", "auth_pass ********"),
        ("auth_pass #1111", "auth_pass ********"),
        ("auth_pass {1111 }", "auth_pass ******** }"),
        ("auth_pass 1111 }} # x", "auth_pass ******** }} # x"),
        ("auth_pass # 1111", "auth_pass ********"),
        ("# auth_pass 1111", "# auth_pass ********"),
        ("#auth_pass 1111 # auth_pass 2222", "#auth_pass ******** # auth_pass ********"),
        ("@node1 auth_pass 1111", "@node1 auth_pass ********"),
        ("-    auth_pass 1111\n+    auth_pass 2222\n", "-    auth_pass ********\n+    auth_pass ********\n"),
        ("AUTH_PASS 1111", "AUTH_PASS ********"),
        ("auth-pass 1111", "auth-pass ********"),
        ("auth_pas 1111", "auth_pas ********"),
        ("auth_password 1111", "auth_password ********"),
        ("auth_pass: 1111", "auth_pass: ********"),
        ("auth_pass=1111", "auth_pass=********"),
        ('{"auth_pass": "1111"}', '{"auth_pass": ********'),
        ("authentication { auth_type PASS auth_pass 1111 }", "authentication { auth_type PASS auth_pass ******** }"),
        ("auth_pass\n  sesame\n}", "auth_pass\n  ********\n}"),
        ("auth_pass\n\n+  sesame street\n", "auth_pass\n\n+  ******** ********\n"),
        ("auth_pass\nauth_type PASS\n", "auth_pass\nauth_type PASS\n"),
        ("auth_pass\n}\nrouter_id x\n", "auth_pass\n}\nrouter_id x\n"),
        ("auth_type PASS\n", "auth_type PASS\n"),
        ("# about auth_pass\ninterface eth0\n", "# about auth_pass\ninterface eth0\n"),
        ("router_id 1111\n", "router_id 1111\n"),
        ("key 1 hex:00ff", "key 1 ********"),
        ('  key 255 "open sesame" # x', "  key 255 ******** # x"),
        ("auth_hmac { key 1 abc key 2 def }", "auth_hmac { key 1 ******** ******** ******** ******** }"),
        ("#key 1 abc", "#key 1 ********"),
        ("+  key\t1\tabc", "+  key\t1\t********"),
        ("key 1 file:/etc/hotstandby/key", "key 1 file:/etc/hotstandby/key"),
        ('key 1 "file:${_ENV CREDENTIALS_DIRECTORY}/k"', 'key 1 "file:${_ENV CREDENTIALS_DIRECTORY}/k"'),
        ("active_key 1\n", "active_key 1\n"),
        ("monkey 1 abc", "monkey 1 abc"),
        ("key /etc/ssl/private.pem", "key /etc/ssl/private.pem"),
        ("$A=sesame\nauth_pass $A\n", "$A=********\nauth_pass ********\n"),
        ("$A=sesame\nauth_pass x${A}y\n", "$A=********\nauth_pass ********\n"),
        ("$A=${B}1\n$B=sesame\n$C=x\nkey 1 ${A}", "$A=********\n$B=********\n$C=x\nkey 1 ********"),
        ("@node1 $A= sesame # x\nauth_pass $A", "@node1 $A= ********\nauth_pass ********"),
        ("-$A=sesame\n+$A=other\n auth_pass $A", "-$A=********\n+$A=********\n auth_pass ********"),
        ("$VRRP_PASSWORD=sesame", "$VRRP_PASSWORD=********"),
        ("$hmac_key=hex:00", "$hmac_key=********"),
        ("$INTERFACE=eth0", "$INTERFACE=eth0"),
        ("$PASS= \\\n  sesame \\\n  street\n\nx", "$PASS=  \\\n********\n********\n\nx"),
        ("$I= \\\n auth_pass ${P} \\\n}\n$P=x", "$I= \\\n auth_pass ******** \\\n}\n$P=********"),
        ("~LST({N,P},{1,a},{2,b}) $I\nauth_pass $P", "~LST({N,P}, ********) $I\nauth_pass ********"),
        ("~LST(PASS, a, b) x", "~LST(PASS, ********) x"),
        ("~LST(N, a, b) x", "~LST(N, a, b) x"),
        ("", ""),
    ],
)
def test_passwords_and_keys_are_masked(text, masked):
    assert mask_secrets(text) == masked


def test_masking_twice_changes_nothing():
    text = 'auth_pass "open sesame" # auth_pass x\nauth_pass\n  y z\n'
    assert mask_secrets(mask_secrets(text)) == mask_secrets(text)


@pytest.mark.parametrize(
    "lines",
    [
        "$P=ab}SECRET\nauth_pass $P",
        "$P=ab}SECRET\n auth_pass ${P}",
        '$P=ab}"SECRET\nauth_pass $P',
        "$P=x${Q}\n$Q={SECRET\nauth_pass $P",
        '~LST(P,a"SECRET) auth_pass $P',
        "auth_hmac {\nkey 1 ab}SECRET",
        "auth_hmac {\nkey 1 SECRET",
        "auth_hmac {\n$K=hex:SECRET\nkey 1 $K",
        "$M= \\\nauth_pass }SECRET\n$M",
        "auth_pass\n}SECRET",
        "auth_pass ${SECRET",
        "auth_pass $SECRET",
        "auth_pass ab\\#SECRET",
        "auth_pass ${_ENV SECRET}",
    ],
)
def test_a_password_from_a_parameter_is_in_no_problem(lines):
    text = f"vrrp_instance VI_1 {{\n interface eth0\n authentication {{\n auth_type PASS\n{lines}\n }}\n}}\n"
    for surroundings in (NOWHERE, Surroundings(environment={"SECRET": "ab}SECRET{x"})):
        report = inspect(text, "f", surroundings=surroundings)
        assert report.problems
        assert "SECRET" not in "\n".join(map(str, report.problems + report.warnings)).replace("_ENV SECRET", "")


def test_files_that_hold_something_to_mask():
    sources = [("a", "include b\nauth_pass $P\n"), ("b", "$P=x\n"), ("c", "$Q=x\n"), ("d", "$TOKEN=x"), ("e", "")]
    assert holding_secrets(sources) == {"a", "b", "d"}


@pytest.mark.parametrize(
    "password",
    [
        "ab}SECRET",
        "ab}{SECRET",
        "ab}SECRET{",
        "SECRET}SECRET }",
        "{SECRET",
        '"a"SECRET',
        'ab}prioritySECRET"',
        "ab}priority SECRET",
        "ab}interface eth0 SECRET",
    ],
)
def test_a_password_that_breaks_the_file_is_in_no_problem(password):
    text = (
        f"vrrp_instance VI_1 {{\n interface eth0\n authentication {{\n auth_type PASS\n auth_pass {password}\n }}\n}}\n"
    )
    report = inspect(text, "f")
    assert report.problems
    assert "SECRET" not in "\n".join(map(str, report.problems + report.warnings))


def test_a_problem_without_a_secret_shows_its_text():
    report = inspect("authentication { auth_pass 1111 }\nnonsense\n", "f")
    assert 'unknown keyword "nonsense" at the top of the file' in str(report.problems[-1])


def test_a_place_behind_a_password_is_covered():
    secrets = Secrets()
    parse("a {\n  auth_pass x}y z\n}\nauth_type b\n", "f", "", NOWHERE, secrets)
    assert [secrets.covers(Location("f", 2, column)) for column in (3, 13, 14, 16)] == [False, True, True, True]
    assert not secrets.covers(Location("f", 4, 11)) and not secrets.covers(Location("g", 2, 13))
