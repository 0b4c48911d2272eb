"""After training, half is where claiming a pixel begins to pay."""

import pytest
import torch

from core.nn.ddavs.config import tiny_config
from core.nn.ddavs.network import Ddavs
from core.training.ddavs_calibration import calibrate
from core.training.sounding_batch import SoundingBatch


def _batch(n_sounding: int, n_silent: int) -> SoundingBatch:
    """White squares of which all sound, in the first frames."""
    n = n_sounding + n_silent
    masks = torch.zeros(n, 64, 64)
    masks[:n_sounding, 16:48, 16:48] = 1
    frames = masks[:, None].repeat(1, 3, 1, 1)
    return SoundingBatch(frames=frames, waves=torch.zeros(n, 16_000), masks=masks)


class _Cautious(Ddavs):
    """Says `inside` where it is white, and `outside` elsewhere, before its bias."""

    def __init__(self, inside: float, outside: float) -> None:
        super().__init__(tiny_config())
        self.head.bias.data.zero_()
        self._levels = inside, outside

    def forward(self, frames, waves):
        inside, outside = self._levels
        logits = torch.where(frames[:, :1] > 0.5, inside, outside) + self.head.bias
        return super().forward(frames, waves)._replace(logits=logits)


def test_a_cautious_network_is_brought_to_claim_what_it_sees():
    network = _Cautious(inside=-0.7, outside=-4.0)  # 0.33 and 0.02
    batch = _batch(4, 1)

    threshold = calibrate(network, [batch])

    assert 0.02 < threshold < 0.33
    said = network(batch.frames, batch.waves).sounding((64, 64)) > 0.5
    assert (said == (batch.masks > 0.5)).all()


def test_a_bold_network_is_held_back():
    network = _Cautious(inside=3.0, outside=0.3)  # 0.95 and 0.57
    batch = _batch(4, 1)

    assert calibrate(network, [batch]) > 0.57
    said = network(batch.frames, batch.waves).sounding((64, 64)) > 0.5
    assert (said == (batch.masks > 0.5)).all()


def test_what_is_falsely_claimed_counts_against_a_low_threshold():
    class Guessing(_Cautious):
        def forward(self, frames, waves):
            said = super().forward(frames, waves)
            nothing = frames.flatten(1).amax(1) < 0.5
            # Empty pictures are half suspected, things surely seen.
            logits = torch.where(nothing[:, None, None, None], self.head.bias - 0.7, said.logits)
            return said._replace(logits=logits)

    assert calibrate(Guessing(2.0, -4.0), [_batch(2, 6)]) > 0.33


def test_without_scenes_there_is_nothing_to_go_by():
    with pytest.raises(ValueError, match="scenes"):
        calibrate(_Cautious(0, 0), [])
