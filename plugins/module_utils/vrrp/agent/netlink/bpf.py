# Copyright (c) 2026, the hotstandby.vrrp authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""With a socket filter (socket(7), SO_ATTACH_FILTER) the kernel drops packets and events that we do not need.

An instruction is (code, jump if true, jump if false, operand); codes are those of linux/bpf_common.h.
"""

from __future__ import annotations

import array
import socket
import struct

LOAD_WORD, LOAD_HALF, LOAD_OCTET = 0x20, 0x28, 0x30  # at an offset, in network order
JUMP_EQUAL, RETURN = 0x15, 0x06  # jumps are relative to the next instruction; so many octets pass, 0 is none
SO_ATTACH_FILTER = 26  # asm-generic/socket.h
EVERYTHING = 0xFFFFFFFF

Instruction = tuple[int, int, int, int]

_INSTRUCTION = struct.Struct("=HBBI")  # struct sock_filter


def attach(sock: socket.socket, *program: Instruction) -> None:
    """Give a socket its filter; the kernel copies it. Raises OSError."""
    # An array gives its memory address; ctypes would cost a megabyte for that.
    memory = array.array("B", b"".join(_INSTRUCTION.pack(*instruction) for instruction in program))
    sock.setsockopt(socket.SOL_SOCKET, SO_ATTACH_FILTER, struct.pack("@HP", len(program), memory.buffer_info()[0]))


def only(*tests: tuple[int, int, int]) -> tuple[Instruction, ...]:
    """Return the program that accepts what meets every test: (load, offset, value)."""
    program: list[Instruction] = []
    for number, (load, offset, value) in enumerate(tests):
        to_the_end = 2 * (len(tests) - number) - 1  # the tests after this one, and the accepting return
        program += [(load, 0, 0, offset), (JUMP_EQUAL, 0, to_the_end, value)]
    return (*program, (RETURN, 0, 0, EVERYTHING), (RETURN, 0, 0, 0))
