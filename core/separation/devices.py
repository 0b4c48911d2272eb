"""Which device runs an engine: by the one rule that segmenters and detectors follow too."""

from core.nn.devices import pick_device

__all__ = ["pick_device"]
