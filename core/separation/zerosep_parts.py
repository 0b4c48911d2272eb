"""Reads the parts of a text-to-sound pipeline from a folder, mostly in the layout of `diffusers`.

Part by part and by known classes rather than by what `model_index.json` names: no code of the
folder runs, nothing is fetched, weights are tensors and fill all of a network or nothing.
AudioLDM's own pipeline class, which `diffusers` keeps as deprecated, is not needed that way.
"""

from pathlib import Path
from typing import cast

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
from transformers import (
    ClapModel,
    ClapTextModelWithProjection,
    GPT2Model,
    SpeechT5HifiGan,
    T5EncoderModel,
)

from core.errors import ModelError
from core.nn.pretrained import load_pretrained, load_words
from core.separation.kept_last import KeptLast
from core.separation.zerosep_audioldm import AudioLdm
from core.separation.zerosep_audioldm2 import AudioLdm2, WordReader
from core.separation.zerosep_described import UNREADABLE, read_described, unreadable
from core.separation.zerosep_ladder import ContinuousSchedule
from core.separation.zerosep_mel import MelSound
from core.separation.zerosep_model import Part, SoundModel
from core.separation.zerosep_stable_audio import StableAudio
from core.separation.zerosep_tango_parts import MAIN_CONFIG, load_tango


@KeptLast
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
    text_encoder = _part(ClapTextModelWithProjection, folder / "text_encoder")
    return AudioLdm(
        sound=_mel_sound(folder),
        text_encoder=text_encoder,
        tokenizer=_words(folder / "tokenizer", text_encoder),
        unet=_part(UNet2DConditionModel, folder / "unet"),
        schedule=read_described(folder / "scheduler" / "scheduler_config.json"),
    )


def _audioldm2(folder: Path) -> SoundModel:
    clap = _part(ClapModel, folder / "text_encoder")
    t5 = _part(T5EncoderModel, folder / "text_encoder_2")
    return AudioLdm2(
        sound=_mel_sound(folder),
        reader=WordReader(
            clap=clap,
            clap_tokenizer=_words(folder / "tokenizer", clap),
            t5=t5,
            t5_tokenizer=_words(folder / "tokenizer_2", t5),
            projection=_part(AudioLDM2ProjectionModel, folder / "projection_model"),
            language=_part(GPT2Model, folder / "language_model"),
        ),
        unet=_part(AudioLDM2UNet2DConditionModel, folder / "unet"),
        schedule=read_described(folder / "scheduler" / "scheduler_config.json"),
    )


def _stable_audio(folder: Path) -> SoundModel:
    path = folder / "scheduler" / "scheduler_config.json"
    try:
        schedule = ContinuousSchedule.read(read_described(path))
    except UNREADABLE as error:
        raise unreadable(path, error) from error
    t5 = _part(T5EncoderModel, folder / "text_encoder")
    pipeline = cast(Part, StableAudioPipeline)(
        vae=_part(AutoencoderOobleck, folder / "vae"),
        text_encoder=t5,
        projection_model=_part(StableAudioProjectionModel, folder / "projection_model"),
        tokenizer=_words(folder / "tokenizer", t5),
        transformer=_part(StableAudioDiTModel, folder / "transformer"),
        scheduler=None,  # its own needs a library that nothing else does
    )
    return StableAudio(pipeline, schedule)


_READERS = {
    "AudioLDMPipeline": _audioldm,
    "AudioLDM2Pipeline": _audioldm2,
    "StableAudioPipeline": _stable_audio,
    "Tango": load_tango,
}


def _mel_sound(folder: Path) -> MelSound:
    vae = _part(AutoencoderKL, folder / "vae")
    return MelSound(vae, _part(SpeechT5HifiGan, folder / "vocoder"))


def _part(kind: Part, folder: Path) -> Part:
    """Return a network of class `kind` from its folder, in float32.

    Raises:
        ModelError: its files are missing, damaged or another network's.
    """
    return load_pretrained(kind, folder, _named(folder), "cpu")


def _words(folder: Path, network: Part) -> Part:
    """Return the tokenizer of a folder, for a network that reads words."""
    config = network.config
    n_words = int(getattr(config, "text_config", config).vocab_size)
    return load_words(folder, _named(folder), n_words)


def _named(folder: Path) -> str:
    return f"“{folder.name}” of {folder.parent.name}"


def _pipeline_kind(folder: Path) -> str:
    if (folder / MAIN_CONFIG).is_file():
        return "Tango"
    path = folder / "model_index.json"
    kind = str(read_described(path).get("_class_name"))
    if kind not in _READERS:
        raise ModelError(
            f"{path} describes a {kind}, not one of {', '.join(_READERS)}",
            advice=f"Soloist separates with {', '.join(_READERS)}. Put one of those into {folder}.",
        )
    return kind
