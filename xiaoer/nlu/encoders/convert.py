"""From a Hugging Face encoder (safetensors, config, tokeniser) to an encoder folder: ONNX, fused, in whole numbers of 8 bits.

Needs the extra [train] (torch, transformers, onnx); serving what comes out does not.
"""

from __future__ import annotations

import logging
import shutil
import tempfile
import warnings
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np

from xiaoer.errors import Invalid
from xiaoer.nlu.encoders.encoder import Encoder, need, pool, unit
from xiaoer.nlu.encoders.folder import MODEL, REFERENCE, TOKENIZER, Pooling
from xiaoer.nlu.encoders.probes import PROBES
from xiaoer.nlu.encoders.source import pooling_of

_OPSET = 17
_HEADED = ("bert", "roberta", "xlm-roberta", "distilbert", "camembert", "electra", "mpnet")  # whose attention can be fused
Tell = Callable[[float, str], None]


def convert(source: str | Path, out: Path, *, pooling: Pooling | None = None, exact: bool = False, tell: Tell | None = None) -> None:
    """Write the encoder folder `out` from a folder or a hub name. `exact` keeps 32 bits (four times the size, twice the time).

    Invalid says why where the model cannot be one.
    """
    told = tell or (lambda share, what: None)
    told(0.0, "reading")
    model, tokenizer = load(source)
    chosen = pooling or pooling_of(Path(source))
    write(model, tokenizer, out, pooling=chosen, exact=exact, tell=told)


def load(source: str | Path) -> tuple[Any, Any]:
    """The encoder's body and its tokeniser, from a folder or the hub. Of a T5 model only the encoder is taken."""
    transformers = need("transformers", "train")
    need("torch", "train")
    try:
        config = transformers.AutoConfig.from_pretrained(str(source))
        tokenizer = transformers.AutoTokenizer.from_pretrained(str(source), use_fast=True)
        kind = transformers.T5EncoderModel if config.model_type in ("t5", "mt5", "umt5") else transformers.AutoModel
        kind = transformers.MT5EncoderModel if config.model_type == "mt5" else kind
        model = kind.from_pretrained(str(source), **_plainly(config.model_type))
    except (OSError, ValueError, KeyError, ImportError) as error:
        raise Invalid(
            f"{source} cannot be read as a Hugging Face encoder: {error}",
            f"无法将 {source} 作为 Hugging Face 编码器读取：{error}",
            field="encoder",
        ) from error
    if not hasattr(tokenizer, "backend_tokenizer"):
        raise Invalid(
            f"{source} has no fast tokeniser (tokenizer.json); without one it cannot be served.",
            f"{source} 没有快速分词器（tokenizer.json），无法用于服务。",
            field="encoder",
        )
    return model.eval(), tokenizer


def _plainly(model_type: str) -> dict[str, Any]:
    """Attention written out: what can be traced into ONNX for every kind of model, and differentiated."""
    return {} if model_type in ("t5", "mt5", "umt5") else {"attn_implementation": "eager"}


def write(model: Any, tokenizer: Any, out: Path, *, pooling: Pooling, exact: bool = False, tell: Tell | None = None) -> None:
    """Write a model of torch as an encoder folder; the folder appears whole or not at all."""
    told = tell or (lambda share, what: None)
    out.parent.mkdir(parents=True, exist_ok=True)
    made = Path(tempfile.mkdtemp(dir=out.parent, prefix=f".{out.name}."))
    try:
        pooling.write(made)
        tokenizer.backend_tokenizer.save(str(made / TOKENIZER))
        told(0.2, "exporting")
        whole = made / "whole.onnx"
        export(model, whole)
        told(0.5, "fusing")
        fused = _fuse(model, whole, made / "fused.onnx")
        told(0.6, "rounding")
        if exact:
            shutil.copy(fused, made / MODEL)
        else:
            _round(fused, made / MODEL)
        for scratch in made.glob("*.onnx*"):
            if scratch.name != MODEL:
                scratch.unlink()
        told(0.9, "probing")
        _keep_reference(model, made, pooling)
        if out.exists():
            shutil.rmtree(out)
        made.chmod(0o755)
        made.replace(out)
    except BaseException:
        shutil.rmtree(made, ignore_errors=True)
        raise
    told(1.0, "done")


def export(model: Any, path: Path) -> None:
    """The body as ONNX: token ids and mask in, one vector for each token out, any number of rows and tokens."""
    torch = need("torch", "train")
    need("onnx", "train")
    takes_types = getattr(model.config, "type_vocab_size", 0) > 1 and model.config.model_type in ("bert", "electra")
    names = ["input_ids", "attention_mask", *(["token_type_ids"] if takes_types else [])]

    class Body(torch.nn.Module):  # type: ignore[misc, name-defined]
        def __init__(self) -> None:
            super().__init__()
            self.model = model

        def forward(self, *given: Any) -> Any:
            return self.model(**dict(zip(names, given, strict=True))).last_hidden_state

    ids = torch.tensor([[5, 6, 7, 8, 9, 1], [5, 6, 7, 1, 0, 0]]) % model.config.vocab_size
    mask = torch.tensor([[1, 1, 1, 1, 1, 1], [1, 1, 1, 1, 0, 0]])
    given = (ids, mask, *([torch.zeros_like(ids)] if takes_types else []))
    axes = {name: {0: "rows", 1: "tokens"} for name in (*names, "last_hidden_state")}
    with warnings.catch_warnings():  # of the exporter's age, and of constants that are meant to be constant
        warnings.simplefilter("ignore")
        torch.onnx.export(
            Body().eval(), given, str(path), input_names=names, output_names=["last_hidden_state"], dynamic_axes=axes,
            opset_version=_OPSET, dynamo=False,
        )  # fmt: skip


def _fuse(model: Any, source: Path, target: Path) -> Path:
    """Attention, layer norms and activations as one operation each, where the model's kind is known: a third of the time."""
    if model.config.model_type not in _HEADED:
        return source
    optimizer: Any = need("onnxruntime.transformers.optimizer", "train")
    fused = optimizer.optimize_model(
        str(source), model_type="bert", num_heads=model.config.num_attention_heads, hidden_size=model.config.hidden_size, opt_level=0
    )
    fused.save_model_to_file(str(target))
    return target


def _round(source: Path, target: Path) -> None:
    """Weights as whole numbers of 8 bits, a scale for each channel; activations are rounded while it runs."""
    quantization: Any = need("onnxruntime.quantization", "train")
    logging.getLogger().addFilter(_is_no_advice)
    quantization.quantize_dynamic(
        str(source), str(target), weight_type=quantization.QuantType.QInt8, per_channel=True, reduce_range=False,
        extra_options={"DefaultTensorType": 1},
    )  # fmt: skip
    logging.getLogger().removeFilter(_is_no_advice)


def _is_no_advice(record: logging.LogRecord) -> bool:
    """The library advises a step that was done already (the graph is fused)."""
    return "run pre-processing before quantization" not in record.getMessage()


def _keep_reference(model: Any, folder: Path, pooling: Pooling) -> None:
    """The probes' vectors before rounding: what tells a broken conversion, or another processor, from a good one."""
    torch = need("torch", "train")
    encoder = Encoder.open(folder)
    rows = []
    for tokens in encoder.tokens(PROBES):
        ids = torch.tensor([tokens.ids])
        mask = torch.ones_like(ids)
        with torch.no_grad():
            states = model(input_ids=ids, attention_mask=mask).last_hidden_state
        rows.append(pool(states.numpy(), mask.numpy(), pooling.kind)[0])
    np.savez(folder / REFERENCE, vectors=unit(np.array(rows, dtype=np.float32)).astype(np.float16))
