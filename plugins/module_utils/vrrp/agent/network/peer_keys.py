# Copyright (c) 2026, the hotstandby.vrrp authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Read the keys of ``peer_status`` from their file: one in a line, and the first one signs.

They are read whenever a configuration is taken, so a reload takes a file that has changed. A missing key is no
error: VRRP does not need it, and a node must not lose its addresses for it. The status says that it is missing.
"""

from __future__ import annotations

import os
import stat
from dataclasses import replace

from ...config.model.configuration import Configuration
from ...protocol.auth_hmac import HEX, KEY_MAX, secret_of

KEYS_MAX = 4  # two while the key changes
FILE_MAX = KEYS_MAX * (len(HEX) + 2 * KEY_MAX + 2)  # octets


def resolve(configuration: Configuration) -> Configuration:
    """Return the configuration with the keys in it, or with why there are none. No message contains a key."""
    settings = configuration.globals.peer_status
    if settings is None:
        return configuration
    keys: tuple[bytes, ...] = ()
    problem = ""
    try:
        keys = read(settings.key_file)
    except OSError as error:
        problem = f"the key file cannot be read: {error.strerror or error}: {settings.key_file}"
    except ValueError as error:
        problem = f"the key file is not usable: {error}: {settings.key_file}"
    settings = replace(settings, keys=keys, problem=problem)
    return replace(configuration, globals=replace(configuration.globals, peer_status=settings))


def files(configuration: Configuration) -> tuple[str, ...]:
    """Return the path of the key file, where there is one."""
    settings = configuration.globals.peer_status
    return () if settings is None else (settings.key_file,)


def read(path: str) -> tuple[bytes, ...]:
    """Return the keys in a file. Raises OSError, or ValueError for what is no key; neither tells what is in it."""
    descriptor = os.open(path, os.O_RDONLY | os.O_NONBLOCK | os.O_CLOEXEC)  # opening a FIFO must not block
    try:
        if not stat.S_ISREG(os.fstat(descriptor).st_mode):
            raise ValueError("it is no regular file")
        content = os.read(descriptor, FILE_MAX + 1)
    finally:
        os.close(descriptor)
    if len(content) > FILE_MAX:
        raise ValueError(f"it is longer than {KEYS_MAX} keys")
    try:
        lines = content.decode("ascii").split()
    except UnicodeDecodeError:
        raise ValueError("it is not ASCII text") from None
    if not lines:
        raise ValueError("it is empty")
    return tuple(map(secret_of, lines))
