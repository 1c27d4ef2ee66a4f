#!/bin/sh
# Make .venv and install Xiaoer into it: `venv.sh demo` what the demo needs, `venv.sh dev` what development needs.
# A second start finds the stamp of the same pyproject.toml and does nothing.
set -eu

kind=$1
venv=.venv

fail() {
    printf '\n%s\n%s\n' "$1" "$2" >&2
    exit 2
}

usable() { "$1" -c 'import sys; sys.exit(sys.version_info < (3, 11))' >/dev/null 2>&1; }

find_python() {
    for candidate in ${PYTHON:-} python3 python3.14 python3.13 python3.12 python3.11 python; do
        if usable "$candidate"; then
            echo "$candidate"
            return
        fi
    done
    found=$(python3 -V 2>/dev/null || echo "no Python")
    fail "Xiaoer needs Python 3.11 or newer; found: $found. Install one, or name it: make $kind PYTHON=/path/to/python3" \
        "小二需要 Python 3.11 或更高版本，当前：$found。请先安装，或指定路径：make $kind PYTHON=/path/to/python3"
}

make_venv() {
    python=$(find_python) || exit 2
    if ! "$python" -c 'import ensurepip, venv' >/dev/null 2>&1; then
        version=$("$python" -c 'import sys; print("%d.%d" % sys.version_info[:2])')
        fail "This Python $version cannot make virtual environments (no venv or ensurepip). On Debian or Ubuntu: sudo apt-get install python$version-venv" \
            "当前 Python $version 缺少 venv / ensurepip，无法创建虚拟环境。Debian / Ubuntu 请执行：sudo apt-get install python$version-venv"
    fi
    echo "Making $venv with $("$python" -V) …"
    "$python" -m venv --clear "$venv" || fail "$venv could not be made; see above." "无法创建 $venv，原因见上。"
}

stamp="$kind $(cksum <pyproject.toml) $PWD"
if [ -x "$venv/bin/xiaoer" ] && usable "$venv/bin/python"; then
    if grep -qxF "$stamp" "$venv/stamps" 2>/dev/null; then
        exit 0
    fi
else
    make_venv
fi

if [ "$kind" = dev ]; then set -- --group dev; else set --; fi
echo "Installing Xiaoer and what it needs …"
"$venv/bin/python" -m pip install --disable-pip-version-check --quiet --upgrade "pip>=25.1" &&
    "$venv/bin/python" -m pip install --disable-pip-version-check --editable . "$@" ||
    fail "The packages could not be installed; see above. Check the network (or the proxy) and run it again." \
        "依赖安装失败，原因见上。请检查网络或代理后重试。"

# What development needs includes what the demo needs; stamps of another pyproject.toml are dropped.
{
    grep -F "$(cksum <pyproject.toml) $PWD" "$venv/stamps" 2>/dev/null || true
    echo "$stamp"
    if [ "$kind" = dev ]; then echo "demo${stamp#dev}"; fi
} >"$venv/stamps.new"
mv "$venv/stamps.new" "$venv/stamps"
