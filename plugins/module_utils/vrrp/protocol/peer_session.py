# Copyright (c) 2026, the hotstandby.vrrp authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Sign what the nodes of a pair tell each other, and refuse what is forged or recorded.

The frame is the same for every version of the content::

    octets  4       magic: "hspr"
            1       version of the content
            3       0
            8       session: a random number of the sender, for as long as it has its socket open
            8       challenge: a random number that the receiver has to answer
            8       answer: the challenge of the receiver that was heard last
            8       number of the message in its session, from 1
            ...     the content
            16      HMAC-SHA-256 of all this, its first 16 octets

Signed are the addresses of sender and receiver, too, so that a message is worth nothing on the way back.

The sender draws a new challenge for each turn, and accepts an answer to one of its last ``RECENT``: so the message
was made after that, and is neither a recording nor was it held back. The others are for messages that were lost, or are
on the way. A session begins with an answer to a challenge that was drawn since the last one began: former sessions have
answered older ones. Within a session numbers have to grow. So neither side keeps anything over a restart, and no clock
is needed: it may be wrong, or set back.
"""

from __future__ import annotations

import struct
from collections import deque
from collections.abc import Callable, Sequence
from hmac import compare_digest
from typing import Optional

from ..ip_types import Address
from .auth_hmac import Key

MAGIC = b"hspr"
MALFORMED, SIGNATURE, REPLAY, UNPROVEN = "malformed", "signature", "replay", "unproven"

_HEADER = struct.Struct("!4sB3x8s8s8sQ")
_HMAC_LENGTH = 16
_RANDOM = 8
_NO_ANSWER = bytes(_RANDOM)
_PURPOSE = b"hotstandby peer status"

RECENT = 5  # challenges that are drawn in turns, mostly one a second: a node that is silent for longer is not believed
OVERHEAD = _HEADER.size + _HMAC_LENGTH  # octets around the content


class MessageRefused(ValueError):
    """It is a message that is not accepted, and ``reason`` is one of the words above."""

    def __init__(self, reason: str) -> None:
        super().__init__(reason)
        self.reason = reason


class Session:
    """It signs the messages of a node to another, ``peer``, and verifies those that come back.

    The first of ``keys`` signs, each of them is accepted. ``random(length)`` returns octets that nobody can foresee.
    """

    def __init__(self, keys: Sequence[bytes], own: Address, peer: Address, random: Callable[[int], bytes]) -> None:
        self._keys = [Key(secret) for secret in keys]
        self._out, self._in = _bound(own, peer), _bound(peer, own)
        self._random = random
        self._session = random(_RANDOM)
        self._challenges = deque([random(_RANDOM)], RECENT)
        self._spent: frozenset[bytes] = frozenset()  # no session begins with an answer to one of these any more
        self._number = 0
        self._answer = _NO_ANSWER
        self._theirs: Optional[bytes] = None  # the session of the peer that has been accepted
        self._heard = 0  # the number of its last message

    def renew(self) -> None:
        """Draw another challenge, for the messages of the next turn."""
        self._challenges.append(self._random(_RANDOM))

    def sign(self, version: int, content: bytes) -> bytes:
        """Return a message with this content, which is of this version."""
        self._number += 1
        message = (
            _HEADER.pack(MAGIC, version, self._session, self._challenges[-1], self._answer, self._number) + content
        )
        return message + self._keys[0].sign(self._out + message)

    def verify(self, message: bytes) -> tuple[int, bytes, bool]:
        """Return version and content of a message, and whether a session begins with it. Raises MessageRefused."""
        if len(message) < OVERHEAD or message[: len(MAGIC)] != MAGIC:
            raise MessageRefused(MALFORMED)
        signed, signature = message[:-_HMAC_LENGTH], message[-_HMAC_LENGTH:]
        if not any(compare_digest(key.sign(self._in + signed), signature) for key in self._keys):
            raise MessageRefused(SIGNATURE)
        _magic, version, session, challenge, answer, number = _HEADER.unpack_from(signed)
        begins = session != self._theirs
        if begins:
            if answer not in self._challenges or answer in self._spent:
                if self._theirs is None:  # it may be a recording: all that it can do is to make us answer in vain
                    self._answer = challenge
                raise MessageRefused(UNPROVEN)
            self._theirs, self._spent = session, frozenset(self._challenges)
            self.renew()
        elif number <= self._heard:
            raise MessageRefused(REPLAY)
        self._heard, self._answer = number, challenge  # also of an old one: after an outage both have old ones
        if answer not in self._challenges:
            raise MessageRefused(UNPROVEN)
        return version, signed[_HEADER.size :], begins


def _bound(sender: Address, receiver: Address) -> bytes:
    return _PURPOSE + sender.packed + receiver.packed
