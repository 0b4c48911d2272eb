"""What we compute for each golden case of SAM Audio, by the pattern of its name."""

import functools
from collections.abc import Callable
from typing import Any, cast

import torch
from torch import Tensor
from torch.nn import functional as nnf
from transformers.models.pe_audio.modeling_pe_audio import PeAudioContrastiveHead

from core.nn.sam_audio import pictures, spans
from core.nn.sam_audio.attention import rotation
from core.nn.sam_audio.conditions import Anchor, AnchorKind, anchor_table, frame_of
from core.nn.sam_audio.config import CodecConfig, SamAudioConfig, TransformerConfig
from core.nn.sam_audio.dit import DitBlock, Memory
from core.nn.sam_audio.layers import waves_of
from core.nn.sam_audio.network import Conditions, SamAudioFlow
from core.nn.samplers.flow import FlowSampler
from tests.golden.cases import Case
from tests.golden.formulas import filled

Ours = dict[str, Any]
KINDS = {"+": AnchorKind.HEARD, "-": AnchorKind.NOT_HEARD}
CODEC = CodecConfig()


@functools.cache
def flow(dim: int, n_heads: int, n_layers: int, prefix: str) -> SamAudioFlow:
    """The network at a tiny size with its made-up weights."""
    config = TransformerConfig(dim=dim, n_heads=n_heads, n_layers=n_layers, context_dim=dim)
    network = SamAudioFlow(SamAudioConfig(transformer=config)).eval()
    shapes = {key: tuple(value.shape) for key, value in network.state_dict().items()}
    network.load_state_dict(filled(shapes, prefix))
    return network


def flow_of(case: Case) -> SamAudioFlow:
    size = case.config["transformer"]
    return flow(size["dim"], size["n_heads"], size["n_layers"], case.weight_prefix)


def anchors_of(rows: list[Any]) -> list[list[Anchor]]:
    return [[Anchor(KINDS[sign], start, end) for sign, start, end in row] for row in rows]


def table_of(rows: list[Any], n_frames: list[int]) -> Any:
    return anchor_table(anchors_of(rows), n_frames, CODEC.sample_rate_hz, CODEC.hop_samples)


def is_within(lengths: list[int], longest: int) -> Tensor:
    return torch.arange(longest) < torch.tensor(lengths)[:, None]


def forward(case: Case) -> Ours:
    network, time = flow_of(case), torch.tensor(case.config["time"])
    noisy, mixture, words = (case.input(name) for name in ("noisy", "mixfeat", "text"))
    lengths = case.config["audio_frames"]
    table = table_of(case.config["anchors"], lengths)
    assert table.ids.tolist() == case.config["anchor_ids"]
    is_word = is_within(case.config["text_lengths"], words.shape[1])
    rest = {"anchors": table.kinds, "is_sound": is_within(lengths, noisy.shape[1])}
    given = Conditions(mixture, words, is_word, **rest)
    video = Conditions(mixture, words, is_word, case.input("video"), **rest)
    return steps_inside(network, noisy, time, given) | {
        "y": network(noisy, time, given),
        "anchor_alignment": table.places,
        "y_video": network(noisy, time, video),
        "y_bare": network(noisy, time, Conditions(mixture, has_no_picture_branch=True)),
        "y_text_only_no_masks": network(
            noisy, time, Conditions(mixture, words, has_no_picture_branch=True)
        ),
        "aligned": network.aligned(noisy, given),
    }


def steps_inside(network: SamAudioFlow, noisy: Tensor, time: Tensor, given: Conditions) -> Ours:
    """Return what the first parts say; both attentions are asked about the same frames."""
    dit = network.transformer
    first = cast(DitBlock, dit.layers[0])
    clock = dit.t_embedder(time)
    memory = network.memory(time, given)
    seen = Memory(dit.y_embedder(memory.tokens), memory.is_kept)
    positions = rotation(noisy.shape[1], dit.config, noisy.device)
    x = dit.x_embedder(network.aligned(noisy, given))
    tuning = dit.t_block(nnf.silu(clock))
    return {
        "timestep_sinusoid": waves_of(time, dit.config.dim),
        "t_embedder": clock,
        "x_embedder": x,
        "layer0": first(x, tuning, seen, given.is_sound, positions),
        "layer0_self_attention": first.attention(x, is_kept=given.is_sound, positions=positions),
        "layer0_cross_attention": first.cross_attention(x, seen.tokens, seen.is_kept),
    }


def separate(case: Case) -> Ours:
    network, words = flow_of(case), case.input("text")
    sizes = case.config["sizes"]
    hop = CODEC.hop_samples
    assert sizes == [-(-n_samples // hop) for n_samples in case.config["wav_lengths"]]
    table = table_of(case.config["anchors"], sizes)
    assert table.ids.tolist() == case.config["anchor_ids"]
    given = Conditions(
        case.input("mixfeat"),
        words,
        is_within(case.config["text_lengths"], words.shape[1]),
        anchors=table.kinds,
        is_sound=is_within(sizes, case.config["frames"]),
    )
    ours: Ours = {}
    for name in case.entry["outputs"]:
        times: list[float] = []

        def ask(x: Tensor, time: Tensor, times: list[float] = times) -> Tensor:
            times.append(float(time))
            return network(x, time.expand(len(x)), given)

        n_steps = round(1 / case.config[name]["ode_opt"]["options"]["step_size"])
        sampler = FlowSampler(n_steps, "midpoint", time_scale=1.0)
        ours[name] = sampler.sample(ask, case.input("noise"))
        assert len(times) == case.config[name]["network_evaluations"]
    return ours


def anchors(case: Case) -> Ours:
    sizes = [-(-n // CODEC.hop_samples) for n in case.config["wav_lengths"]]
    rate_hz, hop = CODEC.sample_rate_hz, CODEC.hop_samples
    frames = [frame_of(time, rate_hz, hop) for time in case.config["times"]]
    is_sound = is_within(sizes, max(sizes)).long()
    ours: Ours = {"frame_index": torch.tensor(frames), "sizes": torch.tensor(sizes)}
    ours["pad_mask"] = is_sound
    for number, rows in enumerate(case.config["anchor_sets"]):
        table = table_of(rows or [[]] * len(sizes), sizes)
        ours |= {f"ids_{number}": table.ids, f"alignment_{number}": table.places}
    return ours


def head(case: Case, name: str, sizes: tuple[int, int]) -> PeAudioContrastiveHead:
    module = PeAudioContrastiveHead(*sizes)
    shapes = {f"{name}.{key}": tuple(value.shape) for key, value in module.state_dict().items()}
    weights = filled(shapes, case.weight_prefix)
    module.load_state_dict({key.removeprefix(f"{name}."): one for key, one in weights.items()})
    return module


def span_prediction(case: Case) -> Ours:
    frames = head(case, "audio_head", (24, 16))(case.input("audio_hidden"))
    words = head(case, "text_head", (20, 16))(case.input("text_pooled"))
    learnt = case.entry["weights"]["exceptions"]
    scale, bias = (torch.tensor(learnt[f"logit_{name}"]) for name in ("scale", "bias"))
    likely = spans.frame_probabilities(frames, words, scale, bias)
    for threshold in case.config["thresholds"]:
        runs = [spans.heard_runs(row, threshold) for row in likely]
        theirs = case.config[f"spans_{threshold}"]
        assert runs == [[tuple(round(t * 25) for t in run) for run in row] for row in theirs]
    return {"audio_embeds": frames, "text_embeds": words, "probabilities": likely}


def video(case: Case) -> Ours:
    shown, mask, single, up, down = (
        case.input(name).to(torch.uint8)
        for name in ("video", "mask", "mask1", "pic_up", "pic_down")
    )
    ours: Ours = {
        "masked": pictures.masked(shown, mask),
        "masked_broadcast": pictures.masked(shown, single),
        "transformed_up": pictures.prepared(up, 336),
        "transformed_down": pictures.prepared(down, 336),
    }
    for n_frames, n_latents in case.config["frame_choice"]:
        name = f"frames_{n_frames}_to_{n_latents}"
        ours[name] = pictures.frame_choice(n_frames, n_latents)
    return ours


CHECKS: dict[str, Callable[[Case], Ours]] = {
    "forward*": forward,
    "separate*": separate,
    "anchors*": anchors,
    "spans*": span_prediction,
    "video*": video,
}
