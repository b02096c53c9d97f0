# Copyright (c) 2026, the hotstandby.vrrp authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Test that the real keepalived makes the same words of the same lines as we do.

``keepalived -t`` complains about each line at the top of a file whose first word it does not know, and shows the
word. So files of unknown words show what it makes of parameters, sequences, conditions, comments and includes.
"""

from __future__ import annotations

import re
import subprocess
from pathlib import Path

import pytest

from vrrp.config.loader import here
from vrrp.config.syntax.parser import parse

CONF = "keepalived.conf"
BEGIN = "begin"
UNKNOWN = re.compile(r"\((\S+): Line (\d+)\) Unknown keyword '(.*)'")

#: name -> text of keepalived.conf. A value in double quotes is one word.
TEXTS = {
    "comments": 'a # b\n  c!d\n# e\n"f # g" h\n',
    "escaped comments": 'a\\#b\n"c \\# d"\ne\\!f\n',
    "conditional": "@node1 a\n@node2 b\n@^node1 c\n@^node2 d\n@ e\n@node1\n@^\n@node1   \tf\n@node11 g\n",
    "parameters": '$A=1\n"x $A y"\n"x ${A} y"\na${A}b\n$A\n$A,z\n$A)z\n$A.z\n"$A"\n$A z\n',
    "empty value": "$A=\nb${A}c\n$A\n$A d\n",
    "recursive": "$A=1${B}\n$B=2\nx${A}\n$B=3\nx${A}\n$C=${A}${A}\n$C\n",
    "redefined": "$A=1\nx$A\n$A=2\nx${A}\n",
    "in quotes": '$A="a # b"\n$A\n$Q=a # b\nx${Q}\n',
    "not defined": '"${NO} $NO"\nx$NO\n$ x\n',
    "definition in a condition": "@node1 $A=1\n@node2 $A=2\n@^node1 $A=3\nx${A}\n",
    "condition in a parameter": "$IF_FIRST=@node1\n$IF_OTHER=@node2\n$IF_FIRST a\n$IF_OTHER b\n",
    "definition in a parameter": "$D=$X=5\n$D\nx${X}\n",
    "hash and bang": 'a${_HASH}b\n"c${_HASH}d"\ne${_BANG}f\n"${_BANG}"\n',
    "instance": "${_INSTANCE}\n$_INSTANCE\n",
    "own underscore": "$_PWD=x\n${_PWD}\n$_X=y\n${_X}\n",
    "random": "${_RANDOM 7 7}\n",
    "several lines": "$M= \\\none \\\n  two\t\\\nthree\n$M\n",
    "several lines from the first on": "$M=one \\\ntwo\n$M\nx${M}\n",
    "several lines in another": "$I= \\\ni1 \\\ni2\n$O= \\\na \\\n$I \\\nb\n$O\nend\n",
    "several lines, last": "$I= \\\ni1 \\\ni2\n$O= \\\na \\\n$I\n$O\nend\n",
    "condition in several lines": "$M= \\\na \\\n@node1 b \\\n@node2 c \\\n@^node1 d \\\ne\n$M\n",
    "definition in several lines": "$M= \\\na$N \\\n$N=2 \\\na${N}\n$N=1\n$M\n",
    "parameters in several lines": "$M= \\\na${N} \\\nb${N}\n$N=1\n$M\n$N=2\n$M\n",
    "blank line ends it": "$M=one \\\ntwo \\\n\nx\n$M\nend\n",
    "sequences": "~SEQ(N,3) a$N\n~SEQ(M,-2) b$M\n~SEQ(L,0) c$L\n~SEQ(K,5,3) d$K\n",
    "steps": "~SEQ(J,1,2,6) e$J\n~SEQ(I,6,-2,1) f${I}x\n",
    "sequence of one": "~SEQ(N,1) a$N\n~SEQ(M,4,4) b$M\n~SEQ(K,4,3,5) c$K\n",
    "hexadecimal": "~SEQx(N,9,0x0b) a$N\n~SEQ(M,010,0x0a) b$M\n~SEQx(L,144,16,192) c${L}\n",
    "spaces": "~SEQ ( N , 1 , 2 )   a$N\n~LST ( A , 1 , 2 )\tb$A\n",
    "nested": "~SEQ(A,0,1) ~SEQ(B,3,2) ~LST(C,x,y) q${A}${B}${C}\n",
    "bounds from parameters": "$E=3\n~SEQ(N,1,${E}) a$N\n~SEQ(K,1,2) ~SEQ(L,${K},3) b${K}_$L\n",
    "lists": "~LST(A,1,2,3) a$A\n~LST({C,D},{1,2},{3},4) b${C}_${D}\n~LST({E},{1},{2}) c$E\n~LST(F,{1},{2}) d$F\n",
    "list of parameters": "$X=1\n$Y=2\n~LST(A,$X,$Y,$Z) i${A}\n",
    "sequence of several lines": "$M= \\\na$N \\\nb$N\n~SEQ(N,1,3) $M\nend\n",
    "sequence in several lines": "$M= \\\na \\\n~SEQ(N,1,2) b$N \\\nc\n~SEQ(K,1,2) $M\nend\n",
    "sequence in a parameter": "$S=~SEQ(N,1,3)\n$S y$N\n",
    "condition in a sequence": "~SEQ(N,1,2) @node1 a$N\n~SEQ(M,1,2) @node2 b$M\n@node1 ~SEQ(L,1,2) c$L\n",
    "definition in a sequence": "~SEQ(N,1,2) $K=$N\nx${K}\n",
    "include": "top\ninclude d/*.conf\nback\n  include d/e/y.conf\nlast\n",
    "include in a block": "include d/e/{y,x}.conf\ninclude d/e/x.con?\ninclude d/e/[xz].conf\ninclude ./d/e/*\n",
    "include that is missing": "a\ninclude none\ninclude none/*\ninclude d/no*\ninclude d\nincluder d/no*.conf\nb\n",
    "include of a program": "a\ninclude d/program\nb\n",
    "parameters from an include": "$A=top\ninclude d/e/x.conf\nz${Z}\n",
    "files do not name keywords": "included\nincludes x\ninclude_x y\n",
}
FILES = {
    "d/a.conf": "ind\n${_PWD}\ninclude e/x.conf\nafter${Z}\n",
    "d/e/x.conf": '"ine${A}"\n$Z=zz\ninclude y.conf\n',
    "d/e/y.conf": "iny # comment\n\nin2\n",
    "d/e/.hidden.conf": "hidden\n",
    "d/program": "program\n",
}

#: Files that both refuse: text -> line of the error.
REFUSED = {
    "~SEQ(N,1,-1,5) i$N\n": 1,
    "\n~SEQ N,1,2) j\n": 2,
    "~SEQ(N) k\n": 1,
    "~SEQ(N,1,0,3) k\n": 1,
    "~SEQx(N,-3) k\n": 1,
    "~LST(A) f\n": 1,
    "~LST({A,B},{1,2,3}) h\n": 1,
    'a\n"b\n': 2,
    "includer d\n": 1,
    "includem none\n": 1,
    "includew none*\n": 1,
    "includea d/none*\n": 1,
    "includeb d/e/{x,none}.conf\n": 1,
    "a\nincluder d/program\n": 2,
}


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    folder = tmp_path_factory.mktemp("syntax")
    for name, text in FILES.items():
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        (folder / name).write_text(text, encoding="utf-8")
    (folder / "d/program").chmod(0o755)
    return folder


def keepalived(folder, text):
    """Return what keepalived says about ``text``."""
    (folder / CONF).write_text(text, encoding="utf-8")
    command = ["keepalived", "--config-test", "-f", CONF, "-i", "node1", "-p", "pid", "-r", "vrrp", "-c", "check"]
    done = subprocess.run(
        ["unshare", "--net", *command], cwd=folder, capture_output=True, text=True, timeout=20, check=False
    )
    return done.stderr


def theirs(folder, text):
    """Return (file, line, word) as keepalived's VRRP process reads them: from a copy, which it names like the file."""
    found = UNKNOWN.findall(keepalived(folder, text))
    begins = [index for index, said in enumerate(found) if said == (CONF, "1", BEGIN)]
    readings = [found[start:end] for start, end in zip(begins, [*begins[1:], len(found)])]
    assert len(readings) > 1
    assert all(reading == readings[0] for reading in readings)
    return [(Path(path).name, int(line), word) for path, line, word in readings[0]]


def ours(folder, text, monkeypatch):
    monkeypatch.chdir(folder)
    tree = parse(text, CONF, "node1", here())
    return tree, [(Path(each.place.path).name, each.place.line, each.keyword) for each in tree.statements]


@pytest.mark.parametrize("text", TEXTS.values(), ids=TEXTS.keys())
def test_keepalived_and_we_read_the_same_words(folder, text, monkeypatch):
    text = f"{BEGIN}\n{text}"
    found, expected = ours(folder, text, monkeypatch)[1], theirs(folder, text)
    if "\\\n" in text:  # keepalived reports an error in a definition of several lines at the line that uses it
        found, expected = ([word for _file, _line, word in each] for each in (found, expected))
    assert found == expected


@pytest.mark.parametrize(("text", "line"), REFUSED.items())
def test_keepalived_and_we_refuse_the_line(folder, text, line, monkeypatch):
    tree, _words = ours(folder, text, monkeypatch)
    assert [problem.line for problem in tree.problems] == [line]
    said = keepalived(folder, text).splitlines()
    about = [each for each in said if "Unknown keyword" not in each and f"Line {line})" in each]
    assert about, said
