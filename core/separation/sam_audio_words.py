"""Reads the words for SAM Audio with T5, which is let go of before anything else is loaded.

papers/004; t5-base in the official configuration, at most 512 tokens. Letters in shapes: K tokens,
E width of T5.
"""

from pathlib import Path
from typing import Any

import torch
from torch import Tensor
from transformers import T5EncoderModel

from core.errors import ModelError
from core.nn.pretrained import load_pretrained, load_words
from core.store import installed, needs

T5 = "t5-base"
N_TOKENS = 512
_TITLE = "T5"


def read_words(phrase: str, device: torch.device) -> Tensor:
    """Return (K, E) of a phrase, in float32 on the CPU. An empty phrase has one token, its end.

    Raises:
        ModelError: T5 is not installed, damaged, or another network.
    """
    folder = installed(T5)
    if folder is None:
        listed = "; ".join(f"{what}: {how}" for what, how in needs(T5).items())
        raise ModelError(
            f"{T5} is not installed, and {phrase!r} can't be read without it",
            advice=f"SAM Audio reads words with T5, which is not installed. Needs {listed}.",
        )
    return _read(folder, phrase, device)


@torch.inference_mode()
def _read(folder: Path, phrase: str, device: torch.device) -> Tensor:
    network: Any = load_pretrained(T5EncoderModel, folder, _TITLE, str(device))
    tokenizer = load_words(folder, _TITLE, network.config.vocab_size)
    tokens = tokenizer(phrase, truncation=True, max_length=N_TOKENS, return_tensors="pt")
    ids = tokens["input_ids"].to(device)
    answer: Tensor = network(input_ids=ids).last_hidden_state[0]
    return answer.float().cpu().clone()
