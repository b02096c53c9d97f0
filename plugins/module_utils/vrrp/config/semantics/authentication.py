# Copyright (c) 2026, the hotstandby.vrrp authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""It checks and combines the lines of the blocks authentication and auth_hmac of one vrrp_instance."""

from __future__ import annotations

from typing import Optional

from ..model.configuration import Authentication, AuthHmac, HmacKey
from ..syntax.diagnostics import Diagnostics
from .sections import Section, Setting

_WINDOW_LEAST_S, _WINDOW_MOST_S = 5, 300  # keepalived: between them lies 3 advert_int


def authentication(section: Section, version: int, complete: bool, findings: Diagnostics) -> Optional[Authentication]:
    """Return what the block ``authentication`` says; None with VRRPv3 (RFC 5798 9), or without type or password."""
    sections = section.inside("authentication")
    if not sections:
        return None
    place = sections[0].place
    if version == 3:
        findings.tolerated(
            place,
            "authentication with VRRPv3",
            "RFC 5798 9 removed it: keepalived ignores the block, and so do we",
            "remove the block, or use version 2 (IPv4), or auth_hmac",
        )
        return None
    values = {name: setting for inner in sections for name, setting in inner.settings.items()}
    failed = {name for inner in sections for name in inner.failed}
    if complete:
        for name, example in (("auth_type", "auth_type PASS"), ("auth_pass", "auth_pass PASSWORD")):
            if name not in values and name not in failed:
                findings.error(
                    place,
                    f"authentication has no {name}",
                    "keepalived would use no authentication",
                    f"add: {example}",
                )
    password = values.get("auth_pass")
    if password is None or "auth_type" not in values:
        return None
    _comment(password, findings)
    if section.inside("auth_hmac"):
        findings.error(
            place,
            "authentication and auth_hmac",
            "one of them: keepalived drops authentication",
            "remove the block authentication on all nodes",
        )
    return Authentication(values["auth_type"].value, password.value)


def _comment(password: Setting, findings: Diagnostics) -> None:
    if password.statement.comment_follows:
        findings.warning(
            password.place,
            "a comment begins right behind auth_pass",
            "# and ! begin a comment anywhere in a line",
            "if it is part of the password, put the password in double quotes",
        )


def auth_hmac(section: Section, advert_int_cs: int, complete: bool, findings: Diagnostics) -> Optional[AuthHmac]:
    """Return what the block ``auth_hmac`` says, with keepalived's defaults; None where it has no usable active key."""
    sections = section.inside("auth_hmac")
    if not sections:
        return None
    place = sections[0].place
    values = {name: setting for inner in sections for name, setting in inner.settings.items()}
    failed = {name for inner in sections for name in inner.failed}
    keys = _keys([item for inner in sections for item in inner.many.get("keys", ())], findings)
    active = values.get("active_key")
    if not complete or failed & {"keys", "active_key"}:
        return None
    if not keys:
        findings.error(place, "auth_hmac has no key", hint="add: key 1 file:/etc/hotstandby/vrrp.key")
        return None
    if active is None:
        findings.error(
            place, "auth_hmac has no active_key", "keepalived would sign nothing", f"add: active_key {min(keys)}"
        )
        return None
    if active.value not in keys:
        findings.error(
            active.place,
            f"active_key {active.value} is no key of this block",
            "keepalived would sign nothing",
            f"the keys are {', '.join(map(str, keys))}",
        )
        return None
    anti_replay = values["anti_replay"].value if "anti_replay" in values else "time"
    window = values.get("time_window_s")
    if window and anti_replay == "monotonic":
        findings.warning(window.place, "time_window has no effect with anti_replay monotonic", hint="remove one")
    return AuthHmac(
        tuple(keys.values()),
        active.value,
        anti_replay,
        window.value if window else min(max(3 * (advert_int_cs // 100), _WINDOW_LEAST_S), _WINDOW_MOST_S),
        values["mode"].value if "mode" in values else "enforce",
    )


def _keys(items: list[Setting], findings: Diagnostics) -> dict[int, HmacKey]:
    keys: dict[int, HmacKey] = {}
    first: dict[int, Setting] = {}
    for item in items:
        key: HmacKey = item.value
        if key.key_id in keys:
            text = f"key {key.key_id} is given twice, first in {first[key.key_id].start.seen_from(item.start)}"
            findings.error(item.start, text, hint="give it another number")
            continue
        keys[key.key_id], first[key.key_id] = key, item
        _comment_in_key(item, findings)
    return keys


def _comment_in_key(item: Setting, findings: Diagnostics) -> None:
    if item.statement.comment_follows:
        findings.warning(
            item.start,
            "a comment begins right behind a key",
            "# and ! begin a comment anywhere in a line",
            "if it is part of the key, put the key in double quotes",
        )
