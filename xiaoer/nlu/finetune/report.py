"""What a fine-tuning was good for: figures, a picture of what is mixed up, and the sentences behind it. JSON and one HTML page."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from dataclasses import asdict
from html import escape
from pathlib import Path
from typing import Any

import numpy as np

from xiaoer.nlu.finetune.far import FAR
from xiaoer.nlu.finetune.gradients import integrated_gradients
from xiaoer.nlu.finetune.picture import confusion_svg
from xiaoer.nlu.finetune.plan import Line
from xiaoer.nlu.finetune.tune import Learned
from xiaoer.nlu.finetune.tuner import Tuner
from xiaoer.nlu.model import IntentModel
from xiaoer.nlu.train import OUTSIDE
from xiaoer.nlu.training.figures import auroc, evaluate

_RATES = ("accuracy", "macro_f1", "ece", "auroc_near", "auroc_far", "recall_at_95", "kept")
_WORDS = {
    "en": {
        "title": "Fine-tuning of {name}", "accuracy": "accuracy", "macro_f1": "macro-F1", "ece": "calibration error (ECE)",
        "auroc_near": "outside, near: AUROC", "auroc_far": "outside, far: AUROC", "recall_at_95": "outside found while 95 % are kept",
        "kept": "lines inside that are kept", "with": "fine-tuned", "without": "n-grams alone", "lines": "Tried on {n} lines that it did not learn from.",
        "near": "Near: {n} lines that the shop labelled as out of scope. Far: {m} sentences about anything but shops.",
        "confusion": "What is mixed up", "rows": "Rows: what was meant. Columns: what was read.", "worst": "The worst, with their sentences",
        "painted": "Tinted by integrated gradients: what spoke for the wrong intent.", "epochs": "Epochs", "epoch": "epoch", "loss": "loss",
        "stage": "stage", "none": "nothing",
    },
    "zh": {
        "title": "{name} 微调报告", "accuracy": "准确率", "macro_f1": "宏平均 F1", "ece": "校准误差（ECE）", "auroc_near": "近域外 AUROC",
        "auroc_far": "远域外 AUROC", "recall_at_95": "保留 95% 域内时的域外召回", "kept": "域内保留率", "with": "微调后", "without": "仅 n 元特征",
        "lines": "用未参与训练的 {n} 条语料评估。", "near": "近域外：店铺标为超出范围的 {n} 条语料；远域外：与店铺无关的 {m} 个句子。",
        "confusion": "混淆矩阵", "rows": "行：真实意图；列：识别结果。", "worst": "最常见的混淆及例句", "painted": "底色为积分梯度：哪些词把它推向了错误的意图。",
        "epochs": "训练轮次", "epoch": "轮", "loss": "损失", "stage": "阶段", "none": "无",
    },
}  # fmt: skip
_STYLE = (
    "body{font:16px/1.6 system-ui,'PingFang SC','Noto Sans CJK SC',sans-serif;max-width:70rem;margin:2rem auto;padding:0 1rem}"
    "table{border-collapse:collapse}td,th{padding:.25rem .75rem;border-bottom:1px solid #ddd;text-align:left;vertical-align:top}"
    "svg{max-width:100%;height:auto}td.n{text-align:right;font-variant-numeric:tabular-nums}"
)


def figures_of(model: IntentModel, lines: Sequence[Line], learned: Learned) -> dict[str, Any]:
    """Everything the report tells, as JSON values. `lines` may hold lines from outside ("oos"), which are the near ones."""
    both, alone = (_with_outside(one, lines) for one in (model, _alone(model)))
    truth = [label for _, label in lines if label != OUTSIDE]
    read = [model.predict(text).intents[0][0] for text, label in lines if label != OUTSIDE]
    counts = Counter(zip(truth, read, strict=True))
    return {
        **both,
        "without_encoder": {name: alone[name] for name in _RATES},
        "matrix": [{"truth": one, "read": other, "count": count} for (one, other), count in sorted(counts.items())],
        "labels": sorted(set(truth) | set(read)),
        "epochs": learned.epochs,
        "tuning": asdict(learned.tuning),
        "encoder": model.about.get("encoder", {}),
        "far_lines": len(FAR),
    }


def _alone(model: IntentModel) -> IntentModel:
    return IntentModel(model.labels, model.vocabulary, model.weights, model.rows, model.bias, model.calibration, model.about)


def _with_outside(model: IntentModel, lines: Sequence[Line]) -> dict[str, Any]:
    figures = evaluate(model, lines)
    inside = np.array([model.predict(text).oos_score for text, label in lines if label != OUTSIDE])
    far = np.array([model.predict(text).oos_score for text in FAR])
    return {**figures, "auroc_near": figures["auroc"], "auroc_far": auroc(inside, far)}


def write_report(folder: Path, name: str, figures: Mapping[str, Any], *, language: str, tuner: Tuner | None = None) -> Path:
    """Write report.json, confusion.svg and report.html; the page's path. With the tuner at hand the worst sentences are tinted."""
    folder.mkdir(parents=True, exist_ok=True)
    svg = confusion_svg(figures["labels"], {(one["truth"], one["read"]): one["count"] for one in figures["matrix"]})
    (folder / "report.json").write_text(json.dumps(figures, ensure_ascii=False, indent=1), "utf-8")
    (folder / "confusion.svg").write_text(svg, "utf-8")
    page = folder / "report.html"
    page.write_text(_page(name, figures, svg, _WORDS["zh" if language == "zh" else "en"], language, _painter(tuner)), "utf-8")
    return page


def _page(
    name: str, figures: Mapping[str, Any], svg: str, words: Mapping[str, str], language: str, paint: Callable[[str, str], str]
) -> str:
    title = escape(words["title"].format(name=name))
    other = figures["without_encoder"]
    rows = "".join(f"<tr><td>{words[one]}<td class=n>{_rate(figures[one])}<td class=n>{_rate(other[one])}" for one in _RATES)
    worst = "".join(
        f"<tr><td>{escape(one['truth'])} → {escape(one['read'])}<td class=n>{one['count']}<td>"
        + "<br>".join(paint(text, one["read"]) for text in one["examples"])
        for one in figures["confusions"]
    )
    epochs = "".join(
        f"<tr><td>{one['stage']}<td class=n>{one['epoch']}<td class=n>{one['loss']:.3f}<td class=n>{_rate(one['accuracy'])}"
        for one in figures["epochs"]
    )
    return (
        f"<!doctype html><html lang={'zh-Hans' if language == 'zh' else 'en'}><meta charset=utf-8><title>{title}</title><style>{_STYLE}</style>"
        f"<h1>{title}</h1><p>{words['lines'].format(n=figures['inside'])} "
        f"{words['near'].format(n=figures['outside'], m=figures['far_lines'])}"
        f"<table><tr><th><th>{words['with']}<th>{words['without']}{rows}</table>"
        f"<h2>{words['confusion']}</h2><p>{words['rows']}</p>{svg}"
        f"<h2>{words['worst']}</h2><p>{words['painted']}</p><table>{worst or '<tr><td>' + words['none']}</table>"
        f"<h2>{words['epochs']}</h2><table><tr><th>{words['stage']}<th>{words['epoch']}<th>{words['loss']}<th>{words['accuracy']}{epochs}</table></html>"
    )


def _rate(value: float | None) -> str:
    return "–" if value is None else f"{value:.4f}"


def _painter(tuner: Tuner | None) -> Callable[[str, str], str]:
    """How a sentence is shown: its words tinted by what they gave to an intent, where that can be computed."""

    def paint(text: str, label: str) -> str:
        if tuner is None or label not in tuner.split.labels:
            return escape(text)
        found = integrated_gradients(tuner, text, label)
        most = max((abs(part) for part in found.parts), default=0.0)
        weights = np.zeros(len(text))
        for (start, end), part in zip(found.spans, found.parts, strict=True):
            weights[start:end] = part
        shown = []
        for letter, weight in zip(text, weights.tolist(), strict=True):
            share = abs(weight) / most if most else 0.0
            colour = "47,125,79" if weight > 0 else "179,38,30"
            shown.append(f'<span style="background:rgba({colour},{0.5 * share:.2f})">{escape(letter)}</span>')
        return "".join(shown)

    return paint
