# Copyright (c) 2026, the hotstandby.vrrp authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Test that a key is a new one at each use, and one that a node takes."""

from __future__ import annotations

from ansible_collections.hotstandby.vrrp.plugins.filter.peer_key import peer_key

from vrrp.protocol.auth_hmac import secret_of


def test_each_key_is_another_one_of_32_octets():
    keys = {secret_of(peer_key(["web-a", "web-b"])) for _number in range(10)}
    assert (len(keys), {len(key) for key in keys}) == (10, {32})
