# Copyright (c) 2026, the hotstandby.vrrp authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Another user gets a right to a file that stays ours."""

from __future__ import annotations

import os
import stat

from vrrp.agent.process import acl


def test_one_more_user_may_read_and_write(tmp_path):
    path = tmp_path / "file"
    path.touch(0o640)
    fd = os.open(path, os.O_RDWR)
    try:
        acl.allow(fd, 1234)
    finally:
        os.close(fd)
    value = os.getxattr(path, "system.posix_acl_access")
    # version 2; owner rw, user 1234 rw, group r, mask rw, others nothing (acl(5), in the order of its tags)
    assert value == bytes.fromhex(
        "02000000 01000600ffffffff 02000600d2040000 04000400ffffffff 10000600ffffffff 20000000ffffffff"
    )
    assert stat.S_IMODE(path.stat().st_mode) == 0o660  # the group's bits show the mask
