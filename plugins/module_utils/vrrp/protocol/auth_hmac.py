# Copyright (c) 2026, the hotstandby.vrrp authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Write and check the trailer of ``auth_hmac``, which proves who sent an advertisement, and when.

The format is that of keepalived 2.4.2 and draft-cassen-vrrp-auth-hmac::

     0                   1                   2                   3
    |  Type: 1      |    Key id     |  reserved: 0                  |
    |  seconds since 1970, UTC                                      |
    |  fraction of a second, 1/65536 |  counter                     |
    |  HMAC-SHA-256, its first 16 octets                            |

It follows the advertisement; VRRPv2's Authentication Data (of type 0) come before it. Signed are the family, the
version, the virtual router id and the source address, then the advertisement with a checksum of 0, then the trailer
with an HMAC of 0. Destination, TTL and checksum are not, so that one signature serves every unicast peer.
"""

from __future__ import annotations

import hashlib
import hmac
import struct
from collections.abc import Mapping
from typing import Optional

from ..ip_types import Address
from .anti_replay import SENDERS, ReplayWindow, SendSequence, ahead_s
from .packet import PacketError

TRAILER_LENGTH = 28  # octets
KEY_MIN, KEY_MAX = 32, 64  # octets
HEX = "hex:"

_TYPE_SHA256 = 1
_STAMP = struct.Struct("!BBHQ")  # the trailer without its HMAC
_STAMP_LENGTH, _HMAC_LENGTH, _BLOCK = _STAMP.size, 16, 64
_NO_HMAC = bytes(_HMAC_LENGTH)
_INNER = bytes(octet ^ 0x36 for octet in range(256))  # RFC 2104
_OUTER = bytes(octet ^ 0x5C for octet in range(256))


def secret_of(text: str) -> bytes:
    """Return the octets of a key as a file or a configuration spells it: ``hex:`` and digits, or the text itself.

    Octets that are not UTF-8 are surrogates in a configuration. Raises ValueError when they are not 32 to 64; its
    message tells nothing of the key.
    """
    if text.startswith(HEX):
        try:
            secret = bytes.fromhex(text[len(HEX) :])
        except ValueError:
            raise ValueError("hex: is not followed by pairs of hexadecimal digits") from None
    else:
        secret = text.encode("utf-8", "surrogateescape")
    if not KEY_MIN <= len(secret) <= KEY_MAX:
        raise ValueError(f"a key has {KEY_MIN} to {KEY_MAX} octets, this one has {len(secret)}")
    return secret


class Key:
    """It holds a secret with its first hash blocks computed: a signature then costs a microsecond."""

    __slots__ = ("_inner", "_outer")

    def __init__(self, secret: bytes) -> None:
        padded = secret.ljust(_BLOCK, b"\0")
        self._inner = hashlib.sha256(padded.translate(_INNER))
        self._outer = hashlib.sha256(padded.translate(_OUTER))

    def sign(self, message: bytes) -> bytes:
        """Return the first 16 octets of the HMAC-SHA-256 of ``message``."""
        inner, outer = self._inner.copy(), self._outer.copy()
        inner.update(message)
        outer.update(inner.digest())
        return outer.digest()[:_HMAC_LENGTH]


def covered(version: int, vrid: int, source: Address, advertisement: bytes) -> bytes:
    """Return the octets that are signed before the trailer. ``advertisement`` has no trailer."""
    bound = bytes((source.version, version, vrid, 0)) + source.packed.ljust(16, b"\0")
    return bound + advertisement[:6] + b"\0\0" + advertisement[8:]


class Signer:
    """It signs what an instance sends. ``window_s`` is None with ``anti_replay monotonic``."""

    def __init__(self, key_id: int, key: Key, window_s: Optional[int], sequence: SendSequence) -> None:
        self._key_id, self._key = key_id, key
        self._window_s, self._sequence = window_s, sequence

    def trailer(self, signed: bytes, wall: float) -> bytes:
        """Return the trailer for one advertisement; ``signed`` is what :func:`covered` returns."""
        stamp = _STAMP.pack(_TYPE_SHA256, self._key_id, 0, self._sequence.take(wall, self._window_s))
        return stamp + self._key.sign(signed + stamp + _NO_HMAC)


class Verifier:
    """It verifies what an instance receives: any of its keys will do. ``required`` is ``mode enforce``.

    ``drift_s`` is how many seconds the sender's clock was behind ours in the last verified trailer (negative: ahead),
    or 0 when it was less than half of the window.
    """

    def __init__(
        self,
        keys: Mapping[int, Key],
        window_s: Optional[int],
        required: bool,
        marks: ReplayWindow,
        senders: int = SENDERS,
    ) -> None:
        self.required = required
        self.window_s = window_s
        self.drift_s = 0
        self._keys, self._marks, self._room = dict(keys), marks, max(senders, SENDERS)

    def verify(self, signed: bytes, trailer: bytes, source: Address, wall: float) -> None:
        """Verify a trailer of :data:`TRAILER_LENGTH` octets, or raise PacketError.

        A stale one is refused before the digest is computed, and only a verified one is remembered: a flood of old or
        forged packets neither costs a digest each nor moves a mark.
        """
        kind, key_id, reserved, sequence = _STAMP.unpack_from(trailer)
        if kind != _TYPE_SHA256 or reserved:
            raise PacketError("hmac_malformed", "malformed authentication trailer")
        window_s, behind_s = self.window_s, 0
        if window_s is not None:
            behind_s = -ahead_s(sequence, wall)
            if not -window_s <= behind_s <= window_s:
                detail = f"stale authentication trailer, clock skew {behind_s} sec exceeds window {window_s} sec"
                raise PacketError("hmac_stale", detail)
        key = self._keys.get(key_id)
        if key is None:
            raise PacketError("hmac_key", f"unknown authentication key id {key_id}")
        digest = key.sign(signed + trailer[:_STAMP_LENGTH] + _NO_HMAC)
        if not hmac.compare_digest(digest, trailer[_STAMP_LENGTH:]):
            raise PacketError("hmac", "invalid authentication HMAC: another key, or forged")
        if not self._marks.accept(source.packed, sequence, wall, window_s, self._room):
            raise PacketError("hmac_replay", "replayed authentication trailer")
        self.drift_s = behind_s if window_s is not None and abs(behind_s) > window_s // 2 else 0
