# Copyright (c) 2026, the hotstandby.vrrp authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The agent's sources, as the running module carries them.

AnsiballZ packs the source of every ``module_utils`` file that a module reaches by import, imports that never run
included. The one below names the top floor of the package, and through it everything under it; the module then reads
the bytes back from its own archive. So the agent travels inside the module, and no copy task is needed.
"""

from __future__ import annotations

import os
import pkgutil
from typing import TYPE_CHECKING

from .. import vrrp as package

if TYPE_CHECKING:  # never run: they say what has to come along
    from ..vrrp import cli, client  # noqa: F401


_CONTROLLER_ONLY = "simulation"  # these modules and this folder: a node carries what a node runs


def agent_sources() -> dict[str, bytes]:
    """Return every source of the agent by its path in a release ("vrrp/agent/daemon.py")."""
    found = {"__init__.py": _read("__init__.py")}
    for root in package.__path__:
        _walk(root, "", found)
    return {os.path.join("vrrp", path): source for path, source in found.items()}


def _walk(root: str, folder: str, found: dict[str, bytes]) -> None:
    # pkgutil sees into a zip archive; os.walk does not.
    for module in pkgutil.iter_modules([os.path.join(root, folder) if folder else root]):
        if not folder and module.name.startswith(_CONTROLLER_ONLY):
            continue
        path = os.path.join(folder, module.name)
        if module.ispkg:
            found[os.path.join(path, "__init__.py")] = _read(os.path.join(path, "__init__.py"))
            _walk(root, path, found)
        else:
            found[path + ".py"] = _read(path + ".py")


def _read(path: str) -> bytes:
    content = pkgutil.get_data(package.__name__, path)
    if content is None:
        raise FileNotFoundError(path)
    return content
