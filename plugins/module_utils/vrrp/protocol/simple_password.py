# Copyright (c) 2026, the hotstandby.vrrp authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Pack and compare the simple text password of VRRPv2 (RFC 2338 section 5.3.6.1).

The password travels in clear. It keeps a wrong pair apart; it does not keep an attacker out.
"""

from __future__ import annotations

import hmac

from .constants import AUTH_DATA_LENGTH


def pass_data(password: str) -> bytes:
    """Return the eight octets of Authentication Data that carry ``password``, padded with zeros.

    Raises ValueError when it is empty or longer than eight octets in UTF-8: a cut password would let two different
    ones pass for the same.
    """
    octets = password.encode("utf-8", "surrogateescape")  # the cut may have divided a character
    if not 0 < len(octets) <= AUTH_DATA_LENGTH:
        raise ValueError(f"a VRRPv2 password has 1 to {AUTH_DATA_LENGTH} octets, this one has {len(octets)}")
    return octets.ljust(AUTH_DATA_LENGTH, b"\0")


def same(expected: bytes, received: bytes) -> bool:
    """Compare two Authentication Data fields without telling by the time it takes where they differ."""
    return hmac.compare_digest(expected, received)
