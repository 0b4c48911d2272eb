import pytest
import torch
from safetensors.torch import save_file

from core.errors import ModelError
from core.nn.tensor_files import read_tensors, refuse_misfit

TENSORS = {"a.weight": torch.arange(6.0).reshape(2, 3), "a.bias": torch.ones(2)}


class Trap:
    """What a checkpoint must not be able to run."""

    def __reduce__(self):
        return (pytest.fail, ("a checkpoint ran code",))


def same(one, other):
    return one.keys() == other.keys() and all(torch.equal(one[key], other[key]) for key in one)


@pytest.mark.parametrize("name", ["w.pt", "w.pth", "w.bin"])
@pytest.mark.parametrize("is_new", [True, False])
def test_what_torch_saved_is_read_in_its_new_form_and_its_old(tmp_path, name, is_new):
    torch.save(TENSORS, tmp_path / name, _use_new_zipfile_serialization=is_new)

    assert same(read_tensors(tmp_path / name), TENSORS)


def test_safetensors_are_read(tmp_path):
    save_file(TENSORS, tmp_path / "w.safetensors")

    assert same(read_tensors(tmp_path / "w.safetensors"), TENSORS)


def test_what_parallel_training_adds_to_the_names_is_taken_off(tmp_path):
    torch.save({f"module.{name}": value for name, value in TENSORS.items()}, tmp_path / "w.pt")

    assert same(read_tensors(tmp_path / "w.pt"), TENSORS)


def test_tensors_one_level_deeper_are_found_by_the_name_of_their_place(tmp_path):
    torch.save({"generator": TENSORS, "steps": 7}, tmp_path / "w.pt")

    assert same(read_tensors(tmp_path / "w.pt", inside="generator"), TENSORS)
    with pytest.raises(ModelError):
        read_tensors(tmp_path / "w.pt", inside="discriminator")


@pytest.mark.parametrize("held", [Trap(), {"a": Trap()}, {"state_dict": {"a": Trap()}}])
def test_a_pickle_with_code_in_it_is_refused_and_says_so(tmp_path, held):
    torch.save(held, tmp_path / "w.pth")

    with pytest.raises(ModelError) as caught:
        read_tensors(tmp_path / "w.pth")

    assert "w.pth holds program code, which Soloist never runs" in caught.value.advice
    assert "weights_only" not in str(caught.value)


@pytest.mark.parametrize("held", [{}, [1], {"epoch": 3}, {1: torch.ones(1)}])
def test_nothing_but_tensors_by_name_is_a_checkpoint(tmp_path, held):
    torch.save(held, tmp_path / "w.pth")

    with pytest.raises(ModelError) as caught:
        read_tensors(tmp_path / "w.pth")

    assert "w.pth is another kind of file" in caught.value.advice


@pytest.mark.parametrize("name", ["w.pth", "w.bin", "w.safetensors"])
@pytest.mark.parametrize("content", [b"", b"not a checkpoint", b"\x80\x02}q\x00(X"])
def test_a_damaged_file_is_told_from_a_refused_one(tmp_path, name, content):
    (tmp_path / name).write_bytes(content)

    with pytest.raises(ModelError) as caught:
        read_tensors(tmp_path / name)

    assert f"{name} is damaged" in caught.value.advice


def test_half_a_checkpoint_is_damaged(tmp_path):
    torch.save(TENSORS, tmp_path / "whole.pt")
    whole = (tmp_path / "whole.pt").read_bytes()
    (tmp_path / "w.pt").write_bytes(whole[: len(whole) // 2])

    with pytest.raises(ModelError) as caught:
        read_tensors(tmp_path / "w.pt")

    assert "damaged" in caught.value.advice


def test_what_does_not_fit_is_listed_by_kind(tmp_path):
    got = {"a": torch.ones(2), "b": torch.ones(3), "extra": torch.ones(1)}
    wanted = {"a": torch.ones(2), "b": torch.ones(3, 1), "lost": torch.ones(1)}

    with pytest.raises(ModelError) as caught:
        refuse_misfit(tmp_path / "w.pt", got, wanted, "the network")

    message = str(caught.value)
    assert "1 missing: lost" in message
    assert "1 unexpected: extra" in message
    assert "1 of another shape: b is 3 instead of 3x1" in message


def test_what_fits_is_let_through(tmp_path):
    with torch.device("meta"):
        wanted = {name: torch.empty_like(value) for name, value in TENSORS.items()}

    refuse_misfit(tmp_path / "w.pt", TENSORS, wanted, "the network")
