# Runs ansible-test in the folders that it needs. sanity.sh and integration.sh source this file.
#
# ansible-test keeps virtual environments and a cache under HOME, so it gets a home inside the checkout. It also
# downloads pip's installer, which fails in a closed network. Python brings pip along, so get_pip.py replaces that file.
# shellcheck shell=bash
export PATH=$PWD/.venv/bin:$PATH

# Makes the home of ansible-test. A second run of the same script in this checkout waits here until the first has ended.
prepare_home() { # folder
    local folder=$1 shared requirements pip
    OWN=$folder/home
    mkdir -p "$OWN/.ansible/test/cache"
    exec 9>"$folder/lock"
    flock 9
    for shared in .config .cache; do # pip uses the settings and the downloads of the user
        [[ ! -e $HOME/$shared || -e $OWN/$shared ]] || ln -s "$HOME/$shared" "$OWN/$shared"
    done
    requirements=$(python3 -c 'import ansible_test._internal.python_requirements as module; print(module.__file__)')
    pip=$(sed -nE "s/^ +pip='([0-9.]+)',$/\1/p" "$requirements")
    cp tests/get_pip.py "$OWN/.ansible/test/cache/get_pip_${pip//./_}.py"
}

# Replaces the copy of the collection. It has the tracked and the new files of the checkout, but no ignored ones.
copy_collection() { # folder, paths of the checkout (as git ls-files takes them) ...
    TREE=$1/ansible_collections/hotstandby/vrrp
    shift
    rm -rf "$TREE"
    mkdir -p "$TREE"
    git ls-files -z --cached --others --exclude-standard -- "$@" |
        while IFS= read -r -d '' file; do [[ ! -e $file ]] || printf '%s\0' "$file"; done |
        rsync --archive --from0 --files-from=- ./ "$TREE/"
    # ansible-test lists files with git. In the repository of the checkout .build is ignored, so the copy has its own.
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
