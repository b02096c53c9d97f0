# Copyright (c) 2026, the hotstandby.vrrp authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""It makes roles/ha_pair/meta/argument_specs.yml of the table of keywords and the texts in role_variables.yml.

`make keywords` writes it, a unit test compares it.
"""

from __future__ import annotations

import sys
from pathlib import Path
from typing import Any

import yaml

TESTS = Path(__file__).parent
SPECS = TESTS.parent / "roles" / "ha_pair" / "meta" / "argument_specs.yml"
TEXTS = TESTS / "role_variables.yml"
sys.path.insert(0, str(TESTS.parent / ".ansible" / "collections"))

from ansible_collections.hotstandby.vrrp.plugins.module_utils.inventory.host import PREFIX  # noqa: E402
from ansible_collections.hotstandby.vrrp.plugins.module_utils.inventory.variables import BEHIND, kind_of, variables
from ansible_collections.hotstandby.vrrp.plugins.module_utils.vrrp.config.keywords.table import ROOT, Block, Entry
from ansible_collections.hotstandby.vrrp.plugins.module_utils.vrrp.config.keywords.vrrp_instance import VRRP_INSTANCE

HEAD = "# Made by tests/argument_specs.py from the table of keywords and tests/role_variables.yml: run make keywords.\n"
Option = dict[str, Any]


class _Dumper(yaml.SafeDumper):
    """It indents lists below their key, as in the other files."""

    def increase_indent(self, flow: bool = False, indentless: bool = False) -> Any:
        return super().increase_indent(flow, False)


def render() -> str:
    """Return the whole file."""
    texts = read()
    main = {**texts["main"], "options": options(texts)}
    specs = {"argument_specs": {"main": main}}
    return "---\n" + HEAD + yaml.dump(specs, Dumper=_Dumper, sort_keys=False, width=116, allow_unicode=True)


def read() -> dict[str, Any]:
    """Return the texts, each as a mapping with a list of paragraphs."""
    texts = yaml.safe_load(TEXTS.read_text(encoding="utf-8"))
    for group in (*texts["own"].values(), texts["words"]):
        group.update(_said(group))
    for version, words in texts["since"].items():
        for word in words.split():
            texts["words"][word]["version_added"] = version
    return dict(texts)


def _said(words: dict[str, Any]) -> dict[str, Any]:
    found = {}
    for word, text in words.items():
        said = dict(text) if isinstance(text, dict) else {"description": text}
        if "description" in said and not isinstance(said["description"], list):
            said["description"] = [said["description"]]
        if "options" in said:
            said["options"] = _said(said["options"])
        found[word] = said
    return found


def options(texts: dict[str, Any]) -> Option:
    """Return every variable of the role: those of the table, and its own."""
    own, words = texts["own"], texts["words"]
    found = dict(own["first"])
    instance = {word: option(word, entry, words) for word, entry in variables(VRRP_INSTANCE).items() if word != "vips"}
    instance.update(own["instance"])
    for word, entry in variables(ROOT).items():
        found[PREFIX + word] = option(word, entry, words)
        if entry is VRRP_INSTANCE:
            found[PREFIX + word]["options"] = {**own["entry"], **instance}
            found.update({PREFIX + each: _of_all(said) for each, said in instance.items()})
    return {**found, **own["last"]}


def option(word: str, entry: Entry, words: dict[str, Any]) -> Option:
    """Return one variable, or one word of an entry, from the table and the texts."""
    kind, variable = kind_of(entry), entry.variable
    said = words.get(word, {})
    found: Option = {
        "description": said.get("description") or [f"{entry.help[0].upper()}{entry.help[1:]}."],
        "type": kind.type,
    }
    if kind.elements:
        found["elements"] = kind.elements
    if kind.choices:
        found["choices"] = list(kind.choices)
    if variable is not None and variable.secret:
        found["no_log"] = True
    found.update({key: value for key, value in said.items() if key not in ("description", "options")})
    if isinstance(entry, Block) and kind.elements == "dict" and entry is not VRRP_INSTANCE:
        found["options"] = _options(entry, said.get("options", {}))
    return found


def _options(block: Block, said: dict[str, Any]) -> Option:
    """Return the words of an entry that becomes a block."""
    found: Option = {}
    if block.named:
        found["name"] = {"type": "str", "required": True, **said["name"]}
    for word, entry in variables(block).items():
        found[word] = option(word, entry, said)
        if word in BEHIND and BEHIND[word] in said:
            found[BEHIND[word]] = {"type": "bool", **said[BEHIND[word]]}
    return found or said


def _of_all(said: Option) -> Option:
    """Return the variable for every instance of a host."""
    *texts, last = said["description"]
    return {**said, "description": [*texts, f"{last} For every instance."]}


if __name__ == "__main__":
    SPECS.write_text(render(), encoding="utf-8")
