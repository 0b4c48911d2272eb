"""What DAVIS checkpoints were taught with and do not say themselves: rate, window, pictures.

papers/000 appendix C, with the constants of the official scripts. Letters in shapes: T frames of
the transform.
"""

from dataclasses import dataclass

from core.domain.engines import SettingValue

N_PICTURES = 11
"""Frames of video for each window, in both recipes."""

_IMAGENET = ((0.485, 0.456, 0.406), (0.229, 0.224, 0.225))
_CLIP = ((0.48145466, 0.4578275, 0.40821073), (0.26862954, 0.26130258, 0.27577711))


@dataclass(frozen=True, slots=True)
class DavisRecipe:
    """One data set's way of cutting sounds and of showing pictures.

    Attributes:
        name: of the data set.
        sample_rate_hz: of the sound the network hears.
        n_frames: T of a window.
        n_hop: frames from the start of one window to the next one's.
        n_columns: of the picture the network sees; fewer than `n_frames` squeeze time.
        picture_norm: mean and spread of the colours, 0 to 1, that are taken out of frames.
    """

    name: str
    sample_rate_hz: int
    n_frames: int
    n_hop: int
    n_columns: int
    picture_norm: tuple[tuple[float, float, float], tuple[float, float, float]]

    @property
    def n_column_hop(self) -> int:
        """Columns from the start of one window to the next one's."""
        return self.n_hop * self.n_columns // self.n_frames

    @property
    def band_hz(self) -> tuple[float, float]:
        return (0.0, 0.5 * self.sample_rate_hz)

    @property
    def notes(self) -> dict[str, SettingValue]:
        """What is worth remembering beside a result."""
        return {"recipe": self.name, "model_rate_hz": self.sample_rate_hz}


# The official loader gives MUSIC frames ImageNet's norm even where CLIP looks at them.
MUSIC = DavisRecipe("MUSIC", 11_025, 256, 192, 256, _IMAGENET)
AVE = DavisRecipe("AVE", 11_000, 430, 215, 256, _CLIP)
RECIPES = {recipe.name: recipe for recipe in (MUSIC, AVE)}
