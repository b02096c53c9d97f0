# Copyright (c) 2026, the hotstandby.vrrp authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Set an access list (acl(5)) on a file of ours, where we may not change its owner."""

from __future__ import annotations

import os
import stat
import struct

NAME = "system.posix_acl_access"
VERSION = 2  # linux/posix_acl_xattr.h
OWNER, USER, GROUP, MASK, OTHER = 0x01, 0x02, 0x04, 0x10, 0x20
READ_WRITE = 0o6
NOBODY = 0xFFFFFFFF  # the id of an entry without one


def allow(fd: int, uid: int) -> None:
    """Let this user read and write, in addition to the mode. Raises OSError where the file system has no ACL."""
    mode = stat.S_IMODE(os.fstat(fd).st_mode)
    owner, group, other = mode >> 6 & 7, mode >> 3 & 7, mode & 7
    entries = (
        (OWNER, owner, NOBODY),
        (USER, READ_WRITE, uid),
        (GROUP, group, NOBODY),
        (MASK, group | READ_WRITE, NOBODY),
        (OTHER, other, NOBODY),
    )
    value = struct.pack("<I", VERSION) + b"".join(struct.pack("<HHI", *entry) for entry in entries)
    os.setxattr(fd, NAME, value)
