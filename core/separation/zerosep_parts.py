"""Reads the parts of a text-to-sound pipeline from a folder in the layout of `diffusers`.

Part by part and by known classes rather than by what `model_index.json` names: no code of the
folder runs, nothing is fetched, weights are tensors and fill all of a network or nothing.
AudioLDM's own pipeline class, which `diffusers` keeps as deprecated, is not needed that way.
"""

import contextlib
import json
import pickle
import warnings
from collections.abc import Iterator
from functools import lru_cache
from pathlib import Path
from typing import Any, cast

import torch
from diffusers import (
    AudioLDM2ProjectionModel,
    AudioLDM2UNet2DConditionModel,
    AutoencoderKL,
    AutoencoderOobleck,
    StableAudioDiTModel,
    StableAudioPipeline,
    StableAudioProjectionModel,
    UNet2DConditionModel,
)
from safetensors import SafetensorError
from transformers import (
    ClapModel,
    ClapTextModelWithProjection,
    GPT2Model,
    RobertaTokenizer,
    SpeechT5HifiGan,
    T5EncoderModel,
    T5Tokenizer,
)
from transformers.utils import logging as transformers_logging

from core.errors import ModelError
from core.separation.zerosep_audioldm import AudioLdm
from core.separation.zerosep_audioldm2 import AudioLdm2, WordReader
from core.separation.zerosep_ladder import ContinuousSchedule
from core.separation.zerosep_mel import MelSound
from core.separation.zerosep_model import Part, SoundModel
from core.separation.zerosep_stable_audio import StableAudio

_UNREADABLE = (
    OSError,
    EOFError,
    ValueError,
    TypeError,
    KeyError,
    AttributeError,
    RuntimeError,
    ImportError,
    SafetensorError,
    pickle.UnpicklingError,
)
"""What the libraries raise over files that are damaged, missing or of another kind."""

_BUFFERS = ("position_ids",)
"""Numbers in order, which older versions wrote into files and newer ones don't read."""

_N_NAMED = 5


@lru_cache(maxsize=1)  # gigabytes: the last one is kept, no second
def load_model(folder: Path, stamp: int, device: str) -> SoundModel:  # noqa: ARG001 - of the cache
    """Return the model of a folder on `device`, the same one as long as `stamp` stays.

    Raises:
        ModelError: a file is damaged, or none of the kinds that are known; the advice names it.
    """
    kind = _pipeline_kind(folder)
    model = _READERS[kind](folder)
    for part in model.parts:
        part.to(device).eval().requires_grad_(False)
    return model


def stamp_of(folder: Path) -> int:
    """Return the time of the last change of what a folder holds."""
    return max(path.stat().st_mtime_ns for path in folder.rglob("*"))


def _audioldm(folder: Path) -> SoundModel:
    return AudioLdm(
        sound=_mel_sound(folder),
        text_encoder=read_part(ClapTextModelWithProjection, folder / "text_encoder"),
        tokenizer=_tokenizer(RobertaTokenizer, folder / "tokenizer"),
        unet=read_part(UNet2DConditionModel, folder / "unet"),
        schedule=_config(folder / "scheduler" / "scheduler_config.json"),
    )


def _audioldm2(folder: Path) -> SoundModel:
    return AudioLdm2(
        sound=_mel_sound(folder),
        reader=WordReader(
            clap=read_part(ClapModel, folder / "text_encoder"),
            clap_tokenizer=_tokenizer(RobertaTokenizer, folder / "tokenizer"),
            t5=read_part(T5EncoderModel, folder / "text_encoder_2"),
            t5_tokenizer=_tokenizer(T5Tokenizer, folder / "tokenizer_2"),
            projection=read_part(AudioLDM2ProjectionModel, folder / "projection_model"),
            language=read_part(GPT2Model, folder / "language_model"),
        ),
        unet=read_part(AudioLDM2UNet2DConditionModel, folder / "unet"),
        schedule=_config(folder / "scheduler" / "scheduler_config.json"),
    )


def _stable_audio(folder: Path) -> SoundModel:
    path = folder / "scheduler" / "scheduler_config.json"
    try:
        schedule = ContinuousSchedule.read(_config(path))
    except _UNREADABLE as error:
        raise _unreadable(path, error) from error
    pipeline = cast(Part, StableAudioPipeline)(
        vae=read_part(AutoencoderOobleck, folder / "vae"),
        text_encoder=read_part(T5EncoderModel, folder / "text_encoder"),
        projection_model=read_part(StableAudioProjectionModel, folder / "projection_model"),
        tokenizer=_tokenizer(T5Tokenizer, folder / "tokenizer"),
        transformer=read_part(StableAudioDiTModel, folder / "transformer"),
        scheduler=None,  # its own needs a library that nothing else does
    )
    return StableAudio(pipeline, schedule)


_READERS = {
    "AudioLDMPipeline": _audioldm,
    "AudioLDM2Pipeline": _audioldm2,
    "StableAudioPipeline": _stable_audio,
}


def _mel_sound(folder: Path) -> MelSound:
    vae = read_part(AutoencoderKL, folder / "vae")
    return MelSound(vae, read_part(SpeechT5HifiGan, folder / "vocoder"))


def read_part(kind: Part, folder: Path) -> Part:
    """Return a network of class `kind` from its folder, in float32.

    Raises:
        ModelError: its files are missing, damaged or another network's.
    """
    try:
        with _quietly():
            network, told = kind.from_pretrained(
                folder, local_files_only=True, output_loading_info=True, torch_dtype=torch.float32
            )
    except _UNREADABLE as error:
        raise _unreadable(folder, error) from error
    misfits = {
        "missing": [*told["missing_keys"]],
        "of another shape": [str(one) for one in told["mismatched_keys"]],
        "unexpected": [one for one in told["unexpected_keys"] if not one.endswith(_BUFFERS)],
    }
    said = [f"{len(names)} {how}: {_listed(names)}" for how, names in misfits.items() if names]
    if said:
        raise ModelError(
            f"the weights in {folder} do not fit {kind.__name__}: {'; '.join(said)}",
            advice=f"The folder {folder.name} is another model's, or damaged. Get it again.",
        )
    return network


@contextlib.contextmanager
def _quietly() -> Iterator[None]:
    """Keep to ourselves what the libraries say of their own insides, and no bar on the terminal."""
    bars = cast(Any, transformers_logging)
    had_bars = bars.is_progress_bar_enabled()
    bars.disable_progress_bar()
    try:
        with warnings.catch_warnings():
            # AutoencoderOobleck is built with it; nothing here can change that.
            warnings.filterwarnings("ignore", ".*weight_norm. is deprecated", FutureWarning)
            yield
    finally:
        if had_bars:
            bars.enable_progress_bar()


def _tokenizer(kind: Part, folder: Path) -> Part:
    try:
        return kind.from_pretrained(folder, local_files_only=True)
    except _UNREADABLE as error:
        raise _unreadable(folder, error) from error


def _pipeline_kind(folder: Path) -> str:
    path = folder / "model_index.json"
    kind = str(_config(path).get("_class_name"))
    if kind not in _READERS:
        raise ModelError(
            f"{path} describes a {kind}, not one of {', '.join(_READERS)}",
            advice=f"Soloist separates with {', '.join(_READERS)}. Put one of those into {folder}.",
        )
    return kind


def _config(path: Path) -> dict[str, Any]:
    try:
        config = json.loads(path.read_text(encoding="utf-8"))
        return dict(config.items())
    except _UNREADABLE as error:
        raise _unreadable(path, error) from error


def _unreadable(path: Path, error: Exception) -> ModelError:
    return ModelError(
        f"can't read {path}: {error!r}",
        advice=f"{path.name} is missing, damaged or of another kind in {path.parent}. Get the "
        "model again, and put all of it there.",
    )


def _listed(names: list[str]) -> str:
    more = f" and {len(names) - _N_NAMED} more" if len(names) > _N_NAMED else ""
    return ", ".join(sorted(names)[:_N_NAMED]) + more
