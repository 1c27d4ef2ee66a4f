#!/bin/sh
# What the tests need beyond Python: PostgreSQL's server, Chromium and a Chinese font.
# On Debian as root whatever is missing is installed; anywhere else it is told what will be skipped and how to get it.
set -eu

python=${PYTHON:-python3}
packages=""
skipped=""

need() { # need PACKAGES WHAT-IS-SKIPPED
    packages="$packages $1"
    skipped="$skipped
  - $2"
}

ls /usr/lib/postgresql/*/bin/initdb >/dev/null 2>&1 || command -v initdb >/dev/null 2>&1 ||
    need postgresql "the tests on PostgreSQL: no PostgreSQL server here 没有 PostgreSQL，跳过相关测试"
command -v chromium >/dev/null 2>&1 || command -v chromium-browser >/dev/null 2>&1 ||
    command -v google-chrome >/dev/null 2>&1 ||
    need chromium "the browser tests: no Chromium here 没有 Chromium，跳过浏览器测试"

if [ ! -f /etc/debian_version ] || ! command -v apt-get >/dev/null 2>&1 || [ "$(id -u)" -ne 0 ]; then
    if [ -n "$skipped" ]; then
        printf 'Skipped 将跳过:%s\n' "$skipped"
        printf 'To run them too, on Debian or Ubuntu: sudo apt-get install%s fonts-noto-cjk\n\n' "$packages"
    fi
    exit 0
fi

ls /usr/share/fonts/opentype/noto/NotoSansCJK-Regular.ttc >/dev/null 2>&1 || need fonts-noto-cjk ""
"$python" -c 'import ensurepip, venv' >/dev/null 2>&1 || need python3-venv ""
if [ -n "$packages" ]; then
    echo "Installing$packages …"
    export DEBIAN_FRONTEND=noninteractive
    apt-get update -qq
    # shellcheck disable=SC2086  # a list of words on purpose
    apt-get install -y -qq --no-install-recommends $packages >/dev/null
fi
