# Copyright (c) 2026, the hotstandby.vrrp authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Define every number of the protocol, with the section that says so.

RFC 9568 is VRRPv3 (it obsoletes RFC 5798), RFC 3768 is VRRPv2, RFC 2338 is VRRPv2 as it was with passwords.
"""

from __future__ import annotations

from ipaddress import IPv4Address, IPv6Address

VRRP_PROTOCOL = 112  # RFC 9568 5.1.1.4: the IP protocol number
AH_PROTOCOL = 51  # RFC 2402: the IP Authentication Header, around VRRPv2 with AUTH_AH
VRRP_MULTICAST_IPV4 = IPv4Address("224.0.0.18")  # RFC 9568 5.1.1.2
VRRP_MULTICAST_IPV6 = IPv6Address("ff02::12")  # RFC 9568 5.1.2.2
VIRTUAL_MAC = {4: bytes.fromhex("00005e0001"), 6: bytes.fromhex("00005e0002")}  # RFC 9568 7.3; the VRID follows
VRRP_TTL = 255  # RFC 9568 5.1.1.3, 5.1.2.3: a receiver discards anything else

VERSION_2 = 2  # RFC 3768 5.3.1
VERSION_3 = 3  # RFC 9568 5.2.1
VERSIONS = (VERSION_2, VERSION_3)

TYPE_ADVERTISEMENT = 1  # RFC 9568 5.2.2: the only type

VRID_MIN, VRID_MAX = 1, 255  # RFC 9568 5.2.3
PRIORITY_STOP = 0  # RFC 9568 5.2.4: the master stops taking part
PRIORITY_MIN, PRIORITY_MAX = 1, 254  # RFC 9568 5.2.4: what a backup may be given
PRIORITY_OWNER = 255  # RFC 9568 5.2.4: the router whose own addresses these are
PRIORITY_DEFAULT = 100  # RFC 9568 6.1

AUTH_NONE = 0  # RFC 3768 5.3.6
AUTH_PASS = 1  # RFC 2338 5.3.6.1: a simple text password
AUTH_AH = 2  # RFC 2338 5.3.6.2: IP Authentication Header
AUTH_DATA_LENGTH = 8  # RFC 2338 5.3.10, octets

INTERVAL_V2_MAX_CS = 255 * 100  # RFC 3768 5.3.7: eight bits of whole seconds
INTERVAL_V3_MAX_CS = 4095  # RFC 9568 5.2.7: twelve bits of centiseconds
INTERVAL_DEFAULT_CS = 100  # RFC 9568 6.1: one second

HEADER_LENGTH = 8  # RFC 9568 5.1: both versions start with eight octets
ADDRESSES_MAX = 255  # RFC 9568 5.2.5: the count has eight bits

MASTER_DOWN_INTERVALS = 3  # RFC 9568 6.1: Master_Down_Interval is so many adverts, and the skew
SKEW_DENOMINATOR = 256  # RFC 9568 6.1
