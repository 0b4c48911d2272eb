"""Which parts an official `checkpoint.pt` of SAM Audio holds, by name and shape.

The words' encoder, the rankers and the span predictor are not in it; the half of the Perception
Encoder that reads words is, and nobody uses it.
"""

from collections.abc import Mapping
from enum import StrEnum

from accelerate import init_empty_weights
from torch import nn

from core.nn.sam_audio.codec import Codec
from core.nn.sam_audio.config import SamAudioConfig
from core.nn.sam_audio.network import SamAudioFlow
from core.nn.sam_audio.vision_names import Shapes, picture_half, text_half


class Part(StrEnum):
    """The parts; the value is what their names begin with."""

    FLOW = ""
    CODEC = "audio_codec."
    PICTURES = "vision_encoder.model.visual."
    UNUSED = "vision_encoder.model."


def part_of(name: str) -> Part:
    """Return which part a tensor belongs to."""
    longest_first = sorted(Part, key=lambda part: -len(part.value))
    return next(part for part in longest_first if name.startswith(part.value))


def official_shapes(config: SamAudioConfig) -> Mapping[str, tuple[int, ...]]:
    """Return the shape of each tensor of a whole checkpoint, by name. Nothing is allocated."""
    with init_empty_weights():
        flow, codec = SamAudioFlow(config), Codec(config.codec)
    shapes = {
        Part.FLOW: _shapes(flow),
        Part.CODEC: _shapes(codec),
        Part.PICTURES: picture_half(config.vision),
        Part.UNUSED: text_half(config.vision),
    }
    return {part + name: shape for part, some in shapes.items() for name, shape in some.items()}


def _shapes(network: nn.Module) -> Shapes:
    return {name: tuple(value.shape) for name, value in network.state_dict().items()}
