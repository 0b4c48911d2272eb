"""What we compute for each golden case of MMAudio and MMAudioSep, by the pattern of its name."""

import functools
from collections.abc import Callable
from dataclasses import fields
from typing import Any

import numpy as np
import torch
from torch import Tensor, nn

from core.nn.mmaudio.guidance import guided
from core.nn.mmaudio.mel import MEL_16K, MEL_44K, MelSpectrogram
from core.nn.mmaudio.network import Conditions, Features, MMAudio
from core.nn.mmaudio.sequences import nearest_feature, sequence_lengths
from core.nn.mmaudio.sizes import MMAudioConfig
from core.nn.mmaudio.vae import MelVae, VaeConfig
from core.nn.samplers.flow import FlowSampler, path_point, squared_flow_loss
from core.training.sep_mixing import drawn_snr_db, mixed
from tests.golden.cases import Case
from tests.golden.formulas import draw, filled

Ours = dict[str, Any]  # a tensor, a number or a list of numbers for each name


def fill(case: Case, network: nn.Module) -> None:
    """Give `network` the made-up weights of `case`, those with a rule of their own included."""
    prefix, rules = case.weight_prefix, case.entry["weights"]["exceptions"]
    shapes = {key: tuple(value.shape) for key, value in network.state_dict().items()}
    weights = filled(shapes, prefix)
    for key, rule in rules.items():
        names = {"np": np, "r": draw(prefix + key, shapes[key])}
        made = eval(rule, {"__builtins__": {}}, names)
        weights[key] = torch.from_numpy(np.asarray(made, np.float32))
    network.load_state_dict(weights)


def network_of(case: Case) -> MMAudio:
    config, separates = case.config, case.entry["case"].startswith("mmaudiosep")
    network = MMAudio(
        MMAudioConfig(
            latent_dim=config["latent_dim"],
            mixture_dim=config["latent_dim"] if separates else 0,
            clip_dim=config["clip_dim"],
            sync_dim=config["sync_dim"],
            text_dim=config["text_dim"],
            n_words=config["text_seq_len"],
            width=config["hidden_dim"],
            n_heads=config["num_heads"],
            depth=config["depth"],
            fused_depth=config["fused_depth"],
            is_v2=config["v2"],
        )
    ).eval()
    fill(case, network)
    assert sum(value.numel() for value in network.state_dict().values()) == config["n_params"]
    return network


def of_network(case: Case) -> Ours:
    config, network = case.config, network_of(case)
    latent, negative = case.input("latent"), case.input("negative_text")
    features = Features(case.input("clip"), case.input("sync"), case.input("text"))
    mixture = case.input("mixture_latent") if network.config.mixture_dim else None
    prepare = functools.partial(network.conditions, n_latents=latent.shape[1], mixture=mixture)
    known, empty = prepare(features), prepare(network.empty_like(features))
    refused = prepare(network.empty_like(features, negative))
    time, moment = torch.tensor(config["t"]), torch.tensor([config["ode_time"]])
    strength = config["cfg_strength"]

    def at(strength: float, nothing: Conditions = empty) -> Tensor:
        return guided(network, known, nothing, strength)(latent, moment)

    ours = {f"cond.{name}": value for name, value in _named(known).items()}
    ours |= {f"empty.{name}": value for name, value in _named(empty).items()}
    ours |= {
        "t_embed": network.t_embed(time),
        "flow": network(latent, time, known),
        "flow_empty": network(latent, time, empty),
        "cfg": at(strength),
        "cfg_negative": at(strength, refused),
        "cfg_below_one": at(0.7),
        "cfg_one": at(1.0),
    }
    return ours | _ends(case, network, (known, empty), features)


def _ends(
    case: Case, network: MMAudio, conditions: tuple[Conditions, Conditions], features: Features
) -> Ours:
    config, latent = case.config, case.input("latent")
    known, empty = conditions
    sampler = FlowSampler(n_steps=config["num_steps"], time_scale=1)
    walk = functools.partial(sampler.sample, start=latent)
    euler = walk(guided(network, known, empty, config["cfg_strength"]))
    nothing = network.empty_like(features)
    no_video = Features(nothing.clip, nothing.sync, features.text)
    refused = network.empty_like(features, case.input("negative_text"))
    blind = guided(
        network,
        network.conditions(no_video, latent.shape[1], known.mixture),
        network.conditions(refused, latent.shape[1], known.mixture),
        config["cfg_strength"],
    )
    return {
        "euler": euler,
        "end_to_end": network.unnormalised(euler),
        "end_to_end_negative_no_video": network.unnormalised(walk(blind)),
    }


def _named(conditions: Conditions) -> dict[str, Tensor]:
    official = {
        "clip": "clip_f",
        "sync": "sync_f",
        "text": "text_f",
        "clip_mean": "clip_f_c",
        "text_mean": "text_f_c",
    }
    return {
        official[field.name]: getattr(conditions, field.name)
        for field in fields(conditions)
        if field.name in official
    }


def mel(case: Case) -> Ours:
    ours: Ours = {}
    for name, config in (("44k", MEL_44K), ("16k", MEL_16K)):
        spectrogram = MelSpectrogram(config)
        ours[f"mel_{name}"] = spectrogram(case.input(f"wave_{name}"))
        ours[f"basis_{name}"] = spectrogram.filters
    return ours


def vae(case: Case) -> Ours:
    config = case.config
    network = MelVae(VaeConfig(config["data_dim"], config["embed_dim"], config["hidden_dim"]))
    fill(case, network)
    unfolded = network.encode(case.input("mel")).mean
    network.fold()
    posterior, latent = network.encode(case.input("mel")), case.input("z")
    torch.testing.assert_close(unfolded, posterior.mean, atol=1e-4, rtol=1e-4)
    return {
        "mean": posterior.mean,
        "std": posterior.std,
        "mean_unnormalized_input": network.encode_normalised(case.input("mel")).mean,
        "decoded": network.decode(latent),
        "decoded_no_unnormalize": network.decoder(latent),
        "conv_in_weight": network.encoder.conv_in.weight,
    }


def sequence_config(case: Case) -> Ours:
    ours: Ours = {}
    for name, config in (("44k", MEL_44K), ("16k", MEL_16K)):
        rows = []
        for duration_s in case.config["durations"]:
            counts = sequence_lengths(duration_s, config.sample_rate_hz, config.hop_samples)
            rows.append([counts.n_latents, counts.n_clip, counts.n_sync, counts.n_samples])
        ours[f"table_{name}"] = torch.tensor(rows)
    return ours


def sync_upsample(case: Case) -> Ours:
    pairs = case.config["pairs"]
    return {f"index_{to}_from_{of}": nearest_feature(to, of) for to, of in pairs}


def flow_matching(case: Case) -> Ours:
    config, start, end = case.config, case.input("x0"), case.input("x1")
    time = torch.tensor(config["t"])
    sampler = FlowSampler(n_steps=config["num_steps"], time_scale=1)
    ours: Ours = {}
    for sigma in config["min_sigmas"]:
        ours[f"xt_{sigma}"] = path_point(start, end, time, sigma)
        ours[f"loss_{sigma}"] = squared_flow_loss(case.input("v"), start, end, sigma)
        ours[f"to_data_{sigma}"] = sampler.sample(_field_between(0, 1 - sigma), start)
        ours[f"to_prior_{sigma}"] = sampler.sample(_field_between(1, 0 - sigma), end)
    return ours


def _field_between(first: float, last: float) -> Callable[[Tensor, Tensor], Tensor]:
    """Return the case's field, walked from time `first` to `last` while the sampler walks 0 to 1.

    The official integrator stops `sigma` short of its end, in either direction.
    """

    def field(x: Tensor, share: Tensor) -> Tensor:
        time = first + (last - first) * share
        return (last - first) * (torch.tanh(x) * (1 + time) - time)

    return field


def sep_mixing(case: Case) -> Ours:
    n, first = case.config["audio_len"], case.config["noise_start"]
    sound = case.input("audio")[0, :n]
    other = case.input("noise")[0, first : first + n]
    ours: Ours = {}
    for k, uniform in enumerate(case.config["uniform_draw"]):
        ours[f"audio_{k}"], ours[f"mixture_{k}"] = mixed(sound, other, drawn_snr_db(uniform))
    return ours


CHECKS: dict[str, Callable[[Case], Ours]] = {
    "mmaudio_v*": of_network,
    "mmaudiosep_v*": of_network,
    "mel": mel,
    "vae_*": vae,
    "sequence_config": sequence_config,
    "sync_upsample": sync_upsample,
    "flow_matching": flow_matching,
    "sep_mixing": sep_mixing,
}
