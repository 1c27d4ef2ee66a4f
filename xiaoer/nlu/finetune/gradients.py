"""Integrated gradients: what each word gave to the score of an intent.

Method: Sundararajan, Taly, Yan, "Axiomatic attribution for deep networks" (ICML 2017). From a line whose words are masked to the line
itself, the gradient is summed along the straight way between their word vectors; the parts sum to the difference of the two scores.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from xiaoer.nlu.finetune.tuner import Tuner, pool_states

_STEPS = 64
_AT_ONCE = 16


@dataclass(frozen=True, slots=True)
class Gradients:
    """A part for each token with the characters it stands in; `score` of the line and of its masked form."""

    spans: tuple[tuple[int, int], ...]
    parts: tuple[float, ...]
    score: float
    masked: float

    @property
    def gap(self) -> float:
        """How far the parts are from adding up to the difference."""
        return sum(self.parts) - (self.score - self.masked)


def integrated_gradients(tuner: Tuner, text: str, label: str, *, steps: int = _STEPS) -> Gradients:
    """The parts of a text's tokens in the head's score of a label."""
    torch, ahead = tuner.torch, len(tuner.pooling.prefix)
    given = tuner.tokenizer(
        tuner.pooling.prefix + text, truncation=True, max_length=tuner.tuning.max_length, return_offsets_mapping=True,
        return_special_tokens_mask=True,
    )  # fmt: skip
    ids = torch.tensor([given["input_ids"]], device=tuner.device)
    hidden = [not special and to > ahead for special, (_, to) in zip(given["special_tokens_mask"], given["offset_mapping"], strict=True)]
    mask_id = next(
        one for one in (tuner.tokenizer.mask_token_id, tuner.tokenizer.unk_token_id, tuner.tokenizer.pad_token_id, 0) if one is not None
    )
    masked = torch.where(torch.tensor([hidden], device=tuner.device), torch.full_like(ids, mask_id), ids)
    words = tuner.model.get_input_embeddings()
    number = tuner.split.labels.index(label)
    with torch.no_grad():
        end, begin = words(ids), words(masked)

    def score(vectors: object, mask: object) -> object:
        states = tuner.model(inputs_embeds=vectors, attention_mask=mask).last_hidden_state
        return tuner.head(pool_states(states, mask, tuner.pooling.kind))[:, number]

    total = torch.zeros_like(end)
    shares = (torch.arange(steps, device=tuner.device) + 0.5) / steps
    for part in shares.split(_AT_ONCE):
        on_the_way = (begin + part[:, None, None] * (end - begin)).detach().requires_grad_(True)
        mask = torch.ones(on_the_way.shape[:2], dtype=torch.long, device=tuner.device)
        (slope,) = torch.autograd.grad(score(on_the_way, mask).sum(), on_the_way)  # type: ignore[attr-defined]
        total += slope.sum(0, keepdim=True) / steps
    parts = ((end - begin) * total).sum(-1)[0].cpu().numpy().astype(np.float64)
    with torch.no_grad():
        one = torch.ones(ids.shape, dtype=torch.long, device=tuner.device)
        reached, base = float(score(end, one)), float(score(begin, one))  # type: ignore[arg-type]
    spans = tuple((max(0, start - ahead), max(0, to - ahead)) for start, to in given["offset_mapping"])
    return Gradients(spans, tuple(parts.tolist()), reached, base)
