"""The sizes a `Ddavs` may have: the paper's, the one that ships, a tiny one for tests.

papers/002. What the paper doesn't state (γ, τ, prototypes a class, layers of the query generator,
width of the decoder) is marked "ours" here.
"""

from dataclasses import asdict, dataclass, field
from typing import Any

from core.nn.hearing import HearingConfig

MIT_DEPTHS = {
    "b0": (2, 2, 2, 2),
    "b1": (2, 2, 2, 2),
    "b2": (3, 4, 6, 3),
    "b3": (3, 4, 18, 3),
    "b4": (3, 8, 27, 3),
    "b5": (3, 6, 40, 3),
}
"""Transformer layers of each stage (Xie and others, 2021, table 6)."""


@dataclass(frozen=True, slots=True)
class TrunkConfig:
    """Residual convolutions of a `SeeingNetwork` in place of MiT's patch embeddings."""

    stem_width: int = 24
    n_blocks: tuple[int, ...] = (1, 2, 2, 1)
    has_mask: bool = True
    """The network it was taken from saw a mask beside RGB; here all of the picture is meant."""


@dataclass(frozen=True, slots=True)
class VisualConfig:
    """A Mix Transformer; each stage halves the picture after the first."""

    widths: tuple[int, ...] = (32, 64, 160, 256)
    depths: tuple[int, ...] = (2, 2, 2, 2)
    n_heads: tuple[int, ...] = (1, 2, 5, 8)
    reductions: tuple[int, ...] = (8, 4, 2, 1)
    """By how much keys and values are thinned in each direction."""
    first_stride: int = 4
    """DDESeg, on which the paper builds, has 2."""
    drop_path: float = 0.1
    trunk: TrunkConfig | None = None


@dataclass(frozen=True, slots=True)
class HtsatConfig:
    """HTSAT as the audio tower of CLAP has it, with the front end of its public weights."""

    width: int = 96
    depths: tuple[int, ...] = (2, 2, 6, 2)
    n_heads: tuple[int, ...] = (4, 8, 16, 32)
    spectrum_size: int = 256
    window: int = 8
    n_bands: int = 64
    sample_rate_hz: int = 48_000
    window_samples: int = 1024
    hop_samples: int = 480
    highest_hz: float = 14_000.0


@dataclass(frozen=True, slots=True)
class DdavsConfig:
    """What the shape of a `Ddavs` depends on."""

    visual: VisualConfig = field(default_factory=VisualConfig)
    audio: HtsatConfig | HearingConfig = field(default_factory=HearingConfig)
    injected: tuple[int, ...] = (3, 4)
    """Stages, from 1, before whose blocks sound and picture are aligned (table 4)."""
    n_queries: int = 5
    has_queries: bool = True
    """AQM; without it the mean of the sound's tokens stands in (baseline of table 3)."""
    has_alignment: bool = True
    """AVAM; without it the mean query is added to the visual tokens (baseline of table 3)."""
    has_silence: bool = False
    """Ours: one more key that a pixel may attend to instead of any sound."""
    n_query_layers: int = 2  # ours
    n_query_heads: int = 12  # ours
    dropout: float = 0.1
    n_prototypes: int = 0
    """Of the memory bank, in all; 0 for no bank."""
    gamma: float = 1.0  # ours; equation 4
    decoder_width: int = 768  # DDESeg's
    n_classes: int = 1
    """1 for a binary mask; else classes of pixels, of which 0 is silence."""
    n_words: int = 0
    """Ours: classes by which the source of each query is named; 0 for none."""
    has_sharing: bool = True
    """Ours: share the mask out among the queries, so that two sources give two masks."""
    is_audio_frozen: bool = True

    def __post_init__(self) -> None:
        if not set(self.injected) <= {1, 2, 3, 4}:
            raise ValueError(f"stages are 1 to 4, not {self.injected}")


def mit(size: str, first_stride: int = 4, drop_path: float = 0.1) -> VisualConfig:
    """Return the Mix Transformer "b0" to "b5"."""
    widths = (32, 64, 160, 256) if size == "b0" else (64, 128, 320, 512)
    return VisualConfig(widths, MIT_DEPTHS[size], first_stride=first_stride, drop_path=drop_path)


def paper_config(n_classes: int = 1, n_prototypes: int = 71 * 5) -> DdavsConfig:
    """Return MiT-B5 and HTSAT, aligned before stages 3 and 4, five queries (section 4.1).

    Five prototypes for each of AVSS's 71 classes are DDESeg's; the paper follows its bank.
    """
    return DdavsConfig(
        visual=mit("b5", first_stride=2),
        audio=HtsatConfig(),
        n_prototypes=n_prototypes,
        n_classes=n_classes,
        has_sharing=False,
    )


def small_config(n_words: int = 0, n_prototypes: int = 0) -> DdavsConfig:
    """Return the one that ships: of the size of MiT-B0, on what is already seen and heard."""
    return DdavsConfig(
        visual=VisualConfig(
            widths=(40, 80, 160, 256), depths=(0, 0, 2, 2), trunk=TrunkConfig(), drop_path=0.05
        ),
        audio=HearingConfig(),
        has_silence=True,
        n_query_heads=4,
        dropout=0.05,
        n_prototypes=n_prototypes,
        decoder_width=128,
        n_words=n_words,
    )


def tiny_config(n_words: int = 0, n_prototypes: int = 0, n_classes: int = 1) -> DdavsConfig:
    """Return the smallest that has every part."""
    return DdavsConfig(
        visual=VisualConfig(
            widths=(8, 8, 16, 16), depths=(1, 1, 1, 1), n_heads=(1, 1, 2, 2), drop_path=0.0
        ),
        audio=HearingConfig(channels=(4, 4, 8, 8, 8), prompt_dim=16),
        n_query_layers=1,
        n_query_heads=2,
        dropout=0.0,
        n_prototypes=n_prototypes,
        decoder_width=16,
        n_classes=n_classes,
        n_words=n_words,
    )


def config_from(held: dict[str, Any]) -> DdavsConfig:
    """Return the configuration that `dataclasses.asdict` made plain, also after a way as JSON.

    Raises:
        KeyError: something is missing.
        TypeError: something else is in it.
        ValueError: its numbers don't go together.
    """
    values = {name: _tuples(value) for name, value in held.items()}
    visual, audio = dict(values["visual"]), dict(values["audio"])
    if visual["trunk"] is not None:
        visual["trunk"] = TrunkConfig(**visual["trunk"])
    audio_type = HearingConfig if "prompt_dim" in audio else HtsatConfig
    return DdavsConfig(**{**values, "visual": VisualConfig(**visual), "audio": audio_type(**audio)})


def plain(config: DdavsConfig) -> dict[str, Any]:
    """Return the configuration as JSON can hold it."""
    return asdict(config)


def _tuples(value: Any) -> Any:
    if isinstance(value, dict):
        return {name: _tuples(one) for name, one in value.items()}
    return tuple(value) if isinstance(value, list) else value
