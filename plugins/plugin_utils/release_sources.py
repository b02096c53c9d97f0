# Copyright (c) 2026, the hotstandby.vrrp authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""It reads the sources of a release on the controller: the agent, the modules' work on a node, and pyroute2.

The agent's only dependency is pure Python, so the controller's own copy works on every node and distribution: a node
needs no package repository, no pip and no compiler, and runs the pyroute2 that was tested.
"""

from __future__ import annotations

import contextlib
import functools
import importlib.metadata
import importlib.util
import os
import re
import sys
import tempfile

from ansible import constants
from ansible.errors import AnsibleActionFail
from ansible_collections.hotstandby.vrrp.plugins.module_utils import deployment
from ansible_collections.hotstandby.vrrp.plugins.module_utils.deployment import paths
from ansible_collections.hotstandby.vrrp.plugins.module_utils.deployment.archive import pack
from ansible_collections.hotstandby.vrrp.plugins.module_utils.deployment.digest import sources
from ansible_collections.hotstandby.vrrp.plugins.module_utils.deployment.release import Release

#: All that the agent uses of pyroute2 0.9 is among these files. Of another pyroute2 everything is sent.
_KNOWN_PYROUTE2 = (0, 9)
_USED_OF_PYROUTE2 = re.compile(r"(__init__|common|config/.*|netlink/\w+|netlink/(rtnl|nfnetlink)/.*)\.py")
_CONTROLLER_ONLY = os.path.join("vrrp", "simulation")  # modules and a folder with this prefix are not for a node


def release_sources():
    """Return every source of a release by its path in it. Raises AnsibleActionFail as ``controllers_pyroute2`` does."""
    above = os.path.dirname(next(iter(deployment.__path__)))
    found = {paths.START: paths.START_TEXT.encode()}
    for name in paths.PACKAGES:
        found.update(_below(name, sources(os.path.join(above, name))))
    found.update(_below(paths.PYROUTE2, controllers_pyroute2()))
    return {path: source for path, source in found.items() if not path.startswith(_CONTROLLER_ONLY)}


@functools.lru_cache(maxsize=1)
def current_release():
    """Return the id of the release that this controller installs; None where it cannot install any."""
    try:
        return Release(release_sources()).id
    except AnsibleActionFail:
        return None


def release_archive():
    """Return the archive of the release. The first process that needs it packs it for all others of this play.

    Raises AnsibleActionFail as ``controllers_pyroute2`` does.
    """
    place = os.path.join(constants.DEFAULT_LOCAL_TMP, f"hotstandby-{current_release()}.zip")
    with contextlib.suppress(FileNotFoundError), open(place, "rb") as file:
        return file.read()
    content = pack(release_sources())
    handle, temporary = tempfile.mkstemp(dir=constants.DEFAULT_LOCAL_TMP)
    with os.fdopen(handle, "wb") as file:
        file.write(content)
    os.replace(temporary, place)
    return content


def controllers_pyroute2():
    """Return what the agent uses of this Python's pyroute2. Raises AnsibleActionFail where it is missing or too old."""
    minimum = ".".join(map(str, paths.MINIMUM_PYROUTE2))
    advice = f"install it there: {sys.executable} -m pip install 'pyroute2>={minimum}'"
    spec = importlib.util.find_spec("pyroute2")
    if spec is None or not spec.submodule_search_locations:
        raise AnsibleActionFail(f"the controller's Python has no pyroute2, which the agent needs; {advice}")
    try:
        version = importlib.metadata.version("pyroute2")
        found = tuple(int(part) for part in version.split(".")[:2])
    except (importlib.metadata.PackageNotFoundError, ValueError):
        version, found = "of unknown version", (0, 0)
    if found < paths.MINIMUM_PYROUTE2:
        raise AnsibleActionFail(f"the controller's pyroute2 is {version}, the agent needs {minimum} or later; {advice}")
    every = sources(next(iter(spec.submodule_search_locations)))
    if found != _KNOWN_PYROUTE2:
        return every
    return {path: source for path, source in every.items() if _USED_OF_PYROUTE2.fullmatch(path)}


def _below(folder, files):
    return {os.path.join(folder, path): source for path, source in files.items()}
