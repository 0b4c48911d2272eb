"""Cuts text into the tokens of CLIP, by the word list that a person installs."""

import json
from pathlib import Path
from typing import cast

from transformers import CLIPTokenizer

from core.errors import ModelError


def clip_tokenizer(words: Path, merges: Path) -> CLIPTokenizer:
    """Return the tokenizer of `vocab.json` and `merges.txt`.

    Raises:
        ModelError: they can't be used.
    """
    try:
        _, *lines = merges.read_text(encoding="utf-8").splitlines()  # the first is a comment
        pairs = [(one, other) for one, other in map(str.split, filter(str.strip, lines))]
        vocabulary: dict[str, int] = json.loads(words.read_text(encoding="utf-8"))
        # It says that it wants strings, and breaks on them.
        return CLIPTokenizer(vocab=vocabulary, merges=cast(list[str], pairs))
    except Exception as error:  # `tokenizers` raises nothing more exact
        raise words_misfit(words.parent, repr(error)) from error


def words_misfit(folder: Path, why: str) -> ModelError:
    """Return the error for a word list that is damaged or another CLIP's."""
    return ModelError(
        f"the word list in {folder} can't be used: {why}",
        advice=f"Put vocab.json and merges.txt of openai/clip-vit-base-patch32 into {folder}.",
    )
