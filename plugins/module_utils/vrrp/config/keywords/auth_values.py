# Copyright (c) 2026, the hotstandby.vrrp authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""It converts passwords and keys: words -> values. No message repeats a secret."""

from __future__ import annotations

from typing import Union

from ...protocol.auth_hmac import secret_of
from ...protocol.constants import AUTH_DATA_LENGTH
from ..model.configuration import HmacKey
from ..syntax.diagnostics import Invalid, Tolerated
from ..syntax.parser import Statement
from .values import only, whole


def auth_pass(statement: Statement) -> Union[str, Tolerated]:
    """Return a password of 1 to 8 octets; a longer one is tolerated and cut to 8, as in keepalived."""
    word = only(statement)
    octets = word.text.encode("utf-8", "replace")
    if not octets:
        raise Invalid("auth_pass is empty", "RFC 2338 5.3.10: 1 to 8 octets", place=word.place)
    if len(octets) > AUTH_DATA_LENGTH:
        cut = octets[:AUTH_DATA_LENGTH].decode("utf-8", "surrogateescape")
        why = Invalid(
            f"auth_pass has {len(octets)} octets, and VRRPv2 carries {AUTH_DATA_LENGTH}",
            f"keepalived cuts it to {AUTH_DATA_LENGTH} octets, and so do we: the rest proves nothing",
            f"write the first {AUTH_DATA_LENGTH} on every node, or use auth_hmac",
            word.place,
        )
        return Tolerated(cut, why)
    return word.text


def hmac_key(statement: Statement) -> HmacKey:
    """Return a key, written as ID VALUE; the value is ``hex:...``, ``file:PATH`` or the octets themselves."""
    if len(statement.values) != 2:
        raise Invalid("key takes a number and a value", hint="key 1 file:/etc/hotstandby/vrrp.key")
    number, value = statement.values
    key_id = whole(number, "key", 1, 255, "the number of a key is 1 to 255")
    if value.text.startswith("file:"):
        path = value.text[len("file:") :]
        if not path.startswith("/"):
            raise Invalid("the file of a key is not an absolute path", hint="key 1 file:/PATH", place=value.place)
        return HmacKey(key_id, file=path)
    try:
        secret = secret_of(value.text)
    except ValueError as error:
        raise Invalid(str(error), hint="openssl rand -hex 32", place=value.place) from None
    return HmacKey(key_id, secret)
