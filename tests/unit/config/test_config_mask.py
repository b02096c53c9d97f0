# Copyright (c) 2026, the hotstandby.vrrp authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""No password leaves in a diff or a log."""

from __future__ import annotations

import pytest

from vrrp.config.loader import inspect
from vrrp.config.mask import mask_secrets


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
        ("", ""),
    ],
)
def test_mask_secrets(text, masked):
    assert mask_secrets(text) == masked


def test_it_is_stable():
    text = 'auth_pass "open sesame" # auth_pass x\nauth_pass\n  y z\n'
    assert mask_secrets(mask_secrets(text)) == mask_secrets(text)


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
def test_a_password_that_breaks_the_file_is_in_no_complaint(password):
    text = (
        f"vrrp_instance VI_1 {{\n interface eth0\n authentication {{\n auth_type PASS\n auth_pass {password}\n }}\n}}\n"
    )
    report = inspect(text, "f")
    assert report.problems
    assert "SECRET" not in "\n".join(map(str, report.problems + report.warnings))


def test_a_complaint_about_something_else_says_what_it_is_about():
    report = inspect("authentication { auth_pass 1111 }\nnonsense\n", "f")
    assert 'unknown keyword "nonsense" at the top of the file' in str(report.problems[-1])
