#!/usr/bin/env bash
# ansible-test sanity on a copy of what a release carries, in the folder layout that it demands. Arguments go to
# ansible-test. Tests, scenarios and benchmarks are no part of a release; ruff reads those (make lint).
#
# It keeps virtual environments and a cache under HOME, so it gets a home inside the checkout. And it wants to download
# pip's installer from a place that a closed network may not reach, though Python brings pip along: hence get_pip.py.
set -euo pipefail
cd "$(dirname "$0")/.."
export PATH=$PWD/.venv/bin:$PATH
BUILD=$PWD/.build/sanity
TREE=$BUILD/ansible_collections/hotstandby/vrrp
OWN=$BUILD/home

mkdir -p "$BUILD" "$OWN/.ansible/test/cache"
exec 9>"$BUILD/lock"
flock 9

for shared in .config .cache; do # pip's settings and downloads are the user's own
    [[ ! -e $HOME/$shared || -e $OWN/$shared ]] || ln -s "$HOME/$shared" "$OWN/$shared"
done
requirements=$(python3 -c 'import ansible_test._internal.python_requirements as module; print(module.__file__)')
pip=$(sed -nE "s/^ +pip='([0-9.]+)',$/\1/p" "$requirements")
cp tests/get_pip.py "$OWN/.ansible/test/cache/get_pip_${pip//./_}.py"

# A whole new copy in place of the old one: tracked files and those about to be, without what was just deleted.
rm -rf "$TREE"
mkdir -p "$TREE"
git ls-files -z --cached --others --exclude-standard -- . ':!tests' ':!molecule' ':!benchmarks' |
    while IFS= read -r -d '' file; do [[ ! -e $file ]] || printf '%s\0' "$file"; done |
    rsync --archive --from0 --files-from=- ./ "$TREE/"
# Without a repository of its own it would look through the checkout's eyes, to which .build is invisible.
git init --quiet "$TREE"

cd "$TREE"
unset ANSIBLE_HOME ANSIBLE_COLLECTIONS_PATH
python=$(python3 -c 'import sys; print("%d.%d" % sys.version_info[:2])')
HOME=$OWN exec ansible-test sanity --local --color no --python "$python" "$@" </dev/null
