# Copyright (c) 2026, the hotstandby.vrrp authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What can be said of an instance: each word, and what its value may be.

The words are keepalived's. Each can stand in an entry of ``ha_pair_instances`` or, for every instance of a host, in a
variable ``ha_pair_WORD``.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any, Union

from .hmac import auth_hmac
from .readers import address, command, interface, line, listed, number, password, state, switch, whole
from .tracked import TRACKED


@dataclass(frozen=True)
class Field:
    """``shared``: both hosts of a pair must have the same."""

    read: Callable[[Any], Any]
    shared: bool = False
    secret: bool = False


def vmac(value: Any) -> Union[bool, str]:
    """Whether there is one, or the name of its interface, its MAC address, or both."""
    try:
        return switch(value)
    except ValueError:
        return line(value)


def deleted(value: Any) -> Any:
    """A command, or that FIFOs are told DELETED."""
    return value if isinstance(value, bool) else command(value)


def auth_type(value: Any) -> str:
    """PASS or AH."""
    if str(value).upper() not in ("PASS", "AH"):
        raise ValueError(f"'{value}' is neither PASS nor AH")
    return str(value).upper()


def peer(value: Any) -> str:
    """A peer's address, and keepalived's words ``min_ttl`` and ``max_ttl``."""
    first, *words = str(value).split() or [""]
    pairs = list(zip(words[::2], words[1::2]))
    ttls = all(word in ("min_ttl", "max_ttl") and re.fullmatch(r"\d{1,3}", number) for word, number in pairs)
    if len(words) % 2 or not ttls:
        raise ValueError(f"'{value}' is not an address, optionally with min_ttl and max_ttl")
    return " ".join([address(first), *words])


def extra_interfaces(value: Any) -> str:
    """Seconds, or ``all`` and seconds."""
    words = str(value).split()
    if not 1 <= len(words) <= 2 or (len(words) == 2 and words[0] != "all"):
        raise ValueError(f"'{value}' is not seconds, nor all and seconds")
    return " ".join([*words[:-1], str(number(0, 86400, "seconds")(words[-1]))])


_COUNT = whole(1, 1000, "a count")
_WHOLE_SECONDS = whole(0, 1000, "seconds, of which keepalived takes no fraction here")
_TTL = whole(1, 255, "a TTL or hop limit")

FIELDS: Mapping[str, Field] = {
    "state": Field(state),
    "interface": Field(interface),
    "virtual_router_id": Field(whole(1, 255, "RFC 9568 section 5.2.3"), shared=True),
    "priority": Field(whole(1, 255, '0 means "I stop" on the wire, RFC 9568 section 5.2.4')),
    "advert_int": Field(number(0.01, 255, "seconds between two advertisements"), shared=True),
    "version": Field(whole(2, 3, "the version of VRRP"), shared=True),
    "auth_pass": Field(password, shared=True, secret=True),
    "auth_type": Field(auth_type, shared=True),
    "auth_hmac": Field(auth_hmac, shared=True, secret=True),
    "unicast": Field(switch, shared=True),
    "unicast_src_ip": Field(address),
    "unicast_peer": Field(listed(peer)),
    "unicast_ttl": Field(_TTL),
    "unicast_fault_no_peer": Field(switch),
    "mcast_src_ip": Field(address),
    "mcast_dst_ip": Field(address, shared=True),
    "track_src_ip": Field(switch),
    "v3_checksum_as_v2": Field(switch, shared=True),
    "down_timer_adverts": Field(whole(1, 100, "how many missed advertisements end a master")),
    "skip_check_adv_addr": Field(switch),
    "lower_prio_no_advert": Field(switch),
    "higher_prio_send_advert": Field(switch),
    "nopreempt": Field(switch),
    "preempt_delay": Field(number(0, 1000, "seconds")),
    "use_vmac": Field(vmac),
    "vmac_xmit_base": Field(switch),
    "accept": Field(switch),
    "promote_secondaries": Field(switch),
    "dont_track_primary": Field(switch),
    "kernel_rx_buf_size": Field(whole(0, 2**31 - 1, "octets")),
    "virtual_ipaddress_excluded": Field(listed(line)),
    "virtual_routes": Field(listed(line)),
    "virtual_rules": Field(listed(line)),
    **{word: Field(read) for word, read in TRACKED.items()},
    "notify": Field(command),
    "notify_master": Field(command),
    "notify_backup": Field(command),
    "notify_fault": Field(command),
    "notify_stop": Field(command),
    "notify_deleted": Field(deleted),
    "notify_master_rx_lower_pri": Field(command),
    "notify_priority_changes": Field(switch),
    "garp_master_delay": Field(_WHOLE_SECONDS),
    "garp_master_repeat": Field(_COUNT),
    "garp_master_refresh": Field(_WHOLE_SECONDS),
    "garp_master_refresh_repeat": Field(_COUNT),
    "garp_lower_prio_delay": Field(_WHOLE_SECONDS),
    "garp_lower_prio_repeat": Field(whole(0, 1000, "a count")),
    "garp_extra_if": Field(extra_interfaces),
}

# What an entry of ha_pair_instances knows besides.
OWN_WORDS = ("name", "virtual_ipaddress", "master")
