# Copyright (c) 2026, the hotstandby.vrrp authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""It lists the values of known keywords that some releases of keepalived ignore, or take in another way.

Each entry is about one block and keyword, or about a word in the lines of a block, such as ``virtual_ipaddress``.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass
from typing import Optional

from ..syntax.parser import Statement, Word
from .keepalived_releases import Release, number

IGNORED, REFUSED, OTHER_MEANING = "ignored", "refused", "other meaning"
EFFECTS = (IGNORED, REFUSED, OTHER_MEANING)

Finder = Callable[[Statement], Optional[Word]]

_FALSE = ("off", "false", "no")
ADDRESS_BLOCKS = ("virtual_ipaddress", "virtual_ipaddress_excluded", "static_ipaddress")


@dataclass(frozen=True)
class ValueChange:
    """It is one difference. It holds for releases from ``first`` on and before ``mended``; "" is no limit.

    ``keyword`` is "" for the lines of a block that holds items. ``find`` returns the word of a statement that the
    difference is about, or None. ``values`` says for docs which ones these are, ``what`` what such a release does. It
    does not hold where global_defs or the instance has one of the keywords of ``unless``, and where ``beside`` is not
    empty only where one of those stands there.
    """

    block: str
    keyword: str
    values: str
    find: Finder
    effect: str
    what: str
    advice: str
    first: str = ""
    mended: str = ""
    unless: tuple[str, ...] = ()
    beside: tuple[str, ...] = ()

    def holds(self, named: Release) -> bool:
        """Return whether a release has this difference."""
        return (not self.first or named >= number(self.first)) and (not self.mended or named < number(self.mended))


def _words(*wanted: str) -> Finder:
    """Return a finder of the first of these words behind the keyword of a line."""
    return lambda statement: next((word for word in statement.values if word.text in wanted), None)


def _false(statement: Statement) -> Optional[Word]:
    return next((word for word in statement.values[:1] if word.text.lower() in _FALSE), None)


def _fraction(statement: Statement) -> Optional[Word]:
    return next((word for word in statement.values[:1] if "." in word.text), None)


def _address(statement: Statement) -> Optional[Word]:
    """Return the MAC address of a ``use_vmac``."""
    return next((word for word in statement.values if ":" in word.text), None)


def _sixth(statement: Statement) -> Optional[Word]:
    return statement.values[5] if len(statement.values) > 5 else None


def _bits(statement: Statement) -> Optional[Word]:
    return next((word for word in statement.values if "IRWX" in word.text), None)


#: Where Debian, Fedora and others have links to the same below /usr.
_LINKED = ("/bin/", "/sbin/", "/lib/", "/lib64/")


def _linked(statement: Statement) -> Optional[Word]:
    """Return the command of a script when its path may go through a link."""
    return next((word for word in statement.values[:1] if word.text.startswith(_LINKED)), None)


def _without_interface(statement: Statement) -> Optional[Word]:
    """Return the first word of a route that is tracked and names no interface."""
    words = {word.text for word in statement.words}
    return None if words & {"dev", "oif", "no_track"} else statement.words[0]


_NOTIFICATIONS = ("notify", "notify_master", "notify_backup", "notify_fault", "notify_stop")
_SCRIPTS = (
    ("vrrp_script", "script"),
    *(("vrrp_instance", name) for name in (*_NOTIFICATIONS, "notify_deleted", "notify_master_rx_lower_pri")),
    *(("vrrp_sync_group", name) for name in _NOTIFICATIONS),
    *(("global_defs", name) for name in ("notify_fifo_script", "vrrp_notify_fifo_script")),
)

_ANY_ON = "it takes any value as on"
_NOT_COMPARED = "no longer compares the addresses of advertisements"


def _off(block: str, keyword: str, what: str, first: str = "", mended: str = "") -> ValueChange:
    """Return the difference of a keyword that the file switches off."""
    advice = "leave the line out: off is the default"
    return ValueChange(block, keyword, "off, false, no", _false, OTHER_MEANING, what, advice, first, mended)


VALUE_CHANGES: tuple[ValueChange, ...] = (
    *(
        ValueChange(
            block,
            "",
            "preferred_lft",
            _words("preferred_lft"),
            IGNORED,
            "it does not know the word, and skips it and its value",
            "leave it out: an IPv6 address of /128 is deprecated without it",
            mended="2.0.20",
        )
        for block in ADDRESS_BLOCKS
    ),
    *(
        ValueChange(
            block,
            "",
            "use_vmac",
            _words("use_vmac"),
            IGNORED,
            "the address stays on the interface that dev names, with the Ethernet address of that one",
            "leave it out, or give the interface an instance of its own",
            mended="2.2.0",
        )
        for block in ADDRESS_BLOCKS[:2]
    ),
    *(
        ValueChange(
            "unicast_peer",
            "",
            f"{word} TTL",
            _words(word),
            OTHER_MEANING,
            f"it skips {word}: advertisements of this peer are heard whatever TTL they have",
            "leave it out, and let a packet filter see to it",
            mended="2.1.0",
        )
        for word in ("min_ttl", "max_ttl")
    ),
    *(
        ValueChange(
            "unicast_peer",
            "",
            f"{word} TTL",
            _words(word),
            OTHER_MEANING,
            f"it looks at {word} only where check_unicast_src is set, which this file does not do",
            "add check_unicast_src to the instance",
            first="2.1.0",
            unless=("check_unicast_src", "vrrp_check_unicast_src"),
        )
        for word in ("min_ttl", "max_ttl")
    ),
    *(
        ValueChange(
            block,
            "",
            "no dev",
            _without_interface,
            OTHER_MEANING,
            "it does not track the route: where somebody else deletes it, it stays away",
            "add dev NAME, or no_track for the same in every release",
            mended="2.3.2",
        )
        for block in ("virtual_routes", "static_routes")
    ),
    ValueChange(
        "vrrp_instance",
        "use_vmac",
        "unicast_peer beside it",
        lambda statement: statement.words[0],
        IGNORED,
        "it makes no macvlan: the addresses live on the interface itself, with its own Ethernet address",
        "leave use_vmac out on both nodes",
        first="2.1.0",
        mended="2.2.0",
        beside=("unicast_peer",),
    ),
    ValueChange(
        "vrrp_instance",
        "use_vmac",
        "a MAC address",
        _address,
        OTHER_MEANING,
        "the macvlan has the Ethernet address of the RFC, 00:00:5e:00:01:VRID",
        "leave the address out on both nodes",
        mended="2.2.5",
    ),
    ValueChange(
        "vrrp_instance",
        "use_vmac",
        "netlink_notify_msg",
        _words("netlink_notify_msg"),
        IGNORED,
        "it takes the word for a name that is too long, or for one too many",
        "leave it out",
        mended="2.3.0",
    ),
    ValueChange(
        "vrrp_instance",
        "use_vmac",
        "name NAME",
        _words("name"),
        OTHER_MEANING,
        "the macvlan is called name",
        "write the name without the word name",
        mended="2.3.0",
    ),
    ValueChange(
        "vrrp_instance",
        "use_vmac",
        "group ID",
        _words("group"),
        OTHER_MEANING,
        "it takes the word group for the name of the macvlan, or for one too many",
        "leave it out",
        mended="2.3.0",
    ),
    ValueChange(
        "vrrp_instance",
        "use_ipvlan",
        "name NAME, group ID",
        _words("name", "group"),
        OTHER_MEANING,
        "it takes the word for the name of the ipvlan",
        "leave the word out",
        mended="2.3.0",
    ),
    _off("vrrp_instance", "skip_check_adv_addr", f"{_ANY_ON}, and {_NOT_COMPARED}", first="2.2.5"),
    _off("global_defs", "vrrp_skip_check_adv_addr", f"{_ANY_ON}, and {_NOT_COMPARED}", mended="2.3.0"),
    _off("global_defs", "vrrp_strict", f"{_ANY_ON}, and its firewall drops packets to the addresses", mended="2.3.0"),
    _off("global_defs", "vrrp_strict", "it takes it as off, and the agent as on, as older releases do", first="2.3.0"),
    _off("global_defs", "v3_checksum_as_v2", f"{_ANY_ON}: no pseudo-header is in the checksum", first="2.2.8"),
    *(
        ValueChange(
            "vrrp_script",
            keyword,
            "a fraction of seconds",
            _fraction,
            IGNORED,
            f"it takes whole seconds, and without a good {keyword} {default}",
            "write whole seconds",
            mended="2.3.2",
        )
        for keyword, default in (
            ("interval", "the script runs each second"),
            ("timeout", "the script may run as long as its interval"),
        )
    ),
    *(
        ValueChange(
            block,
            keyword,
            "a path below /bin, /sbin, /lib or /lib64",
            _linked,
            OTHER_MEANING,
            "where that directory is a link to /usr, it does not run the script as root: it calls it insecure",
            "write the path that it leads to: /usr/bin/...",
            first="2.3.0",
        )
        for block, keyword in _SCRIPTS
    ),
    ValueChange(
        "auth_hmac",
        "mode",
        "receive-only",
        _words("receive-only"),
        IGNORED,
        "it enforces: it signs what it sends, and hears nothing that is not signed",
        "mode permissive, which signs what it sends and hears both kinds",
        first="2.4.0",
        mended="2.4.2",
    ),
    ValueChange(
        "vrrp_instance",
        "auth_hmac",
        "",
        lambda statement: statement.words[0],
        OTHER_MEANING,
        "it signs other octets than 2.4.2 and later, and the agent: neither hears the other",
        "take auth_hmac out on both nodes, or use keepalived 2.4.2 or later",
        first="2.4.0",
        mended="2.4.2",
    ),
    ValueChange(
        "global_defs",
        "umask",
        "IRWXU, IRWXG, IRWXO",
        _bits,
        IGNORED,
        "it does not know this bit",
        "write the bits one by one: IRUSR | IWUSR | IXUSR",
        mended="2.2.8",
    ),
    ValueChange(
        "global_defs",
        "vrrp_ipsets",
        "a sixth name",
        _sixth,
        OTHER_MEANING,
        "it skips the sixth name",
        "leave it out",
        mended="2.3.0",
    ),
)


@dataclass(frozen=True)
class SyntaxChange:
    """It is a part of the language of a file that releases before ``since`` do not know: ``pattern`` finds it."""

    name: str
    pattern: re.Pattern[str]
    since: str
    effect: str
    what: str
    advice: str


SYNTAX_CHANGES: tuple[SyntaxChange, ...] = (
    SyntaxChange(
        "~LST",
        re.compile(r"~LST\("),
        "2.1.0",
        OTHER_MEANING,
        "it takes the word for a part of the line",
        "write a line for each value",
    ),
    SyntaxChange(
        "~SEQx",
        re.compile(r"~SEQx\("),
        "2.1.0",
        OTHER_MEANING,
        "it takes the word for a part of the line",
        "~LST since 2.1.0, or a line for each value",
    ),
    SyntaxChange(
        "${_HASH}, ${_BANG}",
        re.compile(r"\$\{?_(HASH|BANG)\b"),
        "2.1.4",
        OTHER_MEANING,
        "it leaves the name as it stands",
        "put the character into a script",
    ),
    SyntaxChange(
        "includer, includem, includew, includeb, includea",
        re.compile(r"^\s*include[rmwba]\s"),
        "2.2.0",
        IGNORED,
        "it does not know the keyword, and reads no file",
        "include, which every release knows",
    ),
    SyntaxChange(
        "${_ENV NAME}",
        re.compile(r"\$\{_ENV\b"),
        "2.4.0",
        OTHER_MEANING,
        "it leaves the name as it stands",
        "write the value",
    ),
)
