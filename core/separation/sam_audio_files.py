"""Reads the official layout of a SAM Audio model: a folder with config.json and checkpoint.pt.

Values that change what is computed are taken from config.json or, where this program knows but one
way, compared with it; a value it doesn't know is refused, not guessed. The rest (rankers, names of
other models) is not looked at.
"""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from core.errors import ModelError
from core.nn.sam_audio.config import (
    CodecConfig,
    SamAudioConfig,
    TransformerConfig,
    VisionConfig,
)
from core.store.catalogue import entry
from core.store.presence import folder_of

Section = Mapping[str, Any]

_DIT_NUMBERS = {
    "dim": "dim",
    "n_heads": "n_heads",
    "n_layers": "n_layers",
    "norm_eps": "norm_eps",
    "ffn_exp": "ffn_expansion",
    "multiple_of": "multiple_of",
    "max_positions": "max_positions",
    "frequency_embedding_dim": "frequency_dim",
    "context_dim": "context_dim",
    "out_channels": "out_channels",
}
_DIT_FIXED: Section = {
    "qk_norm": True,
    "fc_bias": False,
    "ffn_dim_multiplier": 1,
    "non_linearity": "swiglu",
    "use_rope": True,
    "timestep_non_linearity": "swiglu",
    "t_block_non_linearity": "silu",
    "t_block_bias": True,
    "context_non_linearity": "swiglu",
    "context_norm": False,
    "in_channels": None,
    "no_cross_attention": False,
}
_DIT_IGNORED = {"dropout", "context_embedder_dropout"}  # only in training
_CODEC_NUMBERS = {
    "encoder_dim": "encoder_dim",
    "encoder_rates": "encoder_rates",
    "latent_dim": "latent_dim",
    "decoder_dim": "decoder_dim",
    "decoder_rates": "decoder_rates",
    "codebook_dim": "codebook_dim",
    "sample_rate": "sample_rate_hz",
}
_CODEC_FIXED: Section = {"mean": 0.0, "std": 1.0}
_CODEC_IGNORED = {"n_codebooks", "codebook_size", "quantizer_dropout"}  # of the quantizer it lacks


@dataclass(frozen=True, slots=True)
class SamAudioFiles:
    """Where one model lies. Hashable, and another value once a file is replaced."""

    folder: Path
    stamps: tuple[tuple[int, int], ...]

    @property
    def config(self) -> Path:
        return self.folder / "config.json"

    @property
    def checkpoint(self) -> Path:
        return self.folder / "checkpoint.pt"


def find_sam_audio(name: str) -> SamAudioFiles:
    """Return where model `name` lies.

    Raises:
        ModelError: a file is missing; the advice says which.
    """
    folder = folder_of(entry(name))
    paths = folder / "config.json", folder / "checkpoint.pt"
    missing = [path.name for path in paths if not path.is_file()]
    if missing:
        raise ModelError(
            f"{' and '.join(missing)} missing in {folder}",
            advice=f"Install “{name}” in the model store, or put {' and '.join(missing)} of "
            f"facebook/{name} into {folder}.",
        )
    stats = (path.stat() for path in paths)
    return SamAudioFiles(folder, tuple((stat.st_size, stat.st_mtime_ns) for stat in stats))


def read_config(path: Path) -> SamAudioConfig:
    """Return what a config.json says of the networks.

    Raises:
        ModelError: it is damaged, or describes networks that this program does not know.
    """
    try:
        told: Section = json.loads(path.read_text(encoding="utf-8"))
        return _config_of(told)
    except (OSError, ValueError, TypeError, AttributeError, LookupError) as error:
        raise ModelError(
            f"{path} describes no SAM Audio that is known: {error!r}",
            advice=f"{path.name} in {path.parent} is damaged, or of a newer SAM Audio than "
            "Soloist knows. Get the official one again, or a newer Soloist.",
        ) from error


def _config_of(told: Section) -> SamAudioConfig:
    dit = _read("transformer", told, _DIT_NUMBERS, _DIT_FIXED, _DIT_IGNORED)
    codec = _read("audio_codec", told, _CODEC_NUMBERS, _CODEC_FIXED, _CODEC_IGNORED)
    vision: Section = told.get("vision_encoder", {})
    name = vision.get("name", "PE-Core-L14-336")
    if name != "PE-Core-L14-336":
        raise ValueError(f"picture encoder {name!r}")
    if not vision.get("normalize_feature", True):
        raise ValueError("picture features that are not normalised")
    config = SamAudioConfig(
        transformer=TransformerConfig(**dit),
        codec=CodecConfig(**codec),
        vision=VisionConfig(out_dim=int(vision.get("dim", 1024))),
        text_dim=int(told.get("text_encoder", {}).get("dim", 768)),
        n_anchors=int(told.get("num_anchors", 3)),
        anchor_dim=int(told.get("anchor_embedding_dim", 128)),
    )
    _refuse_odd_sizes(told, config)
    return config


def _refuse_odd_sizes(told: Section, config: SamAudioConfig) -> None:
    if told.get("in_channels", config.in_channels) != config.in_channels:
        raise ValueError(f"{told['in_channels']} channels in, {config.in_channels} expected")
    if config.transformer.out_channels != 2 * config.codec.codebook_dim:
        raise ValueError("what flows is not two latents of the codec")


def _read(
    name: str, told: Section, numbers: Mapping[str, str], fixed: Section, ignored: set[str]
) -> dict[str, Any]:
    """Return the numbers of a section by our names; what it lacks keeps its default."""
    section: Section = told.get(name, {})
    unknown = section.keys() - numbers.keys() - fixed.keys() - ignored
    if unknown:
        raise ValueError(f"{name} has {', '.join(sorted(unknown))}")
    for key, value in fixed.items():
        if section.get(key, value) != value:
            raise ValueError(f"{name}.{key} is {section[key]!r} instead of {value!r}")
    found = {ours: section[theirs] for theirs, ours in numbers.items() if theirs in section}
    return {key: tuple(one) if isinstance(one, list) else one for key, one in found.items()}
