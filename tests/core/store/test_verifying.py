import pytest

from core.domain.models import ModelFile, ModelState
from core.errors import StoreError
from core.progress import CancelToken, ignore
from core.store.catalogue import entry
from core.store.importing import import_model
from core.store.places import incoming_folder
from core.store.presence import folder_of, status
from core.store.receipt import NAME, read_receipt
from core.store.removing import needed_by, remove
from core.store.verifying import Verdict, verify
from tests.helpers.models import fetch, noise, served, sha256, tiny_entry

BIG, SMALL = noise(30_000), b"{}"


@pytest.fixture
def model(server):
    return tiny_entry(
        served(server, "config.json", SMALL), served(server, "w.bin", BIG, sha256=sha256(BIG))
    )


def checked(model):
    return verify(model, ignore, CancelToken())


def by_hand(model, **content):
    folder_of(model).mkdir(parents=True)
    for name, held in content.items():
        (folder_of(model) / name.replace("_", ".")).write_bytes(held)


def test_a_whole_model_is_told_file_by_file(model):
    fetch(model)

    found = checked(model)

    assert found.is_good
    assert found.verdicts == (
        ("config.json", Verdict.AS_INSTALLED),
        ("w.bin", Verdict.AS_PUBLISHED),
    )


def test_a_changed_file_is_set_aside_so_that_no_engine_uses_it(model):
    folder = fetch(model)
    (folder / "config.json").write_bytes(b"[]")

    found = checked(model)

    assert found.damaged == ("config.json",)
    assert (folder / "config.json.damaged").read_bytes() == b"[]"
    assert not status(model).is_installed
    with pytest.raises(StoreError):
        found.refuse_damage()

    fetch(model)
    assert checked(model).is_good
    assert not (folder / "config.json.damaged").exists()


def test_a_lost_file_is_missing(model):
    (fetch(model) / "w.bin").unlink()

    assert checked(model).missing == ("w.bin",)


def test_what_was_put_there_by_hand_is_remembered_from_now_on(model):
    by_hand(model, config_json=SMALL, w_bin=BIG)

    found = checked(model)

    assert dict(found.verdicts)["config.json"] is Verdict.REMEMBERED
    assert dict(found.verdicts)["w.bin"] is Verdict.AS_PUBLISHED
    assert status(model).state is ModelState.INSTALLED
    assert read_receipt(folder_of(model)).source == "put there by hand"
    (folder_of(model) / "config.json").write_bytes(b"[]")
    assert checked(model).damaged == ("config.json",)


def test_what_was_put_there_by_hand_stays_the_persons_own(tmp_path):
    davis, names = entry("davis"), ("unet_latest.pth", "frame_latest.pth")
    folder = folder_of(davis)
    folder.mkdir(parents=True)
    for name in names:
        (folder / name).write_bytes(b"by hand")
        (tmp_path / name.replace("latest", "best")).write_bytes(b"imported")
    verify(davis, ignore, CancelToken())

    import_model(davis, tmp_path, ignore, CancelToken())

    assert [(folder / name).read_bytes() for name in names] == [b"by hand"] * 2


def test_what_was_put_there_by_hand_must_be_what_is_published(model):
    by_hand(model, config_json=SMALL, w_bin=BIG[:-1] + b"?")

    assert checked(model).damaged == ("w.bin",)
    assert not (folder_of(model) / NAME).exists()


def test_a_damaged_receipt_is_told(model):
    (fetch(model) / NAME).write_text("{")

    with pytest.raises(StoreError) as caught:
        checked(model)

    assert NAME in caught.value.advice


def test_a_removed_model_is_gone_with_all_that_waited_of_it(model):
    fetch(model)
    (incoming_folder() / model.name / "parts").mkdir(parents=True)

    n_bytes = remove(model)

    assert n_bytes > len(BIG)
    assert status(model).state is ModelState.ABSENT
    assert [path.suffix for path in incoming_folder().iterdir()] == [".lock"]


def test_nothing_to_remove_is_said(model):
    with pytest.raises(StoreError) as caught:
        remove(model)

    assert "is not installed" in caught.value.advice


def test_who_cannot_do_without_a_model_is_known(monkeypatch):
    heart = tiny_entry(ModelFile("w.bin", None), name="heart")
    body = tiny_entry(ModelFile("w.bin", None), name="body", requires=("heart",))
    monkeypatch.setattr("core.store.removing.catalogue", lambda: (heart, body))
    assert needed_by(heart) == ()

    by_hand(body, w_bin=BIG)

    assert needed_by(heart) == (body,)
