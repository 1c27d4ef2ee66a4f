"""Services that tests need: a missing one is a skip at home and a failure where it was promised.

`XIAOER_TEST_REQUIRE=postgres,chromium` promises them (the Makefile sets it where CI runs).
"""

from __future__ import annotations

import os
import shutil
from pathlib import Path
from typing import NoReturn

import pytest


def lacking(service: str, reason: str) -> NoReturn:
    """Skip the test with the reason, or fail it when the service was promised."""
    promised = {name.strip() for name in os.environ.get("XIAOER_TEST_REQUIRE", "").split(",")}
    if service in promised:
        pytest.fail(f"XIAOER_TEST_REQUIRE promises {service}, but {reason}", pytrace=False)
    pytest.skip(f"{service}: {reason}")


def find_chromium() -> str | None:
    """The path of a Chromium or Chrome, or None."""
    names = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable")
    return next((path for name in names if (path := shutil.which(name))), None)


def find_postgres() -> Path | None:
    """The folder with PostgreSQL's server programs (the newest version), or None."""
    on_path = shutil.which("initdb")
    if on_path:
        return Path(on_path).parent
    folders = [path.parent for path in Path("/usr/lib/postgresql").glob("*/bin/initdb")]
    return max(folders, key=lambda folder: int(folder.parent.name), default=None)
