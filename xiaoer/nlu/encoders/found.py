"""Find the encoder that a model was trained with, try it, and open each one only once in a process."""

from __future__ import annotations

import logging
from functools import lru_cache
from pathlib import Path

import numpy as np
import numpy.typing as npt

from xiaoer.errors import XiaoerError
from xiaoer.nlu.encoders.encoder import Encoder
from xiaoer.nlu.encoders.folder import MODEL, POOLING, is_encoder
from xiaoer.nlu.encoders.probes import PROBES, SAME, compare

log = logging.getLogger(__name__)
FOLDER = "encoders"  # in the data folder, beside `models`
_UP = 4  # folders above a model's file in which to look


def find_for(name: str, hash_: str, probes: npt.NDArray[np.floating], model: Path) -> Encoder | None:
    """The encoder of the model in this file, from the data folder around it; None, and a line in the log, where it cannot be used.

    It must be the same one, and compute on this processor what it computed where the model was trained.
    """
    folder = next((at / FOLDER / name for at in list(model.resolve().parents)[:_UP] if is_encoder(at / FOLDER / name)), None)
    if folder is None:
        return _without(model, f"there is no encoder {name}; bring it: xiaoer encoders add")
    try:
        encoder = opened(folder)
    except XiaoerError as error:
        return _without(model, error.text("en"))
    if encoder.hash != hash_:
        return _without(model, f"the encoder {name} is another one than it was trained with; train again")
    probed = compare(encoder.embed(PROBES), probes)
    if probed.least < SAME:
        agreed = f"agrees with the machine of the training to {probed.least:.3f} only, {SAME} are needed"
        return _without(model, f"the encoder {name} {agreed}; train again on this machine")
    return encoder


def opened(folder: Path) -> Encoder:
    """The encoder in this folder, shared by all that ask for it in this process; opened anew when its files have changed."""
    stamp = tuple((folder / part).stat().st_mtime_ns if (folder / part).is_file() else 0 for part in (MODEL, POOLING))
    return _opened(folder.resolve(), stamp)


@lru_cache(maxsize=4)
def _opened(folder: Path, stamp: tuple[int, ...]) -> Encoder:
    return Encoder.open(folder)


def _without(model: Path, why: str) -> Encoder | None:
    log.warning("the model %s reads without its dense half: %s", model, why)
    return None
