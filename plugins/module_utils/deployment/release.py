# Copyright (c) 2026, the hotstandby.vrrp authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""It manages releases of the agent on a node.

A release is a directory named by its content. It is built beside the others under another name, tested, renamed, and
only then the link ``current`` is set to it: an agent that starts before that has the complete old release. The
release before is kept, so that one link is enough to go back.
"""

from __future__ import annotations

import contextlib
import hashlib
import os
import shutil
import tempfile
from collections.abc import Callable, Mapping
from typing import Optional

from . import files, paths
from .change import Change
from .digest import digest, sources


class Release:
    """It is the release of these ``files``: the agent and pyroute2, sources by their path in the release."""

    def __init__(self, files: Mapping[str, bytes]):
        self._files = files
        self.id = digest(files)[:16]

    @property
    def path(self) -> str:
        """Return its directory."""
        return os.path.join(paths.RELEASES, self.id)

    @property
    def is_current(self) -> bool:
        """Return whether the node has it, intact, and the link names it."""
        return current() == self.id and self._intact()

    def changes(self, prove: Callable[[str], None]) -> list[Change]:
        """Return the changes that make this the current release.

        ``prove`` gets the new directory before it is used. It imports all modules there, which compiles them, and
        raises DeploymentError where that fails. Then the node is as before.
        """

        def build() -> None:
            self._build(prove)
            self._flip()

        intact = self._intact()
        if intact and current() == self.id:
            return []
        before = _listing(_of_the_agent(sources(paths.CURRENT)), current())
        # A change of release is shown with a line for each file; a first release with one line in all.
        agent = _of_the_agent(self._files)
        after = _listing(agent, self.id) if before else f"release {self.id} of {len(agent)} files\n"
        return [Change(paths.CURRENT, before, after, self._flip if intact else build)]

    def _intact(self) -> bool:
        return sources(self.path) == dict(self._files)

    def _build(self, prove: Callable[[str], None]) -> None:
        os.makedirs(paths.RELEASES, exist_ok=True)
        temporary = tempfile.mkdtemp(prefix=".new-", dir=paths.RELEASES)
        try:
            for path, source in self._files.items():
                target = os.path.join(temporary, path)
                os.makedirs(os.path.dirname(target), exist_ok=True)
                with open(target, "wb") as file:
                    file.write(source)
            _open_to_all(temporary)
            prove(temporary)
            _open_to_all(temporary)  # for the compiled files
            if os.path.isdir(self.path):  # it is damaged: an intact one is not built again
                shutil.rmtree(self.path)
            os.rename(temporary, self.path)
        except BaseException:
            shutil.rmtree(temporary, ignore_errors=True)
            raise

    def _flip(self) -> None:
        previous = current()
        files.link(paths.CURRENT, os.path.join("releases", self.id))
        for name in os.listdir(paths.RELEASES):
            if name not in (self.id, previous):
                shutil.rmtree(os.path.join(paths.RELEASES, name), ignore_errors=True)


def current() -> Optional[str]:
    """Return the id of the release that the link names; None where there is none."""
    with contextlib.suppress(OSError):
        return os.path.basename(os.readlink(paths.CURRENT))
    return None


def _of_the_agent(files: Mapping[str, bytes]) -> dict[str, bytes]:
    return {path: source for path, source in files.items() if not path.startswith(paths.PYROUTE2 + os.sep)}


def _listing(agent: Mapping[str, bytes], name: Optional[str]) -> str:
    """Return a release as text: its name, then one line for each source of the agent with a short digest."""
    lines = [f"release {name}"] if name else []
    lines += [f"{path} {hashlib.sha256(agent[path]).hexdigest()[:12]}" for path in sorted(agent)]
    return "".join(f"{line}\n" for line in lines)


def _open_to_all(directory: str) -> None:
    """Make all files readable for every user, with any umask: the agent is not root."""
    os.chmod(directory, 0o755)
    for folder, folders, names in os.walk(directory):
        for name in folders:
            os.chmod(os.path.join(folder, name), 0o755)
        for name in names:
            os.chmod(os.path.join(folder, name), 0o644)
