"""Keeps what may be heard and how: the mix, the target, the stems, and their matched levels."""

from collections.abc import Callable
from dataclasses import dataclass, replace

from app.playback.mixing import Desk, MatchedGains, StemVoice, Voice
from core.domain.audio import AudioSource
from core.domain.listening import Listen
from core.units import db_to_gain

VOLUME_OFF_DB = -60.0


@dataclass(frozen=True, slots=True, eq=False)
class MixerStem:
    """A stem as the mixer plays it: its target on disk, and where its strip stands."""

    target: AudioSource
    gain_db: float = 0.0
    is_muted: bool = False
    is_soloed: bool = False


class ListeningDesk:
    """Turns every wish into one immutable `Desk`, and hands it to `on_desk`.

    Each source keeps one `Voice` as long as it is on the desk, so that what was read ahead of it
    and what was measured stays good.
    """

    def __init__(self, on_desk: Callable[[Desk], None]) -> None:
        self._on_desk = on_desk
        self._measured: dict[Voice, MatchedGains] = {}
        self._is_matching = True
        self.desk = Desk()

    def set_mix(self, mix: AudioSource | None) -> None:
        """Start over with another mix; volume and, where possible, the way of listening stay."""
        voice = Voice(mix) if mix is not None else None
        self._set(Desk(mix=voice, listen=self.desk.listen, volume=self.desk.volume))

    def set_target(self, target: AudioSource | None) -> None:
        voice = self._voice_of(target) if target is not None else None
        self._set(replace(self.desk, target=voice))

    def set_stems(self, stems: tuple[MixerStem, ...]) -> None:
        self._set(replace(self.desk, stems=tuple(self._stem_voice(stem) for stem in stems)))

    def set_listen(self, listen: Listen) -> None:
        """Ignored where there is nothing to be heard that way."""
        if listen in self.desk.available:
            self._set(replace(self.desk, listen=listen))

    def set_volume(self, gain_db: float) -> None:
        """`VOLUME_OFF_DB` and below is silence."""
        volume = db_to_gain(gain_db) if gain_db > VOLUME_OFF_DB else 0.0
        self._set(replace(self.desk, volume=volume))

    def set_level_matching(self, is_matching: bool) -> None:
        self._is_matching = is_matching
        self._set(self.desk)

    def set_measured(self, voice: Voice, gains: MatchedGains) -> None:
        """Take in what was measured, unless its target has left the desk meanwhile."""
        if voice in self.desk.voices:
            self._measured[voice] = gains
            self._set(self.desk)

    def _set(self, desk: Desk) -> None:
        if desk.listen not in desk.available:
            desk = replace(desk, listen=Listen.MIX)
        known = [voice for voice in desk.voices if voice in self._measured]
        self._measured = {voice: self._measured[voice] for voice in known}
        measured = self._measured.get(desk.target) if desk.target is not None else None
        desk = replace(desk, matched=measured if self._is_matching else MatchedGains())
        if desk != self.desk:
            self.desk = desk
            self._on_desk(desk)

    def _stem_voice(self, stem: MixerStem) -> StemVoice:
        voice = self._voice_of(stem.target)
        return StemVoice(voice, db_to_gain(stem.gain_db), stem.is_muted, stem.is_soloed)

    def _voice_of(self, source: AudioSource) -> Voice:
        """Return the voice of `source`, the same one for the same source."""
        mix = self.desk.mix
        if mix is None:
            raise ValueError("there is no mix that a target could belong to")
        here = mix.source.sample_rate_hz, mix.source.n_channels
        there = source.sample_rate_hz, source.n_channels
        if here != there:
            raise ValueError(f"the mix has {here}, the target {there} (rate in Hz, channels)")
        known = (voice for voice in self.desk.voices if voice.source is source)
        return next(known, None) or Voice(source)
