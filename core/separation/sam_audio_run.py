"""One request on its way through SAM Audio: what is loaded, in which order, and what is said of it.

Words are read first and T5 is let go of; pictures and spans are looked at stretch by stretch. Parts
that a request has no use for are never loaded. Letters in shapes: N samples, T latent frames, L
channels of one latent, K words.
"""

from dataclasses import dataclass, field

import torch
from torch import Tensor

from core.domain.engines import SettingValue
from core.nn.sam_audio.codec_watermark import drawn_message
from core.progress import CancelToken, ignore
from core.separation.davis_prompts import tracks_of
from core.separation.memory_ladder import MemoryLadder, Rung, free_bytes
from core.separation.protocol import SeparationRequest
from core.separation.pulse import Pulse
from core.separation.ranking import Candidate, Question, best_of, best_ranker
from core.separation.sam_audio_memory import MemoryNeed, memory_need
from core.separation.sam_audio_prompts import Marks, anchors_of, phrase
from core.separation.sam_audio_seen import SeenRegions
from core.separation.sam_audio_settings import SamAudioSettings
from core.separation.sam_audio_sound import FrameGrid, MixReader
from core.separation.sam_audio_spans import SpanPredictor
from core.separation.sam_audio_spans import build as build_predictor
from core.separation.sam_audio_stream import Pair, SoundStream, decoded, decoder
from core.separation.sam_audio_stretches import WINDOWS_IN_STRETCH, Known, Stretch, StretchWalk
from core.separation.sam_audio_weights import (
    SamAudioCheckpoint,
    forget_networks,
    load_codec,
    load_pictures,
)
from core.separation.sam_audio_words import T5, read_words
from core.store import installed


@dataclass(slots=True, eq=False)
class SamAudioRun:
    """Call `begin`, `cover`, then `read` forward, then `end`.

    Attributes:
        checkpoint: compared and open.
        request: checked by `refuse_unusable`.
        settings: checked.
        device: where the work begins.
        pulse: of the job.
        cancel: for what has no pulse.
    """

    checkpoint: SamAudioCheckpoint
    request: SeparationRequest
    settings: SamAudioSettings
    device: torch.device
    pulse: Pulse
    cancel: CancelToken
    notes: dict[str, SettingValue] = field(default_factory=dict)
    _words: Tensor | None = None
    _predictor: SpanPredictor | None = None
    _ladder: MemoryLadder[Rung] = field(init=False)
    _walk: StretchWalk = field(init=False)
    _stream: SoundStream = field(init=False)

    @property
    def grid(self) -> FrameGrid:
        return FrameGrid(self.request.mix, self.checkpoint.config.codec)

    @property
    def quiet_pulse(self) -> Pulse:
        """Ends the work when asked, and says nothing: the run itself speaks for it."""
        pulse = Pulse(ignore, self.cancel)
        pulse.enter("", self.request.span_samples[1] - self.request.span_samples[0], 0.0)
        return pulse

    @property
    def phrase(self) -> str | None:
        return phrase(self.request.prompts.texts)

    def begin(self) -> None:
        """Read the words, and see how much memory there is.

        Raises:
            ModelError: a part that the request needs is not installed.
        """
        self._ladder = MemoryLadder(self.settings.rungs(self.device))
        self._words = self._read_words()
        predicts = self.settings.predict_spans and self.phrase and not self.request.prompts.spans
        if predicts:
            self._predictor = build_predictor(self.device)
        self._look_at_memory()
        self.notes |= {
            "device": str(self.device),
            "steps": self.settings.n_steps,
            "words": self.phrase or "",
            "spans": "predicted" if predicts else "as marked",
        }
        if self.request.prompts.regions:
            self.notes["mask"] = str(self.settings.polarity)

    def cover(self, start: int, stop: int) -> None:
        """Prepare to make what lies between two samples of the mix."""
        codec, rate_hz = self.grid.codec, self.request.mix.sample_rate_hz
        first = start * codec.sample_rate_hz // (rate_hz * codec.hop_samples)
        last = -(-self.grid.model_sample(stop) // codec.hop_samples)
        frames = first, min(max(last, first + 1), self.grid.n_frames)
        gib = self.notes["memory_estimate_gib"]
        self.pulse.enter(f"Separating, with about {gib} GiB of memory", frames[1] - frames[0], 0.0)
        self.pulse.check()
        self._walk = StretchWalk(
            self.checkpoint,
            self.settings,
            self.request.seed,
            self._ladder,
            self.pulse,
            self._learn,
            self._choose,
            codec.frame_rate_hz,
        )
        source = self._walk.over(*frames)
        self._stream = SoundStream(source, frames, codec.hop_samples, self._decode)

    def read(self, start: int, stop: int) -> Pair:
        """Return target and residual (1, N), samples at the model's rate; forward only."""
        return self._stream.read(start, stop)

    def end(self) -> None:
        """Say that all is done, and note how."""
        first, last = self._stream.frames
        self.pulse.stand_at(last - first, last - first)
        self.notes["worked_with"] = str(self._ladder.step)
        if self._ladder.said:
            self.notes["memory"] = "; ".join(self._ladder.said)
        if self._walk.notes:
            self.notes["retried"] = "; ".join(dict.fromkeys(self._walk.notes))

    def _read_words(self) -> Tensor | None:
        """Return (K, E).

        Without words an empty phrase is read, as by the official code; where T5 is not there to
        read it, the flow goes without.
        """
        words = self.phrase
        if words is None and installed(T5) is None:
            self.notes["empty_phrase"] = "left out, T5 is not installed"
            return None
        self.pulse.enter("Reading the words", 1, 1)
        self.pulse.check()
        return read_words(words or "", self.device)

    def _look_at_memory(self) -> None:
        """Estimate what is needed, and begin further down where there is less than that."""
        has_pictures = bool(self.request.prompts.regions)
        while True:
            rung = self._ladder.step
            n_at_once = 1 if rung.device.type == "cpu" else WINDOWS_IN_STRETCH
            need = memory_need(self.checkpoint.config, rung, n_at_once, has_pictures)
            at = self._ladder.at
            if not _has_room(need, rung.device):
                self._ladder.step_down(f"{need.total_gib:.1f} GiB needed, less is free")
            if self._ladder.at == at:
                break
        self.notes["memory_estimate_gib"] = round(need.total_gib, 2)

    def _learn(self, first: int, last: int, rung: Rung) -> Known:
        codec = load_codec(self.checkpoint, rung.device)
        mixture = MixReader(self.grid, codec, self.pulse.check).latents(first, last)
        return Known(mixture, self._words, self._seen(first, last, rung), self._kinds(first, last))

    def _kinds(self, first: int, last: int) -> Tensor:
        words = self.phrase
        if self._predictor is not None and words is not None:
            return self._predictor.kinds(words, self.grid, first, last, self.pulse.check)
        anchors = anchors_of(self.request.prompts, self.request.mix.start_s)
        return Marks(anchors, self.grid.codec).kinds(first, last)

    def _seen(self, first: int, last: int, rung: Rung) -> Tensor | None:
        picture = self.request.picture
        if picture is None or not self.request.prompts.regions:
            return None
        encoder = load_pictures(self.checkpoint, rung.device, rung.dtype)
        mix, rate_hz = self.request.mix, self.grid.codec.frame_rate_hz
        seen = SeenRegions(
            picture,
            tracks_of(self.request),
            mix.start_s,
            rate_hz,
            self.settings.polarity,
            self.pulse.check,
        )
        return seen.features(first, last, encoder).float()

    def _decode(self, latents: Tensor) -> Pair:
        message = drawn_message(self.request.seed, self.checkpoint.config.codec)

        def work(rung: Rung) -> Pair:
            codec = load_codec(self.checkpoint, rung.device)
            return decoder(codec, message, self.pulse.check)(latents)

        return self._ladder.climb(work)

    def _choose(self, found: list[Stretch], first: int, last: int) -> int:
        hop = self.grid.codec.hop_samples
        pairs = [decoded(one.latents.cpu(), hop, self._decode) for one in found]
        mix = self.grid.sound(first, last)
        n_samples = mix.shape[1]
        candidates = [Candidate(one[:, :n_samples], two[:, :n_samples]) for one, two in pairs]
        ranker = best_ranker(self.phrase, str(self.device))
        question = Question(mix, self.grid.codec.sample_rate_hz, self.phrase)
        scores = ranker.scores(candidates, question, self.cancel)
        self.notes["ranked_by"] = ranker.name
        return best_of(scores)


def _has_room(need: MemoryNeed, device: torch.device) -> bool:
    """Return whether what is needed is free; networks of an earlier request make room for it."""
    free = free_bytes(device)
    if free is None or need.total <= free:
        return True
    forget_networks()
    return need.total <= (free_bytes(device) or 0)
