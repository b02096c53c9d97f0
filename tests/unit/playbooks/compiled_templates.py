# Copyright (c) 2026, the hotstandby.vrrp authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""It keeps the code of the templates that Ansible has compiled, and carries it from one process to the next."""

from __future__ import annotations

import marshal
import os
import pickle
from types import CodeType


class CompiledTemplates:
    """It has the code of each template that an environment of Ansible has compiled in this process or one before it.

    The code follows from the text of the template and from whether backslashes are escaped. Where somebody sets
    other delimiters, Ansible makes an environment of its own: nothing of that is kept.
    """

    def __init__(self, environment: type):
        from ansible._internal._templating._jinja_bits import _TemplateCompileContext

        self._known: dict[tuple[str, bool], CodeType] = {}
        self._new: dict[tuple[str, bool], CodeType] = {}
        original = environment.compile

        def compile_once(self_, source, *more, **named):
            if not isinstance(source, str) or more or named or self_.overlayed:
                return original(self_, source, *more, **named)
            context = _TemplateCompileContext.current(optional=True)
            key = str(source), bool(context and context.escape_backslashes)
            if key not in self._known:
                self._known[key] = self._new[key] = original(self_, source)
            return self._known[key]

        environment.compile = compile_once

    def save(self, path: str) -> None:
        """Write the code of the templates that this process was the first to compile."""
        with open(path, "wb") as file:
            pickle.dump({key: marshal.dumps(code) for key, code in self._new.items()}, file)

    def load(self, path: str) -> None:
        """Read what another process has saved, and remove the file; there is none if that process was killed."""
        if os.path.exists(path):
            with open(path, "rb") as file:
                self._known.update({key: marshal.loads(code) for key, code in pickle.load(file).items()})
            os.remove(path)
