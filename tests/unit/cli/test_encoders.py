"""`xiaoer encoders`: bring, list, remove."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests import tiny_encoder
from xiaoer.cli import encoders
from xiaoer.errors import NotFound


def test_an_encoder_is_brought_listed_and_removed(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    folder = tiny_encoder.make(tmp_path / "tiny", ["parcel"])
    data = tmp_path / "data"
    encoders.add(str(folder), name="small", pooling="max", data_dir=data)
    assert "small: 0.0 MB, pooling max" in capsys.readouterr().err
    encoders.list_(data_dir=data)
    assert "small" in capsys.readouterr().out
    encoders.remove("small", data_dir=data)
    encoders.list_(data_dir=data)
    assert "small" not in capsys.readouterr().out
    with pytest.raises(NotFound):
        encoders.remove("small", data_dir=data)
