"""`main.py engines`: which engines there are, what they understand, what they need."""

from core.domain.engines import EngineInfo
from core.separation import registry


def engines() -> None:
    """List the engines, the default first, with the prompts and settings they understand."""
    print("\n\n".join(_described(engine) for engine in registry.engines()))


def _described(engine: EngineInfo) -> str:
    band = "the whole band"
    if engine.band_hz is not None:
        band = f"{engine.band_hz[0]:g} to {engine.band_hz[1]:g} Hz"
    lines = [
        f"{engine.name}: {engine.summary}",
        f"  understands: {', '.join(sorted(kind.value for kind in engine.understands))}",
        f"  models:      {band}",
        f"  licence:     {engine.licence}",
    ]
    lines += [f"  needs:       {name}: {why}" for name, why in engine.needs.items()]
    for setting in engine.settings:
        lines.append(f"  --set {setting.name}={setting.default}  {setting.help}")
    return "\n".join(lines)
