"""An encoder's folder is read, tried and refused as it deserves; its vectors do not depend on their neighbours."""

from __future__ import annotations

import importlib
import json
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from tests import tiny_encoder
from xiaoer.errors import ConfigurationError, Conflict, Invalid, NotFound
from xiaoer.nlu.encoders.encoder import Encoder, pool
from xiaoer.nlu.encoders.folder import Pooling, hash_of_folder
from xiaoer.nlu.encoders.probes import PROBES, check_reference, compare
from xiaoer.nlu.encoders.shelf import add_encoder, find_folder, list_encoders, open_encoder, remove_encoder
from xiaoer.nlu.encoders.source import pooling_of

WORDS = [
    "where", "is", "my", "parcel", "package", "order", "the", "a", "i", "want", "to", "return", "it", "back", "please", "快", "递",
]  # fmt: skip


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tiny_encoder.make(tmp_path_factory.mktemp("enc") / "tiny", WORDS, same=[("parcel", "package")])


@pytest.fixture(scope="module")
def encoder(folder: Path) -> Encoder:
    return Encoder.open(folder)


def test_vectors_have_length_one_and_know_what_means_the_same(encoder: Encoder) -> None:
    one, other, third = encoder.embed(["where is my parcel", "Where is my PACKAGE", "i want to return it"])
    assert encoder.dimensions == tiny_encoder.DIMENSIONS
    assert np.linalg.norm(one) == pytest.approx(1, abs=1e-5)
    assert one @ other == pytest.approx(1, abs=1e-5)
    assert one @ third < 0.9


def test_a_vector_does_not_depend_on_what_is_read_beside_it(encoder: Encoder) -> None:
    texts = ["where is my parcel", "please", "i want to return it back please"]
    together = encoder.embed(texts)
    assert np.array_equal(together, np.concatenate([encoder.embed([text]) for text in texts]))
    assert encoder.embed([]).shape == (0, encoder.dimensions)


def test_unknown_tokens_are_counted_and_every_token_has_its_place(encoder: Encoder) -> None:
    known, half, none = encoder.tokens(["my parcel", "my zeppelin", "你好"])
    assert (known.unknown, half.unknown, none.unknown) == (0, 0.5, 1)
    assert half.spans == ((0, 2), (3, 11))


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(text=st.text(alphabet=st.characters(codec=None), max_size=80))
def test_any_text_gets_a_vector(encoder: Encoder, text: str) -> None:
    (vector,) = encoder.embed([text])
    assert np.isfinite(vector).all()


def test_a_prefix_stands_before_every_line_and_is_counted_nowhere(folder: Path, tmp_path: Path) -> None:
    again = tiny_encoder.make(tmp_path / "prefixed", WORDS)
    Pooling(prefix="please ", max_length=32).write(again)
    encoder = Encoder.open(again)
    (tokens,) = encoder.tokens(["my parcel"])
    assert tokens.unknown == 0
    assert tokens.spans[1:] == ((0, 2), (3, 9))
    plain = Encoder.open(tiny_encoder.make(tmp_path / "plain", WORDS))
    assert encoder.embed(["my parcel"])[0] @ plain.embed(["please my parcel"])[0] == pytest.approx(1, abs=1e-5)


def test_pooling_kinds() -> None:
    states = np.array([[[1, 5], [3, 1], [9, 9]]], dtype=np.float32)
    mask = np.array([[1, 1, 0]])
    assert pool(states, mask, "mean").tolist() == [[2, 3]]
    assert pool(states, mask, "max").tolist() == [[3, 5]]
    assert pool(states, mask, "cls").tolist() == [[1, 5]]
    assert pool(states, mask, "last").tolist() == [[3, 1]]


@pytest.mark.parametrize(
    ("text", "says"),
    [
        ("{", "cannot be read"),
        ('{"kind": "median"}', "median"),
        ('{"max_length": 0}', "max_length"),
        ('{"max_length": true}', "max_length"),
        ('{"normalize": true}', "normalize"),
        ("[]", "object"),
    ],
)
def test_a_wrong_pooling_is_named(tmp_path: Path, text: str, says: str) -> None:
    folder = tiny_encoder.make(tmp_path / "wrong", WORDS)
    (folder / "pooling.json").write_text(text, "utf-8")
    with pytest.raises(ConfigurationError, match=says):
        Encoder.open(folder)


def test_a_folder_that_lacks_a_file_or_holds_nonsense_is_refused(tmp_path: Path) -> None:
    folder = tiny_encoder.make(tmp_path / "lacking", WORDS)
    (folder / "model.onnx").write_bytes(b"nonsense")
    with pytest.raises(ConfigurationError, match="cannot be opened"):
        Encoder.open(folder)
    (folder / "model.onnx").unlink()
    with pytest.raises(ConfigurationError, match=r"model\.onnx is missing"):
        Encoder.open(folder)


def test_a_missing_library_is_named_with_its_extra(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    found = importlib.import_module

    def lost(name: str, *rest: Any) -> Any:
        if name == "onnxruntime":
            raise ImportError(name)
        return found(name, *rest)

    monkeypatch.setattr(importlib, "import_module", lost)
    with pytest.raises(ConfigurationError, match=r"pip install 'xiaoer\[encoder\]'"):
        Encoder.open(folder)


def test_the_self_test_tells_a_changed_encoder(tmp_path: Path) -> None:
    words = sorted({word for probe in PROBES for word in probe.lower().replace("?", "").split()})
    folder = tiny_encoder.make(tmp_path / "one", words)
    encoder = Encoder.open(folder)
    assert check_reference(encoder) is None
    np.savez(folder / "reference.npz", vectors=encoder.embed(PROBES).astype(np.float16))
    probed = check_reference(encoder)
    assert probed is not None
    assert probed.mean > 0.9
    other = tiny_encoder.make(tmp_path / "other", words, seed=1)
    np.savez(other / "reference.npz", vectors=encoder.embed(PROBES))
    with pytest.raises(ConfigurationError, match="fails its self-test"):
        check_reference(Encoder.open(other))
    assert compare(encoder.embed(PROBES), np.zeros((3, 2))).least == -1


def test_the_shelf(folder: Path, tmp_path: Path) -> None:
    root = tmp_path / "encoders"
    assert list_encoders(root) == ()
    added = add_encoder(root, str(folder))
    assert (added.name, added.hash) == ("tiny", hash_of_folder(folder))
    assert [one.name for one in list_encoders(root)] == ["tiny"]
    assert find_folder(root, "tiny") == root / "tiny"
    assert open_encoder(root, str(folder)).hash == added.hash
    with pytest.raises(Conflict):
        add_encoder(root, str(folder))
    changed = add_encoder(root, str(folder), replace=True, pooling=Pooling("max"))
    assert changed.hash != added.hash
    assert json.loads((root / "tiny" / "pooling.json").read_text("utf-8"))["kind"] == "max"
    with pytest.raises(Invalid, match="cannot name"):
        add_encoder(root, str(folder), name="../away")
    with pytest.raises(NotFound):
        remove_encoder(root, "../tiny")
    remove_encoder(root, "tiny")
    assert list_encoders(root) == ()
    with pytest.raises(NotFound, match="xiaoer encoders add"):
        open_encoder(root, "tiny")


def test_a_folder_that_is_neither_ours_nor_hugging_faces_is_named(tmp_path: Path) -> None:
    (tmp_path / "empty").mkdir()
    with pytest.raises(ConfigurationError, match="is missing"):
        add_encoder(tmp_path / "encoders", str(tmp_path / "empty"))
    assert list_encoders(tmp_path / "encoders") == ()
    assert list((tmp_path / "encoders").iterdir()) == []


def test_what_a_hugging_face_folder_says_of_itself(tmp_path: Path) -> None:
    folder = tmp_path / "multilingual-e5-small"
    (folder / "1_Pooling").mkdir(parents=True)
    (folder / "config.json").write_text('{"max_position_embeddings": 512}', "utf-8")
    assert pooling_of(folder) == Pooling("mean", 128, True, "query: ")
    (folder / "1_Pooling" / "config.json").write_text('{"pooling_mode_cls_token": true}', "utf-8")
    (folder / "sentence_bert_config.json").write_text('{"max_seq_length": 512}', "utf-8")
    assert pooling_of(folder.rename(tmp_path / "bge")) == Pooling("cls", 256, True, "")
