"""The network and its two stages: a contrastive one that draws lines of an intent together, and one that learns to classify.

Contrastive loss: Khosla et al., "Supervised contrastive learning" (NeurIPS 2020), as a first stage for few examples in the way of
Tunstall et al., "Efficient few-shot learning without prompts" (SetFit, 2022).
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

import numpy as np

from xiaoer.nlu.encoders.encoder import Floats, need
from xiaoer.nlu.encoders.folder import Pooling
from xiaoer.nlu.finetune.plan import Split, Stage, Tuning, batches, contrast_batches
from xiaoer.nlu.logistic import fit_logistic

_CLOSENESS = 0.07
_WARM_UP = 0.1
_DECAY = 0.01
_LARGEST_STEP = 1.0
_READ_AT_ONCE = 64


class Tuner:
    """A body, a linear head on its pooled vector, and what is needed to teach them. `split` names the labels and the lines."""

    def __init__(self, model: Any, tokenizer: Any, split: Split, tuning: Tuning, pooling: Pooling) -> None:
        self.torch = need("torch", "train")
        self.model, self.tokenizer, self.split, self.tuning, self.pooling = model, tokenizer, split, tuning, pooling
        self.torch.manual_seed(tuning.seed)
        self.device = "cuda" if self.torch.cuda.is_available() else "cpu"
        self.head = self.torch.nn.Linear(model.config.hidden_size, len(split.labels)).to(self.device)
        self.model.to(self.device)
        if tuning.frozen_words:
            self.model.get_input_embeddings().weight.requires_grad_(False)
        self._lengths = [len(ids) for ids in self._ids([text for text, _ in split.seen])]
        self._targets = split.numbers(split.seen)

    def _ids(self, texts: Sequence[str]) -> list[list[int]]:
        prefixed = [self.pooling.prefix + text for text in texts]
        return list(self.tokenizer(prefixed, truncation=True, max_length=self.tuning.max_length)["input_ids"]) if texts else []

    def pooled(self, texts: Sequence[str]) -> Any:
        """The pooled vectors of texts as a tensor (n, hidden)."""
        prefixed = [self.pooling.prefix + text for text in texts]
        length = self.tuning.max_length
        given = self.tokenizer(prefixed, truncation=True, max_length=length, padding=True, return_tensors="pt").to(self.device)
        states = self.model(input_ids=given["input_ids"], attention_mask=given["attention_mask"]).last_hidden_state
        return pool_states(states, given["attention_mask"], self.pooling.kind)

    def optimizer(self, stage: Stage) -> Any:
        """AdamW over what learns in this stage."""
        rate = self.tuning.rate_for(self.model.config.hidden_size)
        body = [one for one in self.model.parameters() if one.requires_grad]
        groups = [{"params": body, "lr": rate if stage == "classify" else rate / 2}]
        if stage == "classify":
            groups.append({"params": list(self.head.parameters()), "lr": rate * 5})
        return self.torch.optim.AdamW(groups, weight_decay=_DECAY)

    def epochs_of(self, stage: Stage) -> int:
        """How many passes the stage makes at most."""
        return self.tuning.epochs if stage == "classify" else self.tuning.contrast_epochs

    def plan(self, stage: Stage, epoch: int) -> list[list[int]]:
        """The batches of an epoch; the same for the same seed."""
        generator = np.random.default_rng((self.tuning.seed, epoch, stage == "classify"))
        if stage == "classify":
            return list(batches(self._lengths, self.tuning.batch, generator))
        return list(contrast_batches(self._targets, 4 * self.tuning.batch, generator))

    def epoch(self, stage: Stage, number: int, optimizer: Any, tell: Callable[[float], None]) -> float:
        """One pass over the lines; the mean loss."""
        self.torch.manual_seed(hash((self.tuning.seed, number, stage == "classify")) % 2**31)
        self.model.train()
        plan = self.plan(stage, number)
        whole = len(plan) * self.epochs_of(stage)
        losses = []
        for place, rows in enumerate(plan):
            step = number * len(plan) + place
            self._set_rate(optimizer, step / max(1, whole))
            loss = self._loss(stage, rows)
            optimizer.zero_grad()
            loss.backward()
            parts = [one for group in optimizer.param_groups for one in group["params"]]
            self.torch.nn.utils.clip_grad_norm_(parts, _LARGEST_STEP)
            optimizer.step()
            losses.append(float(loss.detach()))
            tell((place + 1) / len(plan))
        self.model.eval()
        return float(np.mean(losses)) if losses else 0.0

    def _set_rate(self, optimizer: Any, share: float) -> None:
        """Up over the first tenth of the way, then down to nothing."""
        factor = share / _WARM_UP if share < _WARM_UP else (1 - share) / (1 - _WARM_UP)
        for group in optimizer.param_groups:
            group.setdefault("full", group["lr"])
            group["lr"] = group["full"] * max(factor, 0.02)

    def _loss(self, stage: Stage, rows: Sequence[int]) -> Any:
        vectors = self.pooled([self.split.seen[row][0] for row in rows])
        targets = self.torch.tensor(self._targets[list(rows)]).to(self.device)
        if stage == "classify":
            return self.torch.nn.functional.cross_entropy(self.head(vectors), targets, label_smoothing=self.tuning.smoothing)
        return contrastive_loss(self.torch, vectors, targets)

    def vectors(self, texts: Sequence[str]) -> Floats:
        """Pooled vectors (n, hidden) without learning."""
        found = []
        with self.torch.no_grad():
            for start in range(0, len(texts), _READ_AT_ONCE):
                found.append(self.pooled(texts[start : start + _READ_AT_ONCE]).cpu().numpy())
        return np.concatenate(found) if found else np.zeros((0, self.model.config.hidden_size), dtype=np.float32)

    def begin_head(self) -> None:
        """Set the head to the best one on the vectors as they are: what is learned from there on is little."""
        vectors = self.vectors([text for text, _ in self.split.seen])
        found = fit_logistic(vectors, self._targets, classes=len(self.split.labels), cost=1.0)
        with self.torch.no_grad():
            self.head.weight.copy_(self.torch.tensor(found.weights.T.copy()))
            self.head.bias.copy_(self.torch.tensor(found.bias))

    def accuracy(self) -> float:
        """On the lines kept back; on those learned from where none were."""
        lines = self.split.kept_back or self.split.seen
        scores = self.scores([text for text, _ in lines])
        return float((scores.argmax(axis=1) == self.split.numbers(lines)).mean())

    def scores(self, texts: Sequence[str]) -> Floats:
        """The head's scores (n, labels)."""
        weights, bias = self.head_arrays()
        result: Floats = self.vectors(texts) @ weights + bias
        return result

    def head_arrays(self) -> tuple[Floats, Floats]:
        """The head's weights (hidden, labels) and bias (labels,)."""
        weights = self.head.weight.detach().cpu().numpy().T.astype(np.float32)
        return np.ascontiguousarray(weights), self.head.bias.detach().cpu().numpy().astype(np.float32)


def pool_states(states: Any, mask: Any, kind: str) -> Any:
    """As `encoder.pool`, on tensors."""
    if kind == "cls":
        return states[:, 0]
    if kind == "last":
        return states[range(len(states)), mask.sum(1) - 1]
    held = mask[:, :, None].to(states.dtype)
    if kind == "max":
        return (states + (held - 1) * 1e9).max(1).values
    return (states * held).sum(1) / held.sum(1).clamp(min=1)


def contrastive_loss(torch: Any, vectors: Any, targets: Any) -> Any:
    """Lines of the same label close together, all others apart; a line without a partner in the batch counts nothing."""
    units = torch.nn.functional.normalize(vectors, dim=1)
    near = units @ units.T / _CLOSENESS
    itself = torch.eye(len(targets), dtype=torch.bool, device=near.device)
    near = near.masked_fill(itself, -1e9)
    partners = (targets[:, None] == targets[None, :]) & ~itself
    chances = near - torch.logsumexp(near, dim=1, keepdim=True)
    counts = partners.sum(1)
    each = -(chances * partners).sum(1) / counts.clamp(min=1)
    return each[counts > 0].mean() if bool((counts > 0).any()) else (near * 0).sum()
