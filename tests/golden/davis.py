"""What we compute for each golden case of DAVIS, by the pattern of its name."""

import functools
import warnings
from collections.abc import Callable, Iterator
from typing import Any

import mir_eval
import numpy as np
import torch
from torch import Tensor

from core.nn import log_frequency
from core.nn.davis import DavisUNet
from core.nn.samplers.diffusion import (
    AncestralSampler,
    DdimSampler,
    DiffusionSchedule,
    diffusion_loss,
)
from core.nn.samplers.flow import FlowSampler, flow_loss, path_point
from core.nn.samplers.stepping import Network, SilenceMask
from core.nn.stft import Stft, with_phase_of
from core.nn.temporal_transformer import TemporalTransformer
from tests.golden.cases import Case
from tests.golden.formulas import Array, filled

Ours = dict[str, Any]  # a tensor, a number or a list of numbers for each name


@functools.cache
def unet(prefix: str) -> DavisUNet:
    """The official-size network with its made-up weights."""
    network = DavisUNet().eval()
    shapes = {key: tuple(value.shape) for key, value in network.state_dict().items()}
    network.load_state_dict(filled(shapes, prefix))
    return network


def conditioned(case: Case, seen_times: list[Any] | None = None) -> Network:
    mixture, visual, network = case.input("mix"), case.input("visual"), unet(case.weight_prefix)

    def ask(x: Tensor, time: Tensor) -> Tensor:
        if seen_times is not None:
            seen_times.append(time.tolist())
        return network(x, time, mixture, visual)

    return ask


def warp_grids(case: Case) -> Ours:
    ours: Ours = {}
    for height, width, is_warp in case.config["grids"]:
        name = f"{'warp' if is_warp else 'unwarp'}_{height}x{width}"
        ours[f"{name}_y"] = log_frequency.warp_rows(height, is_inverse=not is_warp)
        ours[f"{name}_x"] = log_frequency.warp_columns(width)
    magnitudes = torch.tensor(case.config["mags"])
    ours["scaled_mix"] = log_frequency.to_log_level(magnitudes + log_frequency.MIXTURE_FLOOR)
    ours["scaled_source"] = log_frequency.to_log_level(magnitudes)
    ours["inverse"] = log_frequency.from_log_level(torch.tensor(case.config["pred"]))
    return ours


def frontend(case: Case) -> Ours:
    config, stft = case.config, Stft()
    rows, columns = config["warped"]
    waves = torch.stack([case.input(f"wave{k}") for k in range(config["num_mix"])])
    mixture = waves.mean(0)
    spectrum = stft.forward(mixture[None])  # (1, F, T)
    levels = stft.forward(waves).abs()[:, None]  # (S, 1, F, T)
    level = spectrum.abs()[None] + log_frequency.MIXTURE_FLOOR
    warped = log_frequency.to_log_frequency(torch.cat((level, levels)), rows, columns)
    log_mix, *logs = log_frequency.to_log_level(warped)
    ours: Ours = {"amp_mix": level[0, 0], "mag_mix_warped": warped[0, 0], "log_mix": log_mix[0]}
    for k, one in enumerate(logs):
        masked = case.input(f"mask{k}").sigmoid() * log_mix
        magnitude = log_frequency.from_log_level(masked)
        unwarped = log_frequency.to_linear_frequency(magnitude, config["bins"], config["frames"])
        sound = stft.inverse(with_phase_of(unwarped[0], spectrum)).clamp(-1, 1)[0]
        ours |= {f"amp_{k}": levels[k, 0], f"mag_{k}_warped": warped[k + 1, 0], f"log_{k}": one[0]}
        ours |= {f"pred_mag_{k}": magnitude[0, 0], f"pred_mag_{k}_unwarped": unwarped[0, 0]}
        ours[f"wav_{k}"] = sound
    n = ours["wav_0"].shape[0]
    back = stft.inverse(spectrum)[0]
    ours["mix_roundtrip_max_abs_error"] = float((back - mixture[:n]).abs().max())
    return ours | scores(waves[:, :n], mixture[:n], [ours[f"wav_{k}"] for k in range(len(waves))])


def scores(sources: Tensor, mixture: Tensor, sounds: list[Tensor]) -> Ours:
    truth = sources.numpy()
    got = _bss_eval(truth, torch.stack(sounds).numpy())
    untouched = _bss_eval(truth, np.stack([mixture.numpy()] * len(truth)))
    ours: Ours = {"sdr_mix": float(untouched[0].mean())}
    for name, values in zip(("sdr", "sir", "sar"), got, strict=True):
        ours |= {name: float(values.mean()), f"{name}_per_source": values.tolist()}
    return ours


def _bss_eval(truth: Array, sounds: Array) -> tuple[Any, ...]:
    with warnings.catch_warnings():
        # mir_eval will drop this measure, which is the one the official numbers are in.
        warnings.simplefilter("ignore", FutureWarning)
        rate = mir_eval.separation.bss_eval_sources
        return tuple(rate(truth, sounds, compute_permutation=False)[:3])


def unet_with_taps(case: Case) -> Ours:
    network = unet(case.weight_prefix)
    ours: Ours = {}
    taps = [name[4:] for name in case.entry["outputs"] if name.startswith("tap.")]
    taps.remove("init_conv")  # folded into the stem, which is no module
    hooks = [_tap(network.net_unet.get_submodule(_module(name)), name, ours) for name in taps]
    try:
        ours["y"] = conditioned(case)(case.input("x"), torch.tensor(case.config["t"]))
    finally:
        for hook in hooks:
            hook.remove()
    stem = network.net_unet.stem(case.input("x"), case.input("mix"))
    return ours | {"tap.init_conv": stem.transpose(2, 3)}


def _module(tap: str) -> str:
    """Return where in our network the official intermediate result comes by."""
    return "time_mlp" if tap == "time_emb" else tap


def _tap(module: torch.nn.Module, name: str, ours: Ours) -> Any:
    def keep(_module: torch.nn.Module, _inputs: Any, output: Tensor) -> None:
        # Ours travel as (B, C, T, F), theirs as (B, C, F, T).
        ours[f"tap.{name}"] = output.clone().transpose(2, 3) if output.dim() == 4 else output

    return module.register_forward_hook(keep)


def flow_euler(case: Case) -> Ours:
    times: list[Any] = []
    sampler = FlowSampler(n_steps=case.config["nfe_steps"])
    end = sampler.sample(conditioned(case, times), case.input("x"), case.input("mix"))
    assert times == case.config["t_passed_to_network"]
    return {"x1": end}


def flow_training(case: Case) -> Ours:
    network = unet(case.weight_prefix)
    network.zero_grad(set_to_none=True)
    time, start, end = torch.tensor(case.config["t"]), case.input("x0"), case.input("x1")
    with torch.enable_grad():
        velocity = conditioned(case)(path_point(start, end, time), time * 1000)
        loss = flow_loss(velocity, start, end)
        loss.backward()
    grads = {name: weight.grad for name, weight in network.named_parameters()}
    without = {name for name, grad in grads.items() if grad is None}
    assert without == set(case.config["parameters_without_gradient"])
    # In float32 the norm of millions of numbers itself is off by 5e-4.
    norms = {name: grad.double().norm() for name, grad in grads.items() if grad is not None}
    ours: Ours = {"loss": loss.item(), "loss_times_1000": 1000 * loss.item(), "velocity": velocity}
    ours["grad_total_norm"] = torch.stack([*norms.values()]).norm().item()
    ours |= {f"grad_norm.{name}": norm.item() for name, norm in norms.items()}
    ours |= {f"grad.{name}": grad for name, grad in grads.items() if grad is not None}
    network.zero_grad(set_to_none=True)
    return ours


def ddpm_schedule(case: Case) -> Ours:
    schedule = DiffusionSchedule()
    for name, times in case.config.items():
        assert DdimSampler(n_steps=int(name.removeprefix("times_"))).times(schedule) == times
    return {
        "alphas_cumprod": schedule.kept,
        "betas": schedule.betas,
        "posterior_variance": schedule.posterior_variance,
    }


def _noises(case: Case) -> Iterator[Tensor]:
    for k in range(case.config["sampling_timesteps"] - 1):
        name = f"noise{k}"
        yield case.input(name) if name in case.entry["inputs"] else torch.zeros(())


def _ddim(case: Case, network: Network) -> list[Tensor]:
    config, noises = case.config, _noises(case)
    silence = SilenceMask(config["threshold"]) if config["silence_mask_sampling"] else None
    sampler = DdimSampler(config["sampling_timesteps"], config["eta"], silence)
    steps = [case.input("x")]
    sampler.sample(
        network,
        steps[0],
        case.input("mix"),
        schedule=DiffusionSchedule(),
        noise=lambda _like: next(noises),
        on_step=lambda _done, _total, x: steps.append(x),
    )
    return steps


def ddim(case: Case) -> Ours:
    steps = _ddim(case, conditioned(case))
    middle = steps[case.config["mid_step"]]
    return {"step1": steps[1], "step2": steps[2], "step_mid": middle, "last": steps[-1]}


def ddim_toy(case: Case) -> Ours:
    mixture = case.input("mix")
    steps = _ddim(case, lambda x, time: torch.tanh(0.8 * x + 0.5 * mixture - time / 1000))
    return {"all_steps": torch.stack(steps, 1)}


def ddpm_step_and_loss(case: Case) -> Ours:
    schedule, time = DiffusionSchedule(), torch.tensor(case.config["t"])
    noise, mixture, network = case.input("noise"), case.input("mix"), conditioned(case)
    noisy = schedule.noisy(case.input("x0"), noise, time)
    step, clean = AncestralSampler().step(
        network,
        case.input("xt"),
        case.config["p_sample_t"],
        mixture=mixture,
        schedule=schedule,
        noise=case.input("pnoise"),
    )
    loss = diffusion_loss(network(noisy, time), noise).item()
    return {"x_t": noisy, "p_sample": step, "p_sample_x_start": clean, "loss": loss}


def temporal_transformer(case: Case) -> Ours:
    network = TemporalTransformer().eval()
    shapes = {
        key.removeprefix("temporal_transformer."): tuple(value.shape)
        for key, value in network.state_dict().items()
    }
    network.temporal_transformer.load_state_dict(filled(shapes, case.weight_prefix))
    tokens = network(case.input("emb"))
    return {"tokens": tokens, "maxpool": tokens.amax(2)}


CHECKS: dict[str, Callable[[Case], Ours]] = {
    "warp_grids*": warp_grids,
    "frontend*": frontend,
    "unet*": unet_with_taps,
    "flow_euler*": flow_euler,
    "flow_loss*": flow_training,
    "ddpm_schedule*": ddpm_schedule,
    "ddpm_step_and_loss*": ddpm_step_and_loss,
    "ddim_toy*": ddim_toy,
    "ddim_eta*": ddim,
    "temporal_transformer*": temporal_transformer,
}
