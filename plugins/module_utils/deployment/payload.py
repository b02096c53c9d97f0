# Copyright (c) 2026, the hotstandby.vrrp authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""It reads the sources of a release out of the running module: the agent, and the modules' work on a node.

AnsiballZ packs the source of every ``module_utils`` file that a module reaches by import, also by imports that never
run. The imports below name the top modules of each package, and so all modules that these import, but for
``module_agent``, which the module itself imports. The module then reads the sources back from its own archive. So it
carries the agent, and no copy task is needed.
"""

from __future__ import annotations

import os
import pkgutil
from types import ModuleType
from typing import TYPE_CHECKING

from .. import deployment, keepalived, vrrp

if TYPE_CHECKING:  # never run: these imports make AnsiballZ pack the files
    from ..vrrp import cli, client  # noqa: F401
    from . import module_config, module_drain, module_entry, module_firewall, module_info, module_state  # noqa: F401

PACKAGES = ("vrrp", "deployment", "keepalived")  # the folders of a release
_CONTROLLER_ONLY = "simulation"  # modules and a folder with this prefix are not for a node


def agent_sources() -> dict[str, bytes]:
    """Return every source of a release by its path in it ("vrrp/agent/daemon.py")."""
    sources: dict[str, bytes] = {}
    for name, package in zip(PACKAGES, (vrrp, deployment, keepalived)):
        found = {"__init__.py": _read(package, "__init__.py")}
        for root in package.__path__:
            _walk(package, root, "", found)
        sources.update({os.path.join(name, path): source for path, source in found.items()})
    return sources


def _walk(package: ModuleType, root: str, folder: str, found: dict[str, bytes]) -> None:
    # pkgutil sees into a zip archive; os.walk does not.
    for module in pkgutil.iter_modules([os.path.join(root, folder) if folder else root]):
        if not folder and module.name.startswith(_CONTROLLER_ONLY):
            continue
        path = os.path.join(folder, module.name)
        if module.ispkg:
            found[os.path.join(path, "__init__.py")] = _read(package, os.path.join(path, "__init__.py"))
            _walk(package, root, path, found)
        else:
            found[path + ".py"] = _read(package, path + ".py")


def _read(package: ModuleType, path: str) -> bytes:
    content = pkgutil.get_data(package.__name__, path)
    if content is None:
        raise FileNotFoundError(path)
    return content
