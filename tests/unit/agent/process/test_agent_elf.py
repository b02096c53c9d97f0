# Copyright (c) 2026, the hotstandby.vrrp authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""A compiled program that the kernel does not start: what is wrong with it, and the kernel agrees."""

from __future__ import annotations

import io
import os
import re
import shutil
import struct
import subprocess
import sys

import pytest

from vrrp.agent.process import elf

TRUE = os.path.realpath(shutil.which("true"))
COPY = "copy it here anew"


def program():
    with open(TRUE, "rb") as file:
        return file.read()


OTHER = 183 if program()[18:20] != b"\xb7\0" else 62
LOADER = re.search(rb"/lib[^\0]*/ld-[^\0]*", program()).group()


def with_machine(number):
    return program()[:18] + struct.pack("=H", number) + program()[20:]


def with_kind(number):
    return program()[:16] + struct.pack("=H", number) + program()[18:]


def swapped():
    """With the order of octets of another machine."""
    return program()[:5] + bytes([3 - program()[5]]) + program()[6:18] + program()[18:20][::-1] + program()[20:]


DAMAGED = {
    "the magic alone": program()[:4],
    "half a header": program()[:40],
    "the header without what it announces": program()[:64],
    "nothing but noise behind the magic": program()[:4] + b"\0\xff" * 200,
    "a library's object": with_kind(1),
    "a dump of memory": with_kind(4),
}


@pytest.fixture
def write(tmp_path):
    def put(octets):
        path = tmp_path / "program"
        path.write_bytes(octets)
        path.chmod(0o755)
        return path

    return put


def defect(path):
    with open(path, "rb") as file:
        return elf.defect(file)


def refusal(path):
    """The number of the error with which the kernel does not start it."""
    with pytest.raises(OSError) as caught:
        subprocess.run([path], check=False)
    return caught.value.errno


@pytest.mark.parametrize("octets", DAMAGED.values(), ids=DAMAGED.keys())
def test_a_damaged_program_is_named(write, octets):
    path = write(octets)
    assert defect(path) == ("it is a damaged program", COPY, refusal(path))


def test_a_program_of_another_machine_is_named(write):
    path = write(with_machine(OTHER))
    found = defect(path)
    assert re.fullmatch(r"it is a program of another machine \((AArch64|x86-64)\)", found.text)
    assert found.fix.startswith("install the one for ")
    assert found.error == refusal(path)


def test_a_program_of_another_byte_order_is_named(write):
    path = write(swapped())
    assert defect(path).text.startswith("it is a program of another machine")
    refusal(path)


def test_a_truncated_program_is_named(write):
    path = write(program()[: len(program()) // 2])
    assert defect(path) == ("it is a damaged program: its end is missing", COPY, 0)
    assert subprocess.run([path], check=False).returncode < 0


def test_a_program_of_another_c_library_is_named(write):
    path = write(program().replace(LOADER, LOADER[:-1] + b"9"))
    text = f"its loader {LOADER[:-1].decode()}9 does not exist: it was built for another C library"
    assert defect(path) == (text, "install one for this system", refusal(path))


@pytest.mark.parametrize("path", [TRUE, sys.executable])
def test_good_programs_have_no_fault(path):
    assert defect(path) is None


def test_a_smaller_sibling_of_the_machine_is_read_by_its_own_layout(write):
    """The kernel of x86-64 runs programs of x86, that of AArch64 those of ARM, where it was built for that."""
    own = struct.unpack_from("=H", program(), 18)[0]
    beside = {62: 3, 183: 40, 21: 20}.get(own)
    if beside is None:
        assert defect(write(with_machine(3 if own != 3 else 40))) is not None
        return
    head = struct.pack("=4sBBB9xHHIIIIIHHHHHH", elf.MAGIC, 1, 1, 1, 2, beside, 1, 0, 52, 0, 0, 52, 32, 1, 0, 0, 0)
    part = struct.pack("=IIIIIIII", 1, 0, 0, 0, 84, 84, 5, 4096)
    assert defect(write(head + part)) is None
    assert defect(write(head + part[:-1])).text == "it is a damaged program"
    longer = struct.pack("=IIIIIIII", 1, 0, 0, 0, 85, 85, 5, 4096)
    assert defect(write(head + longer)).text == "it is a damaged program: its end is missing"


def test_on_an_unknown_machine_no_program_has_a_fault(write, monkeypatch):
    path = write(with_machine(OTHER))
    monkeypatch.setattr(elf.sys, "executable", str(path.parent / "none"))
    assert defect(path) is None
    monkeypatch.setattr(elf.sys, "executable", "")
    assert defect(path) is None


def test_only_the_beginning_of_a_program_is_read(write):
    """No more than the headers and one path are read, even if the header announces more."""
    path = write(program() + b"x" * 100_000)
    read = []

    class Counting(io.FileIO):
        def read(self, size=-1):
            read.append(size)
            return super().read(size)

    with Counting(path) as file:
        assert elf.defect(file) is None
    assert all(0 <= size <= 4096 for size in read)
