"""An engine for the made recordings that understands words, pictures and spans, and notes them."""

from collections.abc import Mapping
from dataclasses import dataclass, field

import numpy as np

from core.domain.engines import EngineInfo, EngineSetting, SettingValue
from core.domain.prompts import PromptKind
from core.errors import PromptError
from core.progress import CancelToken, Report
from core.separation import registry
from core.separation.protocol import SeparationRequest, TargetSink

BANDS_HZ = {"horn": (0, 1_000), "beep": (1_200, 2_000), "hiss": (0, 4_000)}
COLOURS = {"horn": (250, 0, 0), "beep": (0, 250, 0)}

KEEN_INFO = EngineInfo(
    name="keen",
    title="Keen",
    summary="Knows the made recordings.",
    understands=frozenset({PromptKind.TEXT, PromptKind.REGION, PromptKind.SPAN}),
    sample_rate_hz=None,
    band_hz=None,
    licence="MIT",
    settings=(
        EngineSetting("leak", 0.0, "How much of the rest is let through.", 0.0, 1.0),
        EngineSetting("is_deaf", False, "Hears nothing of it."),
        EngineSetting("ear", "left", "Which one.", choices=("left", "right")),
    ),
)


@dataclass
class KeenSeparator:
    """Lets through the band of what is named or shown, during the spans."""

    info: EngineInfo = KEEN_INFO
    asked: list[SeparationRequest] = field(default_factory=list)

    def separate(
        self, request: SeparationRequest, sink: TargetSink, *, report: Report, cancel: CancelToken
    ) -> Mapping[str, SettingValue]:
        self.asked.append(request)
        if request.prompts.is_empty:
            raise PromptError("there is no prompt", advice="Say something.")
        mix = request.mix.read(0, request.mix.n_samples)
        found = self._in_band(mix, request)
        if request.prompts.positive_spans:
            kept = np.zeros_like(found)
            for span in request.prompts.positive_spans:
                place = span.to_samples(request.mix.sample_rate_hz)
                kept[:, place] = found[:, place]
            found = kept
        leak = float(request.settings.get("leak", 0.0))
        found = found + leak * (mix - found)
        sink.write(0 * found if request.settings.get("is_deaf") else found)
        return {}

    def _in_band(self, mix, request):
        names = [prompt.text for prompt in request.prompts.texts]
        if request.picture is not None:
            colour = request.picture.frame_at(0).pixels.mean(axis=(0, 1))
            names.append(min(COLOURS, key=lambda name: np.abs(colour - COLOURS[name]).sum()))
        if not names:
            return mix.copy()
        low_hz, high_hz = BANDS_HZ[names[0]]
        spectrum = np.fft.rfft(mix)
        hz = np.fft.rfftfreq(mix.shape[1], 1 / request.mix.sample_rate_hz)
        # Tones stand out of what hisses.
        level = np.abs(spectrum)
        is_tone = level > 8 * np.median(level)
        wanted = is_tone & (hz >= low_hz) & (hz < high_hz) if names[0] != "hiss" else ~is_tone
        spectrum[~wanted] = 0
        return np.fft.irfft(spectrum, mix.shape[1]).astype(np.float32)


def register(monkeypatch) -> KeenSeparator:
    """Put one keen engine into the registry beside the others, and return it."""
    keen = KeenSeparator()
    built = registry.build
    infos = registry.info
    monkeypatch.setattr(
        registry, "build", lambda name, device: keen if name == "keen" else built(name, device)
    )
    monkeypatch.setattr(registry, "info", lambda name: KEEN_INFO if name == "keen" else infos(name))
    return keen
