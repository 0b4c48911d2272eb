"""From a network that knows a direction to a spectrogram: flow matching and diffusion."""
