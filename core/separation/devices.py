"""Which device runs an engine: by the one rule that segmenters and detectors follow too."""

from core.nn.devices import devices_there, pick_device

__all__ = ["devices_there", "pick_device"]
