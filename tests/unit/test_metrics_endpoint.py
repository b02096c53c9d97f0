# Copyright (c) 2026, the hotstandby.vrrp authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Test which texts are an address with a port."""

from __future__ import annotations

import pytest

from vrrp.metrics_endpoint import endpoint


def test_an_endpoint_is_an_address_with_a_port():
    assert endpoint("192.168.8.4:9165") == ("192.168.8.4", 9165)
    assert endpoint("[fd00::4]:9165") == ("fd00::4", 9165)
    assert endpoint("[fe80::4%eth0]:1024") == ("fe80::4%eth0", 1024)


@pytest.mark.parametrize(
    "wrong",
    ["", "9165", ":9165", "node-a:9165", "192.168.8.4:", "192.168.8.4:1023", "192.168.8.4:65536", "192.168.8.4:-1",
     "fd00::4:9165", "[192.168.8.4]:9165", "[192.168.8.4:9165", "[fd00::4]", "http://192.168.8.4:9165"],
)  # fmt: skip
def test_anything_else_is_refused_with_an_example(wrong):
    with pytest.raises(ValueError, match="is not an address with a port of 1024 or above, such as 192.168.8.4:9165 or"):
        endpoint(wrong)
