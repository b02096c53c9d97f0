# Copyright (c) 2026, the hotstandby.vrrp authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Read keys of ``auth_hmac`` from files, such as systemd credentials: ``key 1 file:PATH``.

They are read whenever a configuration is taken, so a reload takes a key file that has changed. A missing key is an
error: without it the instance would hear no peer, or send without a signature.
"""

from __future__ import annotations

from dataclasses import replace

from ...config.model.configuration import Configuration, HmacKey, Instance
from ...config.syntax.diagnostics import Location, Problem
from ...protocol.auth_hmac import HEX, KEY_MAX, secret_of
from . import key_file

FILE_MAX = len(HEX) + 2 * KEY_MAX + 8  # octets: hex digits, and an end of line or two


def resolve(configuration: Configuration) -> tuple[Configuration, tuple[Problem, ...]]:
    """Return the configuration with every key in it, and the problems of the files. No message contains a key."""
    problems: list[Problem] = []
    instances = tuple(_resolve(configuration.path, instance, problems) for instance in configuration.instances)
    return replace(configuration, instances=instances), tuple(problems)


def files(configuration: Configuration) -> tuple[str, ...]:
    """Return the paths of all key files, each once."""
    keys = [key for instance in configuration.instances if instance.hmac is not None for key in instance.hmac.keys]
    return tuple(dict.fromkeys(key.file for key in keys if key.file is not None))


def _resolve(path: str, instance: Instance, problems: list[Problem]) -> Instance:
    if instance.hmac is None or all(key.file is None for key in instance.hmac.keys):
        return instance
    keys = tuple(_fill(key, path, instance, problems) for key in instance.hmac.keys)
    return replace(instance, hmac=replace(instance.hmac, keys=keys))


def _fill(key: HmacKey, path: str, instance: Instance, problems: list[Problem]) -> HmacKey:
    if key.file is None:
        return key
    try:
        return replace(key, secret=read(key.file))
    except OSError as error:
        reason, hint = f"cannot be read: {error.strerror or error}", "the agent's user must be able to read it"
    except ValueError as error:
        reason, hint = f"is not usable: {error}", f"openssl rand -hex 32 | sed s/^/hex:/ > {key.file}"
    text = f"vrrp_instance {instance.name}: the file of key {key.key_id} {reason}: {key.file}"
    rule = "auth_hmac: a key has 32 to 64 octets, as text or as hex:DIGITS"
    problems.append(Problem.at(Location(path, instance.line, 1), text, rule, hint))
    return key


def read(path: str) -> bytes:
    """Return the key in a file. Raises OSError, or ValueError for what is no key; neither tells what is in it."""
    content = key_file.read(path, FILE_MAX, "it is too long for a key")
    try:
        text = content.decode("utf-8")
    except UnicodeDecodeError:
        raise ValueError("it is not UTF-8 text") from None
    return secret_of(text.rstrip("\r\n"))
