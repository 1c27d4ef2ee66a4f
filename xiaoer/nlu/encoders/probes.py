"""Sentences by which an encoder is known again, on this machine and on another."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

import numpy as np
import numpy.typing as npt

from xiaoer.errors import ConfigurationError
from xiaoer.nlu.encoders.encoder import Encoder, Floats
from xiaoer.nlu.encoders.folder import REFERENCE

PROBES = (
    "where is my parcel", "I want to return this jacket, it is too small", "when do I get my money back?",
    "can you change the delivery address of order SP2026110300017", "is the black one in stock in size L",
    "do you ship abroad and what does it cost", "thanks a lot!", "my card was charged twice", "the kettle leaks after two weeks",
    "hello", "please cancel my order", "how long is the warranty on headphones", "我的快递到哪了", "这件卫衣有黑色吗",
    "我要退货，尺码不合适", "发票什么时候开", "怎么用优惠券", "你好", "iPhone 15 手机壳有货吗", "what is the capital of France",
)  # fmt: skip
SAME = 0.995  # the least cosine between what two machines make of a probe, for thresholds fitted on one to hold on the other
ROUNDED = 0.85  # the least mean cosine between the vectors before and after rounding to 8 bits


@dataclass(frozen=True, slots=True)
class Probed:
    """How a probe went: the least and the mean cosine to the stored vectors."""

    least: float
    mean: float


def compare(found: Floats, stored: npt.NDArray[np.floating]) -> Probed:
    """Cosines of unit vectors, row by row."""
    if found.shape != stored.shape:
        return Probed(-1.0, -1.0)
    kept = stored.astype(np.float32)
    norms = np.linalg.norm(kept, axis=1) * np.linalg.norm(found, axis=1)
    is_nothing = np.linalg.norm(kept, axis=1) + np.linalg.norm(found, axis=1) < 1e-6  # a line of unknown words, for both
    cosines = np.where(is_nothing, 1.0, (found * kept).sum(axis=1) / np.maximum(norms, 1e-12))
    return Probed(float(cosines.min()), float(cosines.mean()))


def check_reference(encoder: Encoder) -> Probed | None:
    """Compare with the vectors that came with the folder; None where none came.

    ConfigurationError when the encoder computes something else than it was made for.
    """
    path = encoder.folder / REFERENCE
    if not path.is_file():
        return None
    found = _against(encoder, path)
    if found.mean < ROUNDED:
        raise ConfigurationError(
            f"The encoder {encoder.name} fails its self-test: its vectors agree with the stored ones to {found.mean:.3f} "
            f"(cosine), {ROUNDED} are needed. The files are damaged, or rounding to 8 bits broke the model: "
            "convert it with --exact.",
            f"编码器 {encoder.name} 自检未通过：与存储向量的平均余弦为 {found.mean:.3f}，至少需要 {ROUNDED}。"
            "文件可能已损坏，或 8 位量化破坏了模型：请用 --exact 重新转换。",
            field="encoder",
        )
    return found


def _against(encoder: Encoder, path: Path) -> Probed:
    try:
        with path.open("rb") as file, np.load(file, allow_pickle=False) as data:
            stored = data["vectors"]
    except (OSError, ValueError, KeyError) as error:
        raise ConfigurationError(
            f"{path} cannot be read: {error}. Bring the encoder again: xiaoer encoders add.",
            f"{path} 无法读取：{error}。请重新添加编码器：xiaoer encoders add。",
            field="encoder",
        ) from error
    return compare(encoder.embed(PROBES), stored)
