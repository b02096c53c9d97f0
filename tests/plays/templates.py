# Copyright (c) 2026, the hotstandby.vrrp authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""It keeps the code that Jinja makes of a template, as Python keeps that of a source.

Ansible compiles each template again in each of its processes, one for each task and host. That is a third of what a
play of ours costs. What is kept depends on the template, on what Ansible says beside it, and on the versions of both.
"""

from __future__ import annotations

import hashlib
import marshal
import os
import sys
from pathlib import Path

KEPT = Path(__file__).resolve().parents[2] / ".build" / "templates"


def keep() -> None:
    """Let Ansible, in this process and its children, take the code of a template from the folder if it is there."""
    import jinja2
    from ansible._internal._templating import _jinja_bits as bits
    from ansible.release import __version__
    from jinja2.environment import TemplateExpression

    environment = bits.AnsibleEnvironment
    compile_template, compile_expression = environment.compile, environment.compile_expression
    versions = f"{sys.implementation.cache_tag} {jinja2.__version__} {__version__}"
    settings = bits._TEMPLATE_OVERRIDE_FIELD_NAMES
    KEPT.mkdir(parents=True, exist_ok=True)
    expressions: list[Path] = []  # the place of the expression that is just made a template

    def place(self, kind, source):
        context = bits._TemplateCompileContext.current(optional=True)
        said = [versions, kind, str(source), context and context.escape_backslashes]
        said += [getattr(self, name) for name in settings]
        return KEPT / hashlib.sha256(repr(said).encode()).hexdigest()

    def read(path):
        try:
            return marshal.loads(path.read_bytes())
        except OSError:
            return None

    def write(path, code):
        new = path.with_suffix(f".{os.getpid()}")
        new.write_bytes(marshal.dumps(code))
        new.replace(path)  # others read the whole of it, or nothing

    def kept_template(self, source, *options, **more):
        of_expression = not isinstance(source, str)
        if options or more or (of_expression and not expressions):
            return compile_template(self, source, *options, **more)
        path = expressions.pop() if of_expression else place(self, "template", source)
        code = None if of_expression else read(path)
        if code is None:
            code = compile_template(self, source)
            write(path, code)
        return code

    def kept_expression(self, source, undefined_to_none=True):
        path = place(self, "expression", source)
        code = read(path)
        if code is not None:
            template = self.template_class.from_code(self, code, self.make_globals(None))
            return TemplateExpression(template, undefined_to_none)
        expressions[:] = [path]
        try:
            return compile_expression(self, source, undefined_to_none)
        finally:
            expressions.clear()

    environment.compile, environment.compile_expression = kept_template, kept_expression
