"""The networks of DAVIS and DAVIS-Flow under the names their official checkpoints use.

papers/000 section 3.3. A `unet_*.pth` fits `DavisUNet`; a `frame_*.pth` holds a frozen image
encoder under `model.` and the `temporal_transformer.` of `core.nn.temporal_transformer`.
"""

from torch import Tensor, nn

from core.nn.time_embedding import clock_layers
from core.nn.unet import SeparationUNet, UNetConfig

N_PARAMETERS = 36_632_035
"""Of the official configuration. The paper's table 8 says 35.04 M; the published code has this."""


class DavisUNet(nn.Module):
    """The Separation U-Net, and a second time embedding that checkpoints hold and nobody uses."""

    def __init__(self, config: UNetConfig | None = None) -> None:
        super().__init__()
        config = config or UNetConfig()
        self.net_unet = SeparationUNet(config)
        self.time_mlp = clock_layers(config.width, config.clock_dim)

    def forward(self, noisy: Tensor, time: Tensor, mixture: Tensor, visual: Tensor) -> Tensor:
        """Return the velocity (or the noise) at `noisy` (B, 1, F, T): see `SeparationUNet`."""
        out: Tensor = self.net_unet(noisy, time, mixture, visual)
        return out
