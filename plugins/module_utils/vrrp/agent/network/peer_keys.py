# Copyright (c) 2026, the hotstandby.vrrp authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Read the keys of ``peer_status`` from their file: one in a line, and the first one signs.

They are read whenever a configuration is taken, and alone where a client asks for that. A missing key is no
error: VRRP does not need it, and a node must not lose its addresses for it. The status says that it is missing.
"""

from __future__ import annotations

import hmac
import time
from dataclasses import replace

from ...config.model.configuration import Configuration, PeerStatus
from ...protocol.auth_hmac import HEX, KEY_MAX, secret_of
from . import key_file

_TOLD, _DIGITS = b"hotstandby peer key in force", 12
KEYS_MAX = 4  # two while the key changes
FILE_MAX = KEYS_MAX * (len(HEX) + 2 * KEY_MAX + 2)  # octets


def resolve(configuration: Configuration) -> Configuration:
    """Return the configuration with the keys in it, or with why there are none. No message contains a key."""
    settings = configuration.globals.peer_status
    if settings is None:
        return configuration
    return replace(configuration, globals=replace(configuration.globals, peer_status=read_again(settings)))


def read_again(settings: PeerStatus) -> PeerStatus:
    """Return the settings with the keys that their file has now, or with why there are none."""
    settings = replace(settings, read_at=time.monotonic())  # before: what is written meanwhile counts as later
    try:
        return replace(settings, keys=read(settings.key_file), problem="")
    except OSError as error:
        problem = f"the key file cannot be read: {error.strerror or error}: {settings.key_file}"
    except ValueError as error:
        problem = f"the key file is not usable: {error}: {settings.key_file}"
    return replace(settings, keys=(), problem=problem)


def digest(secret: bytes) -> str:
    """Return what stands for a key: it tells two of them apart, and nothing else."""
    return hmac.new(secret, _TOLD, "sha256").hexdigest()[:_DIGITS]


def files(configuration: Configuration) -> tuple[str, ...]:
    """Return the path of the key file, where there is one."""
    settings = configuration.globals.peer_status
    return () if settings is None else (settings.key_file,)


def read(path: str) -> tuple[bytes, ...]:
    """Return the keys in a file. Raises OSError, or ValueError for what is no key; neither tells what is in it."""
    content = key_file.read(path, FILE_MAX, f"it is longer than {KEYS_MAX} keys")
    try:
        lines = content.decode("ascii").split()
    except UnicodeDecodeError:
        raise ValueError("it is not ASCII text") from None
    if not lines:
        raise ValueError("it is empty")
    return tuple(map(secret_of, lines))
