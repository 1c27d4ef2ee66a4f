#!/bin/sh
# Build the wheel, install it into an empty environment far from the sources, and let it play the demo through there.
set -eu

sh scripts/venv.sh dev
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT INT TERM

.venv/bin/python -m build --outdir "$folder" .
.venv/bin/python -m venv "$folder/venv"
wheel=$(ls "$folder"/*.whl)
"$folder/venv/bin/python" -m pip install --disable-pip-version-check --quiet "$wheel"

cd "$folder"
mkdir home
HOME="$folder/home" XDG_DATA_HOME="$folder/home/data" venv/bin/xiaoer demo --check
