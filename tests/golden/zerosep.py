"""What we compute for each golden case of ZeroSep, by the pattern of its name."""

from collections.abc import Callable
from typing import Any

import torch
import torchaudio
from torch import Tensor
from torch.nn import functional as nnf

from core.nn.log_mel import LogMel
from core.nn.samplers.inversion import (
    NoiseLadder,
    guided,
    invert_ddim,
    invert_ddpm,
    lower_rungs,
    reverse_ddim,
    reverse_ddpm,
)
from core.nn.samplers.stepping import Network
from core.separation.zerosep_ladder import ddim_ladder
from core.separation.zerosep_model import at_peak
from tests.golden.cases import Case

Ours = dict[str, Any]


def ladder_of(case: Case, n_steps: int) -> NoiseLadder:
    kind = case.config.get("prediction_type", "epsilon")
    return ddim_ladder({**case.config["scheduler"], "prediction_type": kind}, n_steps)


def levels_of(case: Case) -> tuple[float, ...]:
    """Return ᾱ at each of the thousand steps of training."""
    return ddim_ladder({**case.config["scheduler"], "steps_offset": 0}, 1000).kept


def scheduler(case: Case) -> Ours:
    ours: Ours = {"alphas_cumprod": torch.tensor(levels_of(case))}
    ours["final_alpha_cumprod"] = ladder_of(case, 10).end
    for n_steps in case.config["steps"]:
        ladder = ladder_of(case, n_steps)
        falling = [*reversed(range(n_steps))]
        ours[f"timesteps_{n_steps}"] = torch.tensor([int(ladder.times[k]) for k in falling])
        ours[f"alpha_prev_{n_steps}"] = torch.tensor([ladder.below(k) for k in falling])
        ours[f"variance_{n_steps}"] = torch.tensor([ladder.variance(k) for k in falling])
    return ours


def toy(case: Case, words: str) -> Network:
    """The pretend network, listening for the words of a kind: empty, target or source."""
    a, b, u, c = (case.input(name) for name in ("A", "B", "u", f"c_{words}"))
    level = torch.tensor(levels_of(case))
    is_noise = case.config["prediction_type"] == "epsilon"

    def ask(x: Tensor, time: Tensor) -> Tensor:
        bias = (b @ c + u * time / 1000)[:, None, None]
        heard = 0.3 * torch.tanh(torch.einsum("ij,bjhw->bihw", a, x) + bias)
        base = (1 - level[int(time)]).sqrt() * x if is_noise else 0
        return base + heard

    return ask


def networks(case: Case) -> tuple[Network, Network, Network]:
    """Return the networks of the inversion, of the target, and of the reverse to check with."""
    empty, target, source = (toy(case, words) for words in ("empty", "target", "source"))
    inward = guided(empty, source, case.config["source_guidance"])
    if not case.config["source_prompt"]:
        inward = empty
    return inward, guided(empty, target, case.config["target_guidance"]), inward


def ddpm(case: Case) -> Ours:
    config = case.config
    ladder = ladder_of(case, config["steps"])
    clean, n_steps = case.input("x0"), len(ladder)
    drawn = [case.input(f"noise{k + 1}") for k in range(n_steps)]
    draws = iter(drawn)
    inward, target, same = networks(case)

    path = invert_ddpm(inward, clean, ladder, noise=lambda _: next(draws), eta=config["eta"])

    sampled = torch.cat([clean, *(ladder.noisy(clean, drawn[k], k) for k in range(n_steps))])
    path = path.without_last_noise()
    scales = torch.tensor([config["eta"] * ladder.variance(k) ** 0.5 for k in range(n_steps)])
    ours: Ours = {"xts_sampled": sampled, "xts": sampled}
    ours["zs"] = path.added[:, 0] / scales[:, None, None, None]
    ours |= _ddpm_back(case, target, same, path, ladder)
    return ours


def _ddpm_back(case: Case, target: Network, same: Network, path: Any, ladder: NoiseLadder) -> Ours:
    n_start = case.config["tstart"]
    top = path.top
    if n_start < len(ladder):
        top = ladder.noisy(case.input("x0"), case.input(f"noise{n_start}"), n_start - 1)
    part = type(path)(top, path.added[:n_start], path.eta)
    back = reverse_ddpm(same, part, ladder)
    error = float((back - case.input("x0")).abs().max())
    return {
        "separated": reverse_ddpm(target, part, ladder),
        "reverse_with_null_prompt": back,
        "null_prompt_max_abs_error_to_x0": error,
    }


def ddim(case: Case) -> Ours:
    config = case.config
    whole = ladder_of(case, config["steps"])
    ladder = lower_rungs(whole, config["steps"] - config["skip"])
    inward, target, same = networks(case)
    steps: list[Tensor] = []

    top = invert_ddim(inward, case.input("x0"), ladder, lambda *step: steps.append(step[2]))

    return {
        "inversion_steps": torch.cat(steps),
        "xT": top,
        "separated": reverse_ddim(target, top, ladder),
        "reverse_with_source_prompt": reverse_ddim(same, top, ladder),
    }


def audio(case: Case) -> Ours:
    config, mel = case.config, LogMel()
    moved = torchaudio.functional.resample(case.input("audio"), config["sr"], 16_000)
    # The official code hears the first channel, and lays out 102.4 frames for a second of sound.
    halved, _ = at_peak(moved[:1] - moved[:1].mean(), 0.5)
    n_samples = int(config["duration"] * 102.4) * 160
    padded, _ = at_peak(halved[:, :n_samples], 0.5)
    padded = nnf.pad(padded, (0, n_samples - padded.shape[1]))
    bands = mel.forward(padded)[0]
    n_missing = -len(bands) % 4
    return {
        "waveform_16k": padded[0],
        "mel": bands,
        "vae_input": nnf.pad(bands, (0, 0, n_missing, 0)),
        "frames_before_padding": len(bands),
    }


CHECKS: dict[str, Callable[[Case], Ours]] = {
    "scheduler": scheduler,
    "ddpm_*": ddpm,
    "ddim*": ddim,
    "audio_*": audio,
}
