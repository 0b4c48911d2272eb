import re

import pytest
import torch
from safetensors.torch import save_file
from transformers import ClapAudioModel

from core.errors import ModelError
from core.nn.ddavs.audio import HtsatEncoder
from core.nn.ddavs.config import DdavsConfig, HtsatConfig, TrunkConfig, VisualConfig, tiny_config
from core.nn.ddavs.network import Ddavs
from core.nn.hearing import HearingConfig
from core.nn.mini import MiniConfig, MiniNetwork
from core.nn.mini_weights import write_mini
from core.nn.seeing import SeeingConfig, SeeingNetwork, save_seeing
from core.nn.unet import UNetConfig
from core.training.ddavs_start import Pretrained, kept_bank, load_encoders

_OLD_NAMES = (
    (r"^stages\.(\d)\.patch_embeddings\.", r"segformer.encoder.patch_embeddings.\1."),
    (r"^stages\.(\d)\.blocks\.(\d+)\.", r"segformer.encoder.block.\1.\2."),
    (r"^stages\.(\d)\.layer_norm\.", r"segformer.encoder.layer_norm.\1."),
    (r"attention\.sequence_reduction\.sequence_reduction", "attention.self.sr"),
    (r"attention\.sequence_reduction\.layer_norm", "attention.self.layer_norm"),
    (r"attention\.q_proj", "attention.self.query"),
    (r"attention\.k_proj", "attention.self.key"),
    (r"attention\.v_proj", "attention.self.value"),
    (r"attention\.o_proj", "attention.output.dense"),
    ("layernorm_before", "layer_norm_1"),
    ("layernorm_after", "layer_norm_2"),
    (r"mlp\.fc1", "mlp.dense1"),
    (r"mlp\.fc2", "mlp.dense2"),
)
"""How a Mix Transformer's weights are called where it is published."""


def published_name(name: str) -> str:
    for ours, theirs in _OLD_NAMES:
        name = re.sub(ours, theirs, name)
    return name


def write_mit(network: Ddavs, folder, left_out: str = "nothing") -> dict[str, torch.Tensor]:
    folder.mkdir()
    state = network.visual.transformer.state_dict()
    weights = {name: torch.randn_like(value) for name, value in state.items()}
    named = {published_name(name): one for name, one in weights.items() if left_out not in name}
    save_file(named, folder / "model.safetensors", metadata={"format": "pt"})
    network.visual.transformer.config.save_pretrained(folder)
    return weights


def test_a_published_mix_transformer_is_begun_with(tmp_path):
    network = Ddavs(tiny_config())
    weights = write_mit(network, tmp_path / "mit")

    load_encoders(network, Pretrained(visual=tmp_path / "mit"))

    for name, value in network.visual.transformer.state_dict().items():
        torch.testing.assert_close(value, weights[name])


def test_one_that_lacks_weights_is_refused_by_name(tmp_path):
    network = Ddavs(tiny_config())
    write_mit(network, tmp_path / "mit", left_out="stages.2.blocks.0.mlp.fc1")

    with pytest.raises(ModelError, match=r"stages\.2\.blocks\.0\.mlp\.fc1"):
        load_encoders(network, Pretrained(visual=tmp_path / "mit"))


def test_a_folder_that_holds_none_is_refused(tmp_path):
    with pytest.raises(ModelError, match="can't read"):
        load_encoders(Ddavs(tiny_config()), Pretrained(visual=tmp_path))


def test_a_published_clap_gives_its_ear(tmp_path):
    tiny = tiny_config()
    htsat = HtsatConfig(width=8, depths=(1, 1, 1, 1), n_heads=(1, 1, 2, 2))
    network = Ddavs(DdavsConfig(tiny.visual, htsat, n_query_heads=2, decoder_width=16))
    assert isinstance(network.audio, HtsatEncoder)
    theirs = ClapAudioModel(network.audio.tower.config)
    # As in laion/clap-htsat-unfused, where the tower stands beside the one for text.
    named = {f"audio_model.{name}": one.contiguous() for name, one in theirs.state_dict().items()}
    save_file(named, tmp_path / "model.safetensors", metadata={"format": "pt"})
    theirs.config.save_pretrained(tmp_path)

    load_encoders(network, Pretrained(audio=tmp_path))

    for name, value in network.audio.tower.state_dict().items():
        torch.testing.assert_close(value, theirs.state_dict()[name])
    with pytest.raises(ModelError, match="HTSAT"):
        load_encoders(Ddavs(tiny), Pretrained(audio=tmp_path))


def test_the_small_one_begins_with_what_the_bundled_separator_knows(tmp_path):
    hearing = HearingConfig(channels=(4, 4, 8, 8, 8), prompt_dim=16)
    unet = UNetConfig(width=8, multipliers=(1,), n_flowing=2, prompt_dim=16)
    mini = MiniNetwork(MiniConfig(2, unet, hearing))
    seeing = SeeingNetwork(SeeingConfig(("a", "b"), 64, (4, 8, 8, 16, 16), (1, 1, 1, 1)))
    write_mini(mini, tmp_path / "mini.safetensors")
    save_seeing(seeing, tmp_path / "seeing.safetensors")
    visual = VisualConfig(
        (8, 8, 16, 16), (0, 0, 1, 1), (1, 1, 2, 2), trunk=TrunkConfig(4, (1, 1, 1, 1))
    )
    network = Ddavs(DdavsConfig(visual, hearing, n_query_heads=2, decoder_width=16))

    load_encoders(network, Pretrained(bundled=tmp_path))

    heard, seen = network.audio.hearing.features.weight, network.visual.stem.weigh.weight
    torch.testing.assert_close(heard, mini.hearing.features.weight, atol=1e-3, rtol=1e-3)
    torch.testing.assert_close(seen, seeing.stem.weigh.weight, atol=1e-3, rtol=1e-3)
    with pytest.raises(ModelError, match="can't begin"):
        load_encoders(Ddavs(tiny_config()), Pretrained(bundled=tmp_path))


def test_a_bank_is_made_once(tmp_path):
    path, made = tmp_path / "bank.safetensors", (torch.randn(2, 3), torch.tensor([0, 1]))

    first = kept_bank(path, lambda: made)
    again = kept_bank(path, lambda: pytest.fail("it was there"))

    torch.testing.assert_close(first, made)
    torch.testing.assert_close(again, made)
    kept_bank(tmp_path / "other", lambda: made, is_writer=False)
    assert not (tmp_path / "other").exists()
