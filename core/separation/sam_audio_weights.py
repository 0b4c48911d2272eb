"""Brings an official SAM Audio checkpoint into our networks, only the parts that are wanted.

Names and shapes of the whole file are compared before anything is loaded. Its tensors stay on the
disk, mapped into memory, until a part takes its own. The Perception Encoder (`vision_encoder.`) may
be missing, as in the smaller files that other programs write: then regions are refused. Everything
else must be there.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from functools import lru_cache
from typing import TypeVar

import torch
from accelerate import cpu_offload, init_empty_weights
from torch import Tensor, nn

from core.errors import ModelError
from core.nn.sam_audio.checkpoint import Part, official_shapes, part_of
from core.nn.sam_audio.codec import Codec
from core.nn.sam_audio.config import SamAudioConfig
from core.nn.sam_audio.network import SamAudioFlow
from core.nn.sam_audio.shown_sizes import with_shown_sizes
from core.nn.sam_audio.vision import PictureEncoder
from core.nn.sam_audio.vision_names import from_official
from core.nn.tensor_files import read_tensors, refuse_misfit
from core.separation.kept_last import KeptLast
from core.separation.memory_ladder import Rung
from core.separation.sam_audio_files import SamAudioFiles, read_config

Network = TypeVar("Network", bound=nn.Module)

MAY_BE_MISSING = (Part.PICTURES, Part.UNUSED)


@dataclass(frozen=True, slots=True, eq=False)
class SamAudioCheckpoint:
    """A checkpoint that fits.

    Attributes:
        files: where it lies.
        config: the sizes of its networks.
        tensors: by their official names, on the disk.
    """

    files: SamAudioFiles
    config: SamAudioConfig
    tensors: Mapping[str, Tensor]

    @property
    def has_pictures(self) -> bool:
        return any(part_of(name) is Part.PICTURES for name in self.tensors)

    def part(self, part: Part) -> dict[str, Tensor]:
        """Return the tensors of one part under its own names."""
        return {
            name.removeprefix(part): value
            for name, value in self.tensors.items()
            if part_of(name) is part
        }


@lru_cache(maxsize=1)
def open_checkpoint(files: SamAudioFiles) -> SamAudioCheckpoint:
    """Return the checkpoint of `files`, having compared all its names and shapes.

    Raises:
        ModelError: a file is damaged, holds a program, or another network.
    """
    tensors = read_tensors(files.checkpoint)
    config = with_shown_sizes(read_config(files.config), tensors)
    there = {part_of(name) for name in tensors}
    wanted = {
        name: torch.empty(shape, device="meta")
        for name, shape in official_shapes(config).items()
        if part_of(name) in there or part_of(name) not in MAY_BE_MISSING
    }
    refuse_misfit(files.checkpoint, tensors, wanted, "SAM Audio")
    return SamAudioCheckpoint(files, config, tensors)


@KeptLast
def load_flow(checkpoint: SamAudioCheckpoint, rung: Rung) -> SamAudioFlow:
    """Return the flow as a rung of the ladder wants it; `rung.window_s` does not matter here."""
    with init_empty_weights():
        network = SamAudioFlow(checkpoint.config)
    if not rung.is_offloaded:
        return _filled(network, checkpoint.part(Part.FLOW), rung.device, rung.dtype)
    filled = _filled(network, checkpoint.part(Part.FLOW), torch.device("cpu"), rung.dtype)
    cpu_offload(filled, rung.device)
    return filled


@KeptLast
def load_codec(checkpoint: SamAudioCheckpoint, device: torch.device) -> Codec:
    """Return the codec in float32: its Snakes would lose too much in half of that."""
    with init_empty_weights():
        network = Codec(checkpoint.config.codec)
    return _filled(network, checkpoint.part(Part.CODEC), device, torch.float32)


@KeptLast
def load_pictures(
    checkpoint: SamAudioCheckpoint, device: torch.device, dtype: torch.dtype
) -> PictureEncoder:
    """Return the encoder of pictures.

    Raises:
        ModelError: this checkpoint has none.
    """
    if not checkpoint.has_pictures:
        raise ModelError(
            f"{checkpoint.files.checkpoint} holds no picture encoder",
            advice="This copy of the model was made without the part that looks at pictures. "
            "Remove the region and type words, or install the official one.",
        )
    with init_empty_weights():  # its tables of positions are no weights, and are really made
        network = PictureEncoder(checkpoint.config.vision)
    _filled(network.visual, from_official(checkpoint.part(Part.PICTURES)), device, dtype)
    return network


def forget_networks() -> None:
    """Let go of every loaded part, so that its memory can be used otherwise."""
    load_flow.cache_clear()
    load_codec.cache_clear()
    load_pictures.cache_clear()


def _filled(
    network: Network, tensors: Mapping[str, Tensor], device: torch.device, dtype: torch.dtype
) -> Network:
    moved = {name: value.to(device, dtype) for name, value in tensors.items()}
    network.load_state_dict(moved, assign=True)
    return network.to(device).eval().requires_grad_(False)
