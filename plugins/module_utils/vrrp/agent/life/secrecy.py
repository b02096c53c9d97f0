# Copyright (c) 2026, the hotstandby.vrrp authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Who else can read or write the configuration and the keys that it names.

A warning, never an error: it must not cost a boot its address.
"""

from __future__ import annotations

import os
import stat
from collections.abc import Iterator

from ...config.model import Configuration
from ...config.problems import WARNING, Place, Problem
from ...config.text.mask import holding_secrets
from ..segment import keys

OF_ALL_SERVICES = "/run/credentials"  # where it lies, for whoever looks from outside the service
CREDENTIALS = "CREDENTIALS_DIRECTORY"  # systemd.exec(5): in it, access is by ACL, which the group's bits then show
READ_BY_OTHERS = stat.S_IRGRP | stat.S_IROTH
WRITTEN_BY_OTHERS = stat.S_IWGRP | stat.S_IWOTH


def exposed(path: str, configuration: Configuration) -> tuple[Problem, ...]:
    """What is wrong with the permissions of the file ``path``, which holds ``configuration``; looked up now."""
    place = Place(path, 1, 1)
    return _exposed_file(place, path, has_secret(configuration)) + tuple(_exposed_keys(place, configuration))


def exposed_includes(sources: tuple[tuple[str, str], ...]) -> tuple[Problem, ...]:
    """The same about the files that the first of ``sources``, (path, text), includes."""
    secret = holding_secrets(sources)
    found = [_exposed_file(Place(path, 1, 1), path, path in secret) for path in dict(sources[1:])]
    return tuple(problem for problems in found for problem in problems)


def _exposed_file(place: Place, path: str, secret: bool) -> tuple[Problem, ...]:
    try:
        mode = stat.S_IMODE(os.stat(path).st_mode)
    except OSError:
        return ()
    rules = []
    if mode & READ_BY_OTHERS and secret:
        rules.append("It holds a password, which nobody but its owner may read")
    if mode & WRITTEN_BY_OTHERS:
        rules.append("It says what the agent runs, so nobody but its owner may write it")
    return tuple(
        Problem.at(place, f"the file has mode {mode:04o}", rule, f"chmod 600 {path}", WARNING) for rule in rules
    )


def has_secret(configuration: Configuration) -> bool:
    """Whether anything in the file is a password or a key."""
    return any(
        instance.authentication is not None
        or (instance.hmac is not None and any(key.file is None for key in instance.hmac.keys))
        for instance in configuration.instances
    )


def _exposed_keys(place: Place, configuration: Configuration) -> Iterator[Problem]:
    for path in keys.files(configuration):
        try:
            mode = stat.S_IMODE(os.stat(path).st_mode)
        except OSError:
            continue
        anybody = stat.S_IROTH if _is_credential(path) else READ_BY_OTHERS
        if mode & (anybody | WRITTEN_BY_OTHERS):
            rule = "It holds a key, which nobody but its owner may read or write"
            yield Problem.at(place, f"the file {path} has mode {mode:04o}", rule, f"chmod 600 {path}", WARNING)


def _is_credential(path: str) -> bool:
    places = (os.environ.get(CREDENTIALS), OF_ALL_SERVICES)
    return any(place and path.startswith(place + "/") for place in places)
