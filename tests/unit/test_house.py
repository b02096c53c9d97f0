# Copyright (c) 2026, the hotstandby.vrrp authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Test the architecture: imports only go to lower floors, and the pure floors do no input or output."""

from __future__ import annotations

import ast
import re
from functools import cache
from pathlib import Path

import picture
import pytest
from floors import INSIDE, LIBRARY, MODULES, floor_in, module_of
from floors import imported as imported_by

HOUSE = LIBRARY / "vrrp"
IMPURE = {"asyncio", "logging", "os", "random", "select", "signal", "socket", "subprocess", "threading", "time"}
PURE = ("vrrp/protocol", "vrrp/config", "vrrp/simulation", "inventory", "report", "pair_simulation")
SAYS_PURE = re.compile(r"\bPure[.:]")  # at the end of a module's first lines, in a folder that is not
SEEDED = "vrrp/simulation"  # may use random.Random(SEED), which is the same every time
MEMBERS_OF_A_PORT = 12  # more of them are a class that should be divided
OPENS_FILES = "vrrp/config/loader.py"
NETLINK = "vrrp/agent/netlink/pyroute2_import.py"
FILES = sorted(MODULES.values())
AGENT = [path for path in FILES if path.is_relative_to(HOUSE / "agent") and path.name != "__init__.py"]


def name_of(path: Path) -> str:
    return str(path.relative_to(LIBRARY))


imported = cache(imported_by)


@cache
def nodes(path: Path) -> list[ast.AST]:
    """Return every node of a file's syntax tree. A rule goes through all files in one test, which costs least."""
    return list(ast.walk(ast.parse(path.read_text(encoding="utf-8"))))


@cache
def imports(path: Path) -> list[tuple[int, str]]:
    """Return every import anywhere in a file: (line, dotted name), relative ones made absolute from the library."""
    package = path.relative_to(LIBRARY).parts[:-1]
    found = []
    for node in nodes(path):
        if isinstance(node, ast.Import):
            found += [(node.lineno, alias.name) for alias in node.names]
        elif isinstance(node, ast.ImportFrom):
            base = package[: len(package) - node.level + 1] if node.level else ()
            module = ".".join((*base, *([node.module] if node.module else ())))
            # `from . import wire` names a module, `from .wire import packets` names something in one: both count.
            found += [(node.lineno, f"{module}.{alias.name}") for alias in node.names]
    return found


@pytest.mark.parametrize("folder", INSIDE, ids="/".join)
def test_each_folder_and_file_has_a_floor(folder):
    below = {module[len(folder)] for module in MODULES if module[: len(folder)] == folder != module}
    assert sorted(name for names in INSIDE[folder] for name in names) == sorted(below)


@pytest.mark.parametrize("folder", INSIDE, ids="/".join)
def test_imports_only_go_down(folder):
    below = [module for module in MODULES if module[: len(folder)] == folder != module]
    assert not [
        f"{'/'.join(module)} imports {'/'.join(each)}"
        for module in below
        for each in imported(module)
        if each in below and floor_in(folder, each) > floor_in(folder, module)
    ]


def test_the_page_about_the_architecture_has_the_picture():
    assert picture.page_with(picture.draw()) == picture.PAGE.read_text(encoding="utf-8"), "run make picture"


def test_folders_import_each_other_in_one_direction():
    """A circle of arrows in the picture would be hard to follow for a reader."""
    arrows = picture.arrows()
    while arrows:
        leaves = {box for box, targets in arrows.items() if not targets & set(arrows)}
        assert leaves, f"a circle: {', '.join(arrows)}"
        arrows = {box: targets for box, targets in arrows.items() if box not in leaves}


def test_a_class_takes_what_it_uses_and_not_the_daemon():
    """Only main imports the daemon. No file has a Protocol that is as large as the daemon."""
    assert [name_of(path) for path in AGENT if HOUSE / "agent" / "daemon.py" in imported_files(path)] == [
        "vrrp/agent/main.py"
    ]
    for path in AGENT:
        for node in nodes(path):
            if isinstance(node, ast.ClassDef) and "Protocol" in map(ast.unparse, node.bases):
                members = [each for each in node.body if isinstance(each, (ast.FunctionDef, ast.AnnAssign))]
                assert len(members) <= MEMBERS_OF_A_PORT, f"{name_of(path)}: {node.name}"


@pytest.mark.parametrize("own, other", [("simulation", "agent"), ("agent", "simulation")])
def test_the_agent_and_the_simulation_do_not_know_each_other(own, other):
    assert not [name_of(path) for path in FILES if path.is_relative_to(HOUSE / own)
                for _line, name in imports(path) if name.startswith(f"vrrp.{other}.")]  # fmt: skip


def test_each_random_generator_of_the_simulation_has_a_seed():
    found = [node for path in sorted((LIBRARY / SEEDED).rglob("*.py")) for node in nodes(path)]
    used = [node for node in found if isinstance(node, ast.Attribute) and isinstance(node.value, ast.Name)]
    assert {node.attr for node in used if node.value.id == "random"} == {"Random"}
    made = [node for node in found if isinstance(node, ast.Call) and ast.unparse(node.func) == "random.Random"]
    assert made and all(node.args for node in made)
    assert not [node for node in found if isinstance(node, ast.ImportFrom) and node.module == "random"]


def test_the_client_needs_nothing_of_the_agent():
    needed = {name.split(".")[1] for _line, name in imports(HOUSE / "client.py") if name.startswith("vrrp.")}
    assert needed == {"runtime"}


def is_pure(path: Path) -> bool:
    text = ast.get_docstring(ast.parse(path.read_text(encoding="utf-8"))) or ""
    return any(path.is_relative_to(LIBRARY / folder) for folder in PURE) or bool(SAYS_PURE.search(text))


def test_the_pure_floors_touch_nothing():
    pure = [path for path in FILES if is_pure(path)]
    assert all(any(path.is_relative_to(LIBRARY / folder) for path in pure) for folder in PURE)
    assert LIBRARY / "deployment" / "mastership.py" in pure
    for path in pure:
        names = {name.split(".")[0] for _line, name in imports(path)}
        allowed = {"os"} if name_of(path) == OPENS_FILES else set()
        allowed |= {"random"} if path.is_relative_to(LIBRARY / SEEDED) else set()
        assert not names & (IMPURE - allowed), name_of(path)
        calls = {node.func.id for node in nodes(path) if isinstance(node, ast.Call) and isinstance(node.func, ast.Name)}
        assert "open" not in calls or name_of(path) == OPENS_FILES, name_of(path)


def test_pyroute2_is_imported_where_messages_are_encoded():
    assert not [name_of(path) for path in FILES for _line, name in imports(path) if name.split(".")[0] == "pyroute2"], (
        "pyroute2 is imported by its parts: import_module"
    )
    by_name = {
        name_of(path)
        for path in FILES
        for node in nodes(path)
        if isinstance(node, ast.Constant) and str(node.value).split(".")[0] == "pyroute2" and str(node.value).isascii()
    }
    assert by_name == {NETLINK, "deployment/paths.py"}, "the latter says where a release has it"


def test_everything_else_is_the_standard_library_or_relative():
    for path in FILES:
        for node in nodes(path):
            if isinstance(node, ast.ImportFrom) and not node.level:
                assert node.module, name_of(path)
                assert node.module.split(".")[0] not in ("ansible", "ansible_collections", "vrrp"), name_of(path)


def test_a_class_or_type_has_a_name_of_its_own():
    """The same name for two things makes a reader take one for the other."""
    defined: dict[str, list[str]] = {}
    for path in LIBRARY.rglob("*.py"):
        for node in ast.parse(path.read_text(encoding="utf-8")).body:
            targets = node.targets if isinstance(node, ast.Assign) else ()
            names = [node.name] if isinstance(node, ast.ClassDef) else [ast.unparse(target) for target in targets]
            for name in names:
                if re.fullmatch(r"[A-Z]\w*[a-z]\w*", name):
                    defined.setdefault(name, []).append(str(path.relative_to(LIBRARY)))
    assert len(defined) > 500
    assert {name: sorted(paths) for name, paths in defined.items() if len(paths) > 1} == {}


def test_a_type_of_both_ip_versions_is_named_once():
    assert [
        name_of(path)
        for path in FILES
        for node in nodes(path)
        if isinstance(node, ast.Assign) and ast.unparse(node.value).startswith("Union[IPv4")
    ] == ["vrrp/ip_types.py"] * 3


def test_a_file_is_one_noun():
    assert not [name_of(path) for path in FILES if len(path.read_text(encoding="utf-8").splitlines()) > 400]


def imported_files(path: Path) -> set[Path]:
    """Return the files of the package that a file imports, for the type checker alone included."""
    found = {MODULES[each] for each in imported(module_of(path)) if each[0] == "vrrp"}
    return {each for each in found if each.name != "__init__.py"} - {path}


def test_there_is_no_circle_of_imports():
    """In all of the library: a file that imports itself by way of others cannot be read alone."""
    left = {module: imported(module) - {module} for module in MODULES}
    while left:
        free = {module for module, targets in left.items() if not targets & left.keys()}
        assert free, f"a circle among {sorted('/'.join(module) for module in left)}"
        left = {module: targets for module, targets in left.items() if module not in free}


REFERENCE = re.compile(r":(?:mod|class|func|meth|data|attr):`~?(\.+|vrrp\.)([\w.]+)`")


DEFINITION = r"(def|class) {0}\b|^ *(self\.)?{0} *[:=]"


def test_a_reference_in_a_docstring_names_a_definition_that_is_there():
    seen = 0
    for path in MODULES.values():
        folder = path.relative_to(LIBRARY).parts[:-1]
        for dots, name in REFERENCE.findall(path.read_text(encoding="utf-8")):
            base = ("vrrp",) if dots == "vrrp." else folder[: len(folder) - len(dots) + 1]
            parts = name.split(".")
            depth = next((depth for depth in range(len(parts), 0, -1) if (*base, *parts[:depth]) in MODULES), 0)
            assert depth, f"{path}: {name}"
            text = MODULES[(*base, *parts[:depth])].read_text(encoding="utf-8")
            missing = [part for part in parts[depth:] if not re.search(DEFINITION.format(part), text, re.MULTILINE)]
            assert not missing, f"{path}: {name}"
            seen += 1
    assert seen


NO_SUBJECT = re.compile(r"(what|who\w*|nobody|whatever|whether|how|where|when|why|which)\b", re.IGNORECASE)
SOURCES = sorted(
    path
    for folder in ("plugins", "tests", "molecule", "benchmarks")
    for path in (LIBRARY.parents[1] / folder).rglob("*.py")
)


def test_a_docstring_begins_with_a_sentence():
    """Subject and verb, or a verb alone: a relative clause is no sentence (CONTRIBUTING.md, Words)."""
    kinds = (ast.Module, ast.ClassDef, ast.FunctionDef, ast.AsyncFunctionDef)
    texts = [
        (str(path), ast.get_docstring(node) or "")
        for path in SOURCES
        for node in nodes(path)
        if isinstance(node, kinds)
    ]
    assert [(path, text) for path, text in texts if NO_SUBJECT.match(text)] == []
