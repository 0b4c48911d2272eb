"""What is heard, as gains: every way of listening is a sum of the mix and the targets.

    mix        1 · mix
    target     g · target
    residual   h · (mix - target)
    mixer      Σ stem gain · stem  +  the rest, which is mix - Σ stems

The rest sounds unless a stem is soloed. With every stem at unity the gains of all stems cancel
exactly, so that the mixer gives the mix back to the last bit. `g` and `h` match the loudness of the
mix (see `loudness`). Where a target has no samples it is silence: a preview of a few seconds is
silent around them, and its residual is the mix there.
"""

from collections.abc import Mapping
from dataclasses import dataclass

from core.domain.audio import AudioSource
from core.domain.listening import Listen


@dataclass(frozen=True, slots=True, eq=False)
class Voice:
    """A sound that is read ahead; its identity is its key."""

    source: AudioSource


@dataclass(frozen=True, slots=True)
class StemVoice:
    """A stem in the mixer, with its linear gain."""

    voice: Voice
    gain: float = 1.0
    is_muted: bool = False
    is_soloed: bool = False


@dataclass(frozen=True, slots=True)
class MatchedGains:
    """The linear gains that make target and residual as loud as the mix."""

    target: float = 1.0
    residual: float = 1.0


@dataclass(frozen=True, slots=True)
class Desk:
    """All that decides what is heard."""

    mix: Voice | None = None
    target: Voice | None = None
    stems: tuple[StemVoice, ...] = ()
    listen: Listen = Listen.MIX
    matched: MatchedGains | None = None
    """None while it is not measured yet, which asks for it."""
    volume: float = 1.0

    @property
    def voices(self) -> tuple[Voice, ...]:
        """Every sound that may be heard without notice, each once."""
        named = [self.mix, self.target, *(stem.voice for stem in self.stems)]
        return tuple(dict.fromkeys(voice for voice in named if voice is not None))

    @property
    def available(self) -> frozenset[Listen]:
        """The ways of listening that have something to play."""
        if self.mix is None:
            return frozenset({Listen.MIX})
        kinds = {Listen.MIX}
        if self.target is not None:
            kinds |= {Listen.TARGET, Listen.RESIDUAL}
        if self.stems:
            kinds.add(Listen.MIXER)
        return frozenset(kinds)

    def gains(self) -> Mapping[Voice, float]:
        """Return the linear gain of each voice that is heard; the others are silent."""
        if self.mix is None:
            return {}
        gains = _GAINS[self.listen](self, self.mix) if self.listen in self.available else {}
        return {voice: gain * self.volume for voice, gain in gains.items()}


def _mix_gains(_desk: Desk, mix: Voice) -> dict[Voice, float]:
    return {mix: 1.0}


def _target_gains(desk: Desk, _mix: Voice) -> dict[Voice, float]:
    gain = desk.matched.target if desk.matched is not None else 1.0
    return {desk.target: gain} if desk.target is not None else {}


def _residual_gains(desk: Desk, mix: Voice) -> dict[Voice, float]:
    gain = desk.matched.residual if desk.matched is not None else 1.0
    return {mix: gain, desk.target: -gain} if desk.target is not None else {}


def _mixer_gains(desk: Desk, mix: Voice) -> dict[Voice, float]:
    is_solo = any(stem.is_soloed for stem in desk.stems)
    rest = 0.0 if is_solo else 1.0
    gains = {mix: rest}
    for stem in desk.stems:
        is_heard = stem.is_soloed if is_solo else not stem.is_muted
        gain = stem.gain if is_heard else 0.0
        gains[stem.voice] = gains.get(stem.voice, 0.0) + gain - rest
    return gains


_GAINS = {
    Listen.MIX: _mix_gains,
    Listen.TARGET: _target_gains,
    Listen.RESIDUAL: _residual_gains,
    Listen.MIXER: _mixer_gains,
}
