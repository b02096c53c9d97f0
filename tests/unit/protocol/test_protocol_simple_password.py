# Copyright (c) 2026, the hotstandby.vrrp authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Test the simple text password."""

from __future__ import annotations

import pytest

from vrrp.protocol import simple_password


def test_a_password_is_padded_with_zeros():
    assert simple_password.pass_data("1111") == b"1111\0\0\0\0"
    assert simple_password.pass_data("12345678") == b"12345678"


@pytest.mark.parametrize("password", ["", "123456789", "pässwörd"])
def test_a_password_that_does_not_fit_is_refused_not_cut(password):
    with pytest.raises(ValueError, match="1 to 8 octets"):
        simple_password.pass_data(password)


def test_passwords_are_compared_whole():
    assert simple_password.same(b"1111\0\0\0\0", b"1111\0\0\0\0")
    assert not simple_password.same(b"1111\0\0\0\0", b"1112\0\0\0\0")
