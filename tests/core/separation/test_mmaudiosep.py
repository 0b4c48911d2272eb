"""MMAudioSep takes its checkpoints whole, listens to every prompt, and says what is missing."""

import shutil
from dataclasses import replace

import numpy as np
import pytest
import torch

from core.domain.audio import AudioClip, Samples
from core.domain.prompts import PromptSet, TextPrompt
from core.errors import EngineError, ModelError, PromptError
from core.progress import CancelToken, ignore
from core.separation import registry
from core.separation.memory_ladder import MemoryLadder
from core.separation.mmaudiosep import MMAudioSep, plan_of
from core.separation.mmaudiosep_bench import Placement, is_large, ladder_from
from core.separation.mmaudiosep_files import SIZE_NAMES, find_mmaudiosep, mmaudiosep_needs
from core.separation.mmaudiosep_info import ALWAYS, NEVER, OFFICIAL
from core.separation.mmaudiosep_making import Maker
from core.separation.mmaudiosep_weights import load_mmaudio
from core.separation.protocol import SeparationRequest
from core.store.catalogue import entry
from core.store.places import models_folder
from tests.helpers import mmaudios
from tests.helpers.mmaudios import tiny_engine, tiny_mmaudio
from tests.helpers.separations import MemorySink, shaking_disc, stops_inside, target_of
from tests.helpers.sounds import clip, noise

pytestmark = pytest.mark.usefixtures("installed_models")

DOG = PromptSet(texts=(TextPrompt("dog"),))
FEW = {"steps": 1}


def mix() -> AudioClip:
    return clip(noise(0.5))


def watched(
    engine: MMAudioSep, is_moving: list[bool], texts: tuple[str, ...] = (), **settings: object
) -> Samples:
    picture, region, track = shaking_disc(is_moving)
    request = SeparationRequest(
        mix(),
        PromptSet(texts=tuple(TextPrompt(text) for text in texts), regions=(region,)),
        tracks={region: track},
        picture=picture,
        settings={**FEW, "result": "generated", **settings},
        device="cpu",
    )
    sink = MemorySink()
    engine.separate(request, sink, report=ignore, cancel=CancelToken())
    return sink.samples


def generated(prompts: PromptSet, **settings: object) -> Samples:
    asked = {**FEW, "result": "generated", **settings}
    return target_of(tiny_engine(), mix(), prompts, settings=asked)


def test_checkpoints_in_the_official_layout_make_an_engine():
    engine = registry.build("mmaudiosep-small", "cpu")

    sink = MemorySink()
    request = SeparationRequest(mix(), DOG, settings=FEW, device="cpu")
    notes = engine.separate(request, sink, report=ignore, cancel=CancelToken())

    assert sink.samples.shape == mix().samples.shape
    assert notes["weights"] == "mmaudiosep_small_44k.pth"
    assert "not for commercial use" in notes["licence_of_weights"]
    assert notes["watched_picture"] is False


def test_the_second_recipe_is_preferred_for_the_large_engine():
    assert find_mmaudiosep("mmaudiosep-large").network.name == "mmaudiosep_large_44k_v2.pth"


def test_an_engine_without_a_network_says_that_none_is_published():
    needs = mmaudiosep_needs("mmaudiosep-medium")

    assert list(needs) == ["MMAudioSep medium"]
    assert "No weights are published" in needs["MMAudioSep medium"]
    with pytest.raises(ModelError) as caught:
        registry.build("mmaudiosep-medium", "cpu")
    assert "train mmaudiosep" in caught.value.advice
    assert registry.info("mmaudiosep-medium").needs == needs


@pytest.mark.parametrize("engine", SIZE_NAMES)
def test_the_store_takes_the_checkpoints_that_the_engine_looks_for(engine):
    (file,) = entry(engine).files

    looked_for = [
        f"mmaudiosep_{size}{suffix}"
        for size in SIZE_NAMES[engine]
        for suffix in (".pth", ".safetensors")
    ]
    assert [file.path, *file.also] == looked_for


def test_without_a_word_list_the_model_that_has_one_is_named():
    shutil.rmtree(models_folder() / "clip")

    assert "clip-vit-b32" in mmaudiosep_needs("mmaudiosep-small")["CLIP’s word list"]


def test_a_missing_part_is_named():
    (models_folder() / "synchformer" / "synchformer_state_dict.pth").unlink()

    with pytest.raises(ModelError) as caught:
        registry.build("mmaudiosep-small", "cpu")

    assert "Synchformer" in caught.value.advice


def test_mmaudios_own_checkpoint_fits_mmaudio_and_is_no_separator(tmp_path):
    path = tmp_path / "mmaudio_small_44k.pth"
    computed = {"latent_rot": torch.zeros(3), "t_embed.freqs": torch.zeros(3)}
    torch.save({**tiny_mmaudio().state_dict(), **computed}, path)

    assert load_mmaudio(path, is_separating=False).config == mmaudios.TINY
    with pytest.raises(ModelError) as caught:
        load_mmaudio(path, is_separating=True)
    assert "train mmaudiosep" in caught.value.advice


@pytest.mark.parametrize("spoil", ["missing", "unexpected"])
def test_a_checkpoint_that_does_not_fit_is_refused_with_names(tmp_path, spoil):
    tensors = tiny_mmaudio().state_dict()
    if spoil == "missing":
        del tensors["fused_blocks.0.linear1.bias"]
    else:
        tensors["fused_blocks.0.extra"] = torch.zeros(1)
    torch.save(tensors, tmp_path / "mmaudio.pth")

    with pytest.raises(ModelError, match=f"1 {spoil}: fused_blocks.0"):
        load_mmaudio(tmp_path / "mmaudio.pth", is_separating=False)


def test_other_words_make_another_sound():
    cat = PromptSet(texts=(TextPrompt("cat"),))

    assert np.abs(generated(DOG) - generated(cat)).max() > 1e-6


def test_negative_words_are_heard_only_with_guidance():
    plain, refused = generated(DOG), generated(DOG, negative_words="wind")

    assert np.abs(plain - refused).max() > 1e-6
    unguided = [generated(DOG, guidance=1.0, negative_words=word) for word in ("", "wind")]
    np.testing.assert_array_equal(*unguided)


def test_the_scale_of_the_mixture_is_a_choice():
    assert np.abs(generated(DOG) - generated(DOG, mixture_scale=OFFICIAL)).max() > 1e-6


def test_what_moves_in_the_region_is_watched():
    engine = tiny_engine()

    moving, resting = (watched(engine, [moves] * 8) for moves in (True, False))

    assert np.abs(moving - resting).max() > 1e-6
    unseen = [watched(engine, [moves] * 8, texts=("dog",), watch=NEVER) for moves in (True, False)]
    np.testing.assert_array_equal(*unseen)


def test_words_alone_leave_the_picture_unwatched_unless_asked():
    picture, _region, _track = shaking_disc([True] * 8)
    engine = tiny_engine()

    def sound(**settings: object) -> Samples:
        asked = {**FEW, "result": "generated", **settings}
        request = SeparationRequest(mix(), DOG, picture=picture, settings=asked, device="cpu")
        sink = MemorySink()
        engine.separate(request, sink, report=ignore, cancel=CancelToken())
        return sink.samples

    np.testing.assert_array_equal(sound(), sound(watch=NEVER))
    assert np.abs(sound() - sound(watch=ALWAYS)).max() > 1e-6


def test_the_network_hears_whole_windows_whatever_was_asked_for():
    for n_samples in (1, 16_000, 100_000, 127_999, 1_000_000):
        plan = plan_of(n_samples, 16_000, 8.0)
        first = next(plan.pieces(0, n_samples))
        assert 127_998 <= first.read_stop - first.read_start <= 128_000


def test_a_flow_that_breaks_down_is_told_with_advice():
    engine = tiny_engine()
    with torch.no_grad():
        engine.networks.network.final_layer.conv.weight.fill_(torch.nan)

    with pytest.raises(EngineError) as caught:
        target_of(engine, mix(), DOG, settings=FEW)

    assert "damaged" in caught.value.advice


def test_where_memory_runs_out_the_networks_wait_on_the_cpu(monkeypatch):
    engine = tiny_engine()
    waiting = Placement(torch.device("cpu"), is_waiting=True)
    ladder = MemoryLadder([Placement(torch.device("cpu")), waiting])
    monkeypatch.setattr("core.separation.mmaudiosep.ladder_from", lambda _device: ladder)
    made, whole = [], Maker._made

    def runs_out_once(self, samples, start, placement):
        made.append(placement)
        if len(made) == 1:
            raise torch.OutOfMemoryError("CUDA out of memory")
        return whole(self, samples, start, placement)

    plain = target_of(tiny_engine(), mix(), DOG, settings=FEW)
    monkeypatch.setattr(Maker, "_made", runs_out_once)
    request = SeparationRequest(mix(), DOG, settings=FEW, device="cpu")
    sink = MemorySink()

    notes = engine.separate(request, sink, report=ignore, cancel=CancelToken())

    assert made[-1] is waiting
    assert "waiting on the CPU" in notes["memory"]
    np.testing.assert_array_equal(sink.samples, plain)


def test_only_the_large_networks_are_made_less_exact_and_only_on_cuda():
    networks = tiny_engine().networks

    assert is_large(networks.network)
    assert is_large(networks.clip)
    assert not is_large(networks.vae)
    assert not is_large(networks.vocoder)
    assert Placement(torch.device("cuda")).large_dtype is torch.bfloat16
    assert [str(step) for step in ladder_from(torch.device("cuda")).steps] == [
        "cuda",
        "cuda, networks waiting on the CPU",
        "cpu",
    ]
    assert len(ladder_from(torch.device("cpu")).steps) == 1


def test_a_region_that_may_not_be_watched_is_refused_with_advice():
    """It was once left out silently, and whatever came of no prompt at all was given."""
    with pytest.raises(PromptError) as caught:
        watched(tiny_engine(), [True] * 8, watch=NEVER)

    assert "watch" in caught.value.advice


@pytest.mark.parametrize("half", ["vision_model", "text_model"])
def test_a_cancel_is_heard_while_clip_looks_and_reads(half):
    """At its real size it looks at a few pictures for half a minute on a CPU."""
    engine = tiny_engine()
    picture, region, track = shaking_disc([True] * 8)
    prompts = PromptSet(texts=(TextPrompt("dog"),), regions=(region,))
    tracks = {region: track}
    request = SeparationRequest(mix(), prompts, tracks, picture, settings=FEW, device="cpu")

    def separate(cancel: CancelToken) -> None:
        engine.separate(request, MemorySink(), report=ignore, cancel=cancel)

    assert stops_inside(getattr(engine.networks.clip, half), separate)


@pytest.mark.parametrize("length_s", [7.1, 8.0, 10.0, 19.3, 61.0])
def test_of_long_sound_the_last_window_is_as_long_as_the_others(length_s):
    n_samples = round(length_s * 44_100)

    pieces = list(plan_of(n_samples, 44_100, 8.0).pieces(0, n_samples))

    heard = [piece.read_stop - piece.read_start for piece in pieces]
    assert set(heard) == {round(8.0 * 44_100)}
    assert pieces[-1].stop == n_samples
    assert len(pieces) == -(-(n_samples - 44_100) // (6 * 44_100))


def test_before_networks_take_turns_all_of_them_leave_the_device(monkeypatch):
    """They are still on it where its memory has just run out."""
    engine = tiny_engine()
    waiting = MemoryLadder([Placement(torch.device("cpu"), is_waiting=True)])
    monkeypatch.setattr("core.separation.mmaudiosep.ladder_from", lambda _device: waiting)
    happened: list[object] = []
    move, at_work = torch.nn.Module.to, Placement.at_work

    def moved(network, *where):
        happened.append(network)
        return move(network, *where)

    def working(self, *networks):
        happened.append("works")
        return at_work(self, *networks)

    monkeypatch.setattr(torch.nn.Module, "to", moved)
    monkeypatch.setattr(Placement, "at_work", working)

    target_of(engine, mix(), DOG, settings=FEW)

    before = happened[: happened.index("works")]
    assert {id(one) for one in before} == {id(part) for part in engine.networks.parts}


def test_an_engine_with_a_longer_window_hears_more_at_a_time():
    short = replace(tiny_engine(), window_s=2.0)

    assert target_of(short, clip(noise(3.0)), DOG, settings=FEW).shape == (1, 48_000)
