# Sourced by sanity.sh and integration.sh: runs ansible-test in the folder layout that it demands.
#
# ansible-test keeps virtual environments and a cache under HOME, so it gets a home inside the checkout. And it wants to
# download pip's installer from a place that a closed network may not reach, though Python brings pip along: hence
# get_pip.py.
# shellcheck shell=bash
export PATH=$PWD/.venv/bin:$PATH

# Makes the home of ansible-test. A second run of the same kind in this checkout waits here for the first.
prepare_home() { # folder
    local folder=$1 shared requirements pip
    OWN=$folder/home
    mkdir -p "$OWN/.ansible/test/cache"
    exec 9>"$folder/lock"
    flock 9
    for shared in .config .cache; do # pip's settings and downloads are the user's own
        [[ ! -e $HOME/$shared || -e $OWN/$shared ]] || ln -s "$HOME/$shared" "$OWN/$shared"
    done
    requirements=$(python3 -c 'import ansible_test._internal.python_requirements as module; print(module.__file__)')
    pip=$(sed -nE "s/^ +pip='([0-9.]+)',$/\1/p" "$requirements")
    cp tests/get_pip.py "$OWN/.ansible/test/cache/get_pip_${pip//./_}.py"
}

# Makes a new copy in place of the old one: of files that are tracked or new, without those that were just deleted.
copy_collection() { # folder, what of the checkout (as git ls-files takes it) ...
    TREE=$1/ansible_collections/hotstandby/vrrp
    shift
    rm -rf "$TREE"
    mkdir -p "$TREE"
    git ls-files -z --cached --others --exclude-standard -- "$@" |
        while IFS= read -r -d '' file; do [[ ! -e $file ]] || printf '%s\0' "$file"; done |
        rsync --archive --from0 --files-from=- ./ "$TREE/"
    # Without a repository of its own it would look through the checkout's eyes, to which .build is invisible.
    git init --quiet "$TREE"
}

ansible_test() { # command, its arguments ...
    local command=$1 python
    shift
    python=$(python3 -c 'import sys; print("%d.%d" % sys.version_info[:2])')
    cd "$TREE" || return
    env -u ANSIBLE_HOME -u ANSIBLE_COLLECTIONS_PATH HOME="$OWN" \
        ansible-test "$command" --local --color no --python "$python" "$@" </dev/null
}
