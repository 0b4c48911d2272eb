"""The bundled engine: words, pictures and spans, by a small network that comes with Soloist.

The network hears the mix in mono at 16 kHz and says, for each moment and pitch, how much of it is
the target. What it says is laid on the mix itself, at its own rate and on all its channels.
"""

from collections.abc import Callable, Mapping, Sequence
from functools import cache, partial

import torch

from core.domain.beliefs import Belief
from core.domain.engines import EngineInfo, SettingValue
from core.domain.masks import Mask, MaskTrack
from core.domain.pictures import Pixels
from core.domain.prompts import RegionPrompt
from core.domain.vocabulary import Vocabulary, read_vocabulary
from core.errors import ModelError, PromptError
from core.nn.mini import MiniNetwork
from core.nn.mini_weights import read_mini
from core.progress import CancelToken, Report
from core.separation import registry
from core.separation.chunking import ChunkPlan, overlap_add
from core.separation.devices import pick_device
from core.separation.mini_cutter import Cutter
from core.separation.mini_found import Meter
from core.separation.mini_heeding import heard_at_all, heeded
from core.separation.mini_info import MINI_INFO, VOCABULARY, WEIGHTS
from core.separation.mini_prompts import Interpreter, Wanted
from core.separation.mini_seen import frames_of
from core.separation.mini_settings import MiniSettings
from core.separation.mini_shares import ShareFinder
from core.separation.protocol import SeparationRequest, TargetSink, refuse_unknown_prompts
from core.separation.pulse import Pulse
from core.separation.seen_words import see
from core.separation.spectral_marks import read_marks

CHUNK_S = 24.4
"""With what is heard around it, just what two windows cover."""

OVERLAP_S = 0.1
CONTEXT_S = 2.0
WINDOW_S = 16.3
"""A preview is heard with as much around it as fills a window."""

BEATS_PER_CHUNK = 2

Seeing = Callable[[Sequence[tuple[Pixels, Mask]]], Belief]
"""Says what is seen where the masks are, in frames of one object."""


@cache
def load_mini(device: str) -> MiniNetwork:
    """Return the network that ships, on `device` and ready to answer, the same one each time.

    Raises:
        ModelError: its file is missing, damaged or of other words than the vocabulary.
    """
    network = read_mini(WEIGHTS, torch.device(device))
    n_words = len(read_vocabulary(VOCABULARY).words)
    if network.config.n_words != n_words:
        raise ModelError(
            f"{WEIGHTS} knows {network.config.n_words} words, the vocabulary {n_words}",
            advice="Install Soloist again: its files are of different versions.",
        )
    return network


def build(device: str) -> "MiniSeparator":
    """Return the engine on "auto", "cpu", "cuda" or "mps".

    Raises:
        ModelError: there is no such device, or what comes with Soloist is missing or damaged.
    """
    picked = pick_device(device)
    seeing = partial(see, device=picked)
    return MiniSeparator(load_mini(str(picked)), read_vocabulary(VOCABULARY), seeing, picked)


class MiniSeparator:
    """See the module for how it works, `MINI_INFO` for its settings."""

    def __init__(
        self,
        network: MiniNetwork,
        vocabulary: Vocabulary,
        seeing: Seeing | None,
        device: torch.device,
        *,
        may_be_unprompted: bool = False,
    ) -> None:
        """Keep the parts.

        Args:
            network: on `device`, in evaluation mode.
            vocabulary: its words, in its order.
            seeing: names what a region shows; None where regions can't be used.
            device: where the work is done.
            may_be_unprompted: separate even if nothing is asked; for measuring what prompts do.
        """
        self._network = network
        self._vocabulary = vocabulary
        self._seeing = seeing
        self._device = device
        self._may_be_unprompted = may_be_unprompted

    @property
    def info(self) -> EngineInfo:
        return MINI_INFO

    def separate(
        self,
        request: SeparationRequest,
        sink: TargetSink,
        *,
        report: Report,
        cancel: CancelToken,
    ) -> Mapping[str, SettingValue]:
        self._refuse_useless(request)
        settings = MiniSettings.read(request.settings)
        is_searched = settings.unmarked == "searched"
        marks = read_marks(request.mix, request.prompts, is_unmarked_searched=is_searched)
        pulse = Pulse(report, cancel)
        with torch.inference_mode():
            wanted = self._wanted(request, pulse)
            finder = ShareFinder(self._network, wanted.weights, settings, beat=pulse.beat)
            cutter = Meter(Cutter(request, finder, marks.audible, self._device))
            self._cut(request, cutter, sink, pulse)
        said = (*wanted.advice, *cutter.advice(request.prompts))
        advice = {"advice": " ".join(said)} if said else {}
        return {"device": str(self._device), **wanted.notes, **advice}

    def _wanted(self, request: SeparationRequest, pulse: Pulse) -> Wanted:
        """Return what words and pictures ask for."""
        prompts = request.prompts
        beliefs = []
        if prompts.regions:
            pulse.enter("Looking", len(prompts.regions), 1)
            beliefs = [self._belief(request, region, pulse) for region in prompts.regions]
            if not prompts.texts:
                beliefs = self._heeded(beliefs, request, pulse)
            pulse.stand_at(len(prompts.regions), len(prompts.regions))
        interpreter = Interpreter(self._vocabulary, registry.engines())
        return interpreter.wanted(prompts.texts, beliefs, has_spans=bool(prompts.spans))

    def _belief(self, request: SeparationRequest, region: RegionPrompt, pulse: Pulse) -> Belief:
        track = request.tracks.get(region)
        if request.picture is None or track is None or self._seeing is None:
            raise ValueError("a region that can't be looked at should have been refused")
        shown = frames_of(request.picture, region, track, pulse.check)
        pulse.beat()
        return self._seeing(shown) if shown else Belief(())

    def _heeded(
        self, beliefs: Sequence[Belief], request: SeparationRequest, pulse: Pulse
    ) -> list[Belief]:
        """Return what is believed to be seen, weighed by what is heard where it was marked."""
        spans = [one.span for one in request.prompts.spans if one.is_positive]
        heard = heard_at_all(self._network, request.mix, spans, pulse.check)
        return [heeded(belief, heard, self._vocabulary) for belief in beliefs]

    def _cut(
        self, request: SeparationRequest, cutter: Meter, sink: TargetSink, pulse: Pulse
    ) -> None:
        rate_hz = request.mix.sample_rate_hz
        start, stop = request.span_samples
        context_s = max(CONTEXT_S, 0.5 * (WINDOW_S - (stop - start) / rate_hz))
        n_chunk, n_overlap, n_context = (
            round(length_s * rate_hz) for length_s in (CHUNK_S, OVERLAP_S, context_s)
        )
        pulse.enter("Separating", stop - start, n_chunk / BEATS_PER_CHUNK)
        plan = ChunkPlan(n_chunk, n_overlap, n_context)
        overlap_add(request.mix, (start, stop), plan, cutter, sink, pulse)

    def _refuse_useless(self, request: SeparationRequest) -> None:
        """Raise `PromptError` where the prompts are none, unknown, or lack what they need."""
        prompts = request.prompts
        refuse_unknown_prompts(MINI_INFO, prompts)
        if prompts.is_empty and not self._may_be_unprompted:
            raise PromptError(
                "there is no prompt",
                advice="Type a word for the sound, click the thing that makes it, "
                "or drag a span over the moments it sounds.",
            )
        if request.mix.n_samples == 0:
            raise PromptError("the mix is empty", advice="Choose a clip or a track that has sound.")
        if prompts.regions:
            self._refuse_unseen(request)

    def _refuse_unseen(self, request: SeparationRequest) -> None:
        if request.picture is None:
            raise PromptError(
                "a region was given, but no picture",
                advice="This sound has no picture. Remove the region, and type a word instead.",
            )
        if self._seeing is None:
            raise PromptError(
                "a region was given, but there is no picture network",
                advice="Nothing here can look at the picture. Type a word for the sound instead.",
            )
        tracks: list[MaskTrack | None] = [
            request.tracks.get(region) for region in request.prompts.regions
        ]
        if any(track is None or not len(track) for track in tracks):
            raise PromptError(
                "a region has no mask track yet",
                advice="Wait until the object has been found and tracked, then separate again.",
            )
