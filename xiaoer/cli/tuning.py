"""What `xiaoer train intents --encoder` does: an encoder that is here is taken as it is, any other is fine-tuned first."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from xiaoer.app import encoders_path, models_folder
from xiaoer.cli.progress import bar
from xiaoer.cli.terminal import language, tell
from xiaoer.db.engine import Database
from xiaoer.nlu import store_utterances as utterances
from xiaoer.nlu.encoders.shelf import find_folder
from xiaoer.nlu.finetune.plan import Line, Tuning
from xiaoer.nlu.finetune.report import figures_of, write_report
from xiaoer.nlu.finetune.tune import Learned, fine_tune
from xiaoer.nlu.finetune.tuner import Tuner
from xiaoer.nlu.training.published import load_version
from xiaoer.nlu.training.types import ModelVersion
from xiaoer.nlu.training.work import without_thin
from xiaoer.settings import Settings


@dataclass(frozen=True)
class Tuned:
    """A fine-tuned encoder: its name here, how it came about, and the network itself."""

    name: str
    learned: Learned
    tuner: Tuner


async def tune(database: Database, settings: Settings, source: str, tuning: Tuning) -> Tuned | None:
    """Fine-tune on the shop's lines and keep the encoder; None where `source` is an encoder already."""
    root = encoders_path(settings.data_dir)
    if find_folder(root, source) is not None:
        return None
    lines, _ = without_thin(await database.read(settings.shop, lambda scope: utterances.list_lines(scope, "train")))
    name = name_for(settings.shop, source)
    work = models_folder(settings.data_dir, settings.shop) / f"tuning-{name}"
    with bar("Fine-tuning the encoder", "微调编码器") as report:
        learned, tuner = fine_tune(source, lines, root / name, work=work, tuning=tuning, tell=report)
    best = f"{learned.best:.1%}"
    tell(f"Encoder {name}: {best} of the lines kept back", f"编码器 {name}：留出语料准确率 {best}")
    return Tuned(name, learned, tuner)


async def tell_of(database: Database, settings: Settings, tuned: Tuned, version: ModelVersion) -> Path:
    """Try the version on the shop's frozen lines (without those, on the lines kept back) and write the report; its page."""
    model = await load_version(models_folder(settings.data_dir, settings.shop), version)
    test: Sequence[Line] = await database.read(settings.shop, lambda scope: utterances.list_lines(scope, "test"))
    known = set(model.labels)
    tried = [line for line in test if line[1] in known or line[1] == "oos"] or list(tuned.learned.split.kept_back)
    folder = settings.data_dir / "reports" / settings.shop / tuned.name
    page = write_report(folder, tuned.name, figures_of(model, tried, tuned.learned), language=language(), tuner=tuned.tuner)
    tell(f"Report: {page}", f"评估报告：{page}")
    return page


def name_for(shop: str, source: str) -> str:
    """What the shop's own encoder made from this one is called."""
    base = re.sub(r"[^A-Za-z0-9._-]+", "-", Path(source).name).strip("-.") or "encoder"
    return f"{shop}-{base}"[:60]
