import types

import numpy as np
import pytest
import torch

from core.errors import ModelError
from core.nn.log_mel import LogMel
from core.separation.zerosep_mel import MelSound
from core.separation.zerosep_model import at_peak
from tests.helpers.sounds import tone


class _Vae:
    """Cells are means over 4 by 4 of the mel picture, and back."""

    def __init__(self):
        self.config = {"block_out_channels": (1, 1, 1), "scaling_factor": 0.5}
        self.seen = None

    def encode(self, picture):
        self.seen = picture
        cells = torch.nn.functional.avg_pool2d(picture, 4)
        return types.SimpleNamespace(latent_dist=types.SimpleNamespace(mode=lambda: cells))

    def decode(self, cells):
        picture = cells.repeat_interleave(4, 2).repeat_interleave(4, 3)
        return types.SimpleNamespace(sample=picture)


class _Vocoder:
    """A frame becomes 160 samples of its mean."""

    def __init__(self, n_bands=64):
        self.config = types.SimpleNamespace(
            upsample_rates=[5, 4, 2, 2, 2], sampling_rate=16_000, model_in_dim=n_bands
        )

    def __call__(self, picture):
        return picture.mean(-1).repeat_interleave(160, -1)


def _sound():
    return MelSound(_Vae(), _Vocoder())


@pytest.mark.parametrize("n_samples", [1, 160, 20_500, 41_001])
def test_the_answer_is_as_long_as_what_was_asked_for(n_samples):
    sound = _sound()

    latent = sound.encode(torch.rand(1, n_samples))

    assert sound.decode(latent, n_samples).shape == (1, n_samples)
    # No more than it takes to fill the last cell: nothing 2.4 % longer.
    assert latent.shape[2] == -(-n_samples // 640)


def test_what_fills_up_the_last_cell_comes_after_the_sound():
    sound, wave = _sound(), torch.from_numpy(tone(440, 0.211))  # 3376 samples, 21.1 frames

    sound.encode(wave)

    alone = LogMel().forward(wave[:, : 21 * 160])[0]
    seen = sound.vae.seen[0, 0]
    assert len(seen) == 24
    torch.testing.assert_close(seen[:15], alone[:15])  # beyond, the mirrored end differs
    assert float(seen[-1].max()) < float(alone.max()) - 1


def test_a_click_stays_where_it_is():
    sound, wave = _sound(), torch.zeros(1, 16_000)
    wave[0, 8_000] = 0.5

    latent = sound.encode(wave)

    assert int(latent[0, 0].mean(-1).argmax()) in (8_000 // 640 - 1, 8_000 // 640)


def test_parts_that_do_not_belong_together_are_refused():
    with pytest.raises(ModelError, match="30 mel bands"):
        MelSound(_Vae(), _Vocoder(30))


def test_the_mel_of_a_tone_is_loudest_in_the_band_that_holds_it():
    mel = LogMel().forward(torch.from_numpy(tone(1_000, 0.5)))[0]

    # Slaney's scale: 15 mel up to 1 kHz, 45.245 mel up to 8 kHz.
    assert int(mel.mean(0).argmax()) in (20, 21)
    assert mel.shape == (50, 64)


def test_a_sound_too_short_to_be_mirrored_is_surrounded_by_silence():
    assert torch.isfinite(LogMel().forward(torch.rand(1, 160))).all()


def test_the_peak_is_set_and_told():
    waves, gain = at_peak(torch.tensor([[0.1, -0.2]]), 0.5)

    np.testing.assert_allclose(waves.numpy(), [[0.25, -0.5]])
    assert gain == pytest.approx(2.5)
    with pytest.raises(ValueError, match="silence"):
        at_peak(torch.zeros(1, 2), 0.5)
