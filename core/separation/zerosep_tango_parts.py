"""Reads Tango from a folder in its official layout: all of its tensors, or nothing.

pytorch_model_main.bin holds the U-Net (`unet.`) and the text encoder (`text_encoder.`),
pytorch_model_vae.bin the autoencoder under its first names with its HiFi-GAN (`vocoder.`) inside.
pytorch_model_stft.bin is not needed: it holds windows and bands of mel that are computed here.
The words of FLAN-T5 lie in a folder of their own beside it.
"""

from collections.abc import Callable, Mapping
from pathlib import Path
from typing import TypeVar, cast

from accelerate import init_empty_weights
from diffusers import AutoencoderKL, UNet2DConditionModel
from torch import Tensor, nn
from transformers import SpeechT5HifiGan, SpeechT5HifiGanConfig, T5Config, T5EncoderModel

from core.errors import ModelError
from core.nn.compvis_names import compvis_name, compvis_shaped
from core.nn.pretrained import load_words
from core.nn.tensor_files import Tensors, read_tensors, refuse_misfit
from core.separation.zerosep_described import UNREADABLE, read_described, unreadable
from core.separation.zerosep_mel import MelSound
from core.separation.zerosep_model import Part
from core.separation.zerosep_tango import Tango
from core.separation.zerosep_tango_sizes import (
    SCHEDULE,
    UNET,
    UNET_CONFIG,
    VOCODER,
    refuse_another_tango,
    vae_config,
)

MAIN_CONFIG = "main_config.json"
WORDS = "flan-t5-large"
"""The model with the words, as the model store calls it and its folder beside Tango's."""

_UNET, _TEXT, _VOCODER = "unet.", "text_encoder.", "vocoder."
_NARROWING = 2 ** len(VOCODER["upsample_rates"])
"""Times that the vocoder is narrower behind than in front."""

_VOCODER_OURS = ("mean", "scale")
"""The library's vocoder has these for mels that are normalised; Tango's are not."""

Network = TypeVar("Network", bound=nn.Module)


def load_tango(folder: Path) -> Tango:
    """Return the Tango of a folder on the CPU, in float32.

    Raises:
        ModelError: a file is missing, damaged, holds a program, or is of another model.
    """
    main, words = folder / MAIN_CONFIG, folder.parent / WORDS
    told, stft = read_described(main), read_described(folder / "stft_config.json")
    _understood(main, lambda: refuse_another_tango(told, stft))
    sound = _sound(folder)
    unet, text_encoder = _unet(folder / UNET_CONFIG), _text_encoder(words)
    _refuse_strangers(folder, unet, sound.vae, text_encoder)
    _fill_both(folder / "pytorch_model_main.bin", unet, text_encoder)
    n_words = int(text_encoder.config.vocab_size)
    return Tango(
        sound=sound,
        text_encoder=text_encoder,
        tokenizer=load_words(words, "FLAN-T5 large", n_words),
        unet=unet,
        schedule=dict(SCHEDULE),
    )


def _fill_both(path: Path, unet: Part, text_encoder: T5EncoderModel) -> None:
    """Give both networks their weights; `ModelError` where the file at `path` does not fit."""
    wanted = {
        **{_UNET + name: value for name, value in unet.state_dict().items()},
        **{_TEXT + name: value for name, value in text_encoder.state_dict().items()},
    }
    tensors = read_tensors(path)
    refuse_misfit(path, tensors, wanted, "Tango")
    _filled(unet, tensors, lambda name: _UNET + name)
    _filled(text_encoder, tensors, lambda name: _TEXT + name)


def _sound(folder: Path) -> MelSound:
    described, path = folder / "vae_config.json", folder / "pytorch_model_vae.bin"
    told = read_described(described)
    config = _understood(described, lambda: vae_config(told))
    n_levels = len(config["block_out_channels"])
    tensors = read_tensors(path)
    with init_empty_weights():
        vae = _understood(described, lambda: cast(Part, AutoencoderKL)(**config))
        vocoder = SpeechT5HifiGan(SpeechT5HifiGanConfig.from_dict({**VOCODER, **_width(tensors)}))

    def theirs(name: str) -> str:
        return compvis_name(name, n_levels)

    wanted = {
        **{theirs(name): compvis_shaped(name, value) for name, value in vae.state_dict().items()},
        **{_vocoder_name(name): value for name, value in _weights(vocoder).items()},
    }
    refuse_misfit(path, tensors, wanted, "Tango’s autoencoder")
    return MelSound(_filled(vae, tensors, theirs), _filled(vocoder, tensors, _vocoder_name))


def _width(tensors: Tensors) -> dict[str, int]:
    """Return how wide the vocoder is, which its first layer tells; as published where it lacks."""
    first = tensors.get(f"{_VOCODER}conv_pre.weight")
    width = 0 if first is None or first.ndim == 0 else len(first)
    return {"upsample_initial_channel": width if width and width % _NARROWING == 0 else 1024}


def _text_encoder(words: Path) -> T5EncoderModel:
    path = words / "config.json"
    told = read_described(path)

    def made() -> T5EncoderModel:
        if told["model_type"] != "t5":
            raise ValueError(f"a {told['model_type']} instead of a T5")
        with init_empty_weights():
            return T5EncoderModel(T5Config.from_dict(told))

    return _understood(path, made)


def _unet(path: Path) -> Part:
    """Return the U-Net that a file describes, or the published one: official folders lack it."""
    told = read_described(path) if path.is_file() else dict(UNET)

    def made() -> Part:
        with init_empty_weights():
            return cast(Part, UNet2DConditionModel).from_config(told)

    return _understood(path, made)


def _refuse_strangers(folder: Path, unet: Part, vae: Part, text_encoder: T5EncoderModel) -> None:
    """Raise `ModelError` unless the networks can hear each other."""
    pairs = {
        "latent": (unet.config["in_channels"], vae.config["latent_channels"]),
        "text": (unet.config["cross_attention_dim"], text_encoder.config.d_model),
    }
    for what, (heard, told) in pairs.items():
        if heard != told:
            raise ModelError(
                f"the U-Net of {folder} hears a {what} of {heard} numbers, and is told {told}",
                advice=f"The files in {folder} or in {WORDS} beside it are of different models. "
                "Get both again.",
            )


def _weights(vocoder: SpeechT5HifiGan) -> dict[str, Tensor]:
    state = vocoder.state_dict()
    return {name: value for name, value in state.items() if name not in _VOCODER_OURS}


def _vocoder_name(name: str) -> str:
    return _VOCODER + name.replace("upsampler.", "ups.")


def _filled(
    network: Network, tensors: Mapping[str, Tensor], theirs: Callable[[str], str]
) -> Network:
    """Return `network` with the tensors that `theirs` names, in the shapes it has them in."""
    state = network.state_dict()
    filled = {
        name: tensors[theirs(name)].float().reshape(value.shape) if value.is_meta else value
        for name, value in state.items()
    }
    network.load_state_dict(filled, assign=True)
    return network


Made = TypeVar("Made")


def _understood(path: Path, make: Callable[[], Made]) -> Made:
    """Return what `make` makes of a description; `ModelError` where it can't."""
    try:
        return make()
    except (*UNREADABLE, RuntimeError, LookupError, ArithmeticError) as error:
        raise unreadable(path, error) from error
