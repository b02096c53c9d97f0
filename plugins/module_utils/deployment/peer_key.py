# Copyright (c) 2026, the hotstandby.vrrp authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""It manages the key file of ``peer_status`` on a node. No key is in a result: a digest stands for it."""

from __future__ import annotations

import os
import stat
from collections.abc import Callable
from dataclasses import dataclass
from functools import partial

from ..vrrp.agent.network import peer_keys
from ..vrrp.protocol.auth_hmac import secret_of
from . import files
from .change import DeploymentError

MODE = 0o600
ONLY, ACCEPTED, SIGNS = "only", "accepted", "signs"


def digests(path: str, owner: tuple[int, int]) -> list[str]:
    """Return the digests of the keys in a file, in its order; none where it is missing or not usable.

    With another owner or mode it is not usable: the agent may be unable to read it, and others able to.
    """
    try:
        return [peer_keys.digest(key) for key in peer_keys.read(path)] if files.has_owner(path, MODE, *owner) else []
    except (OSError, ValueError):  # who is not root may not look into the directory
        return []


def difference(path: str, before: list[str], after: list[str], changed: bool) -> dict[str, str]:
    """Return the digests of the keys in Ansible's form of a difference; in check mode the new file has none."""
    shown = ["".join(f"key {each}\n" for each in keys) for keys in (before, after)]
    if changed and before == after:
        shown[1] = "another key, or another owner or mode\n"
    return {"before_header": path, "after_header": path, "before": shown[0], "after": shown[1]}


@dataclass(frozen=True)
class KeyFile:
    """It is the file at ``path``, which is to have the key ``new`` in this ``state``."""

    path: str
    new: str
    state: str

    def wanted(self) -> list[bytes]:
        """Return the keys that the file is to have. Raises DeploymentError for what is no key, without telling it."""
        try:
            own = secret_of(self.new)
        except ValueError as error:
            raise DeploymentError(f"key: {error}") from None
        try:
            others = [] if self.state == ONLY else [key for key in peer_keys.read(self.path) if key != own]
        except (OSError, ValueError):
            others = []  # there is nothing that the other node could have signed with
        keys = [own, *others] if self.state == SIGNS else [*others, own]
        return keys[-peer_keys.KEYS_MAX :]

    def content(self) -> bytes:
        """Return what the file is to contain. Raises DeploymentError, too."""
        return "".join(f"hex:{key.hex()}\n" for key in self.wanted()).encode()

    def is_right(self, owner: tuple[int, int]) -> bool:
        """Return whether content, mode and owner are as they are to be."""
        return files.read(self.path) == self.content() and files.has_owner(self.path, MODE, *owner)

    def write(self, owner: tuple[int, int]) -> Callable[[], None]:
        """Write the file. Return what brings the one before back. Raises DeploymentError."""
        try:
            old = files.read(self.path)
            if old is None:
                restore: Callable[[], None] = partial(os.unlink, self.path)
            else:
                found = os.stat(self.path)
                restore = partial(files.write, self.path, old, stat.S_IMODE(found.st_mode), found.st_uid, found.st_gid)
            files.write(self.path, self.content(), MODE, *owner)
        except OSError as error:
            raise DeploymentError(f"{self.path}: {error}") from error
        return restore
