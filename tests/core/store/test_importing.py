import zipfile
from pathlib import Path

import pytest

from core.domain.models import ModelFile, ModelState
from core.errors import StoreError
from core.progress import Cancelled, CancelToken, ignore
from core.store.catalogue import entry
from core.store.importing import import_model
from core.store.places import incoming_folder
from core.store.presence import folder_of, status
from core.store.receipt import read_receipt
from core.store.staging import Staging
from tests.helpers.models import noise, sha256, tiny_entry

WEIGHTS = noise(30_000)
FILES = (
    ModelFile("config.json", None),
    ModelFile("unet/weights.bin", None, sha256=sha256(WEIGHTS)),
    ModelFile("extra.json", None, is_optional=True),
)
TINY = tiny_entry(*FILES)


def brought(model, path, **how):
    return import_model(model, path, ignore, CancelToken(), **how)


@pytest.fixture
def folder(tmp_path):
    (tmp_path / "model" / "unet").mkdir(parents=True)
    (tmp_path / "model" / "config.json").write_text("{}")
    (tmp_path / "model" / "unet" / "weights.bin").write_bytes(WEIGHTS)
    return tmp_path / "model"


def zipped(folder, around=""):
    path = folder.parent / "model.zip"
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        for file in (file for file in folder.rglob("*") if file.is_file()):
            archive.write(file, f"{around}{file.relative_to(folder)}")
    return path


@pytest.mark.parametrize("around", [None, "", "download/model-main/"])
def test_a_folder_or_an_archive_becomes_a_model_however_deep_it_lies(folder, around):
    source = folder if around is None else zipped(folder, around)

    done = brought(TINY, source)

    assert done.folder == folder_of(TINY)
    assert (done.folder / "unet/weights.bin").read_bytes() == WEIGHTS
    assert status(TINY).state is ModelState.INSTALLED
    assert done.unproved == ("config.json",)
    assert done.n_left_out == 0


def test_what_was_imported_stays_where_it_was(folder):
    brought(TINY, folder)

    assert (folder / "unet/weights.bin").read_bytes() == WEIGHTS


def test_what_does_not_belong_to_the_model_stays_out(folder):
    (folder / "README.md").write_text("read me")
    (folder / "holiday.jpg").write_bytes(b"")

    done = brought(TINY, folder)

    assert done.n_left_out == 2
    assert not (done.folder / "README.md").exists()


def test_the_receipt_says_where_it_came_from_and_who_vouches(folder):
    receipt = read_receipt(brought(TINY, folder).folder)

    assert receipt.source == f"imported from {folder}"
    assert [(one.path, one.known_by) for one in receipt.files] == [
        ("config.json", "first use"),
        ("unet/weights.bin", "catalogue"),
    ]


def test_all_missing_files_are_listed(folder):
    (folder / "config.json").unlink()
    (folder / "unet/weights.bin").unlink()
    (folder / "other.txt").write_text("")

    with pytest.raises(StoreError) as caught:
        brought(TINY, folder)

    assert "Missing: config.json, unet/weights.bin." in caught.value.advice
    assert not status(TINY).is_installed


def test_weights_of_ones_own_are_taken_when_a_person_says_so(folder):
    (folder / "unet/weights.bin").write_bytes(b"taught by me")
    with pytest.raises(StoreError):
        brought(TINY, folder)

    done = brought(TINY, folder, may_differ=True)

    assert (done.folder / "unet/weights.bin").read_bytes() == b"taught by me"
    assert done.unproved == ("config.json", "unet/weights.bin")


def test_a_failed_import_leaves_what_was_installed_before(folder):
    brought(TINY, folder)
    (folder / "unet/weights.bin").write_bytes(b"damaged")

    with pytest.raises(StoreError):
        brought(TINY, folder)

    assert (folder_of(TINY) / "unet/weights.bin").read_bytes() == WEIGHTS
    assert status(TINY).state is ModelState.INSTALLED


def test_a_cancelled_import_leaves_nothing(folder):
    cancel = CancelToken()

    with pytest.raises(Cancelled):
        import_model(TINY, folder, lambda _: cancel.cancel(), cancel)

    assert status(TINY).state is ModelState.ABSENT


def test_a_single_file_is_a_model_too(tmp_path):
    one = tiny_entry(ModelFile("weights.pt", None))
    (tmp_path / "weights.pt").write_bytes(WEIGHTS)
    (tmp_path / "diary.txt").write_text("not yours")

    done = brought(one, tmp_path / "weights.pt")

    assert done.n_left_out == 0
    assert [path.name for path in done.folder.glob("*.pt")] == ["weights.pt"]


def test_davis_checkpoints_are_taken_in_pairs_of_whatever_ending(tmp_path):
    for name in ("unet_best.pth", "unet_latest.pth", "frame_latest.pth", "history_latest.pth"):
        (tmp_path / name).write_bytes(name.encode())

    done = brought(entry("davis"), tmp_path)

    names = {path.name for path in done.folder.iterdir()}
    assert {"unet_best.pth", "unet_latest.pth", "frame_latest.pth"} <= names
    assert "history_latest.pth" not in names


@pytest.mark.parametrize("name", ["../evil", "/evil", "a/../../evil", "..\\evil", "C:\\evil"])
def test_an_archive_that_leads_out_is_refused_whole(folder, name):
    path = zipped(folder)
    with zipfile.ZipFile(path, "a") as archive:
        archive.writestr(name, b"")

    with pytest.raises(StoreError) as caught:
        brought(TINY, path)

    assert "tries to write outside" in caught.value.advice
    assert not status(TINY).is_installed


def test_a_link_in_an_archive_is_refused(folder):
    path = zipped(folder)
    link = zipfile.ZipInfo("link")
    link.external_attr = 0o120777 << 16
    with zipfile.ZipFile(path, "a") as archive:
        archive.writestr(link, "/etc/passwd")

    with pytest.raises(StoreError) as caught:
        brought(TINY, path)

    assert "tries to write outside" in caught.value.advice


def test_files_of_two_models_that_lie_beside_each_other_are_never_mixed(folder):
    other = folder / "a"
    other.mkdir()
    (other / "config.json").write_text("of another model")
    (folder / "config.json").rename(folder / "unet" / "config.json")
    (folder / "unet" / "unet").mkdir()
    (folder / "unet" / "weights.bin").rename(folder / "unet" / "unet" / "weights.bin")

    done = brought(TINY, folder)

    assert (done.folder / "config.json").read_text() == "{}"


def test_a_failed_import_does_not_throw_a_waiting_download_away(folder):
    part = Staging(TINY).partial("unet/weights.bin")
    part.path.write_bytes(b"half of it")
    (folder / "config.json").unlink()

    with pytest.raises(StoreError):
        brought(TINY, folder)

    assert part.n_bytes == len(b"half of it")


def test_an_import_that_goes_well_ends_a_waiting_download(folder):
    Staging(TINY).partial("unet/weights.bin").path.write_bytes(b"half of it")

    brought(TINY, folder)

    assert [path.name for path in incoming_folder().iterdir()] == ["tiny.lock"]


def test_content_that_cannot_be_unpacked_is_damage(folder):
    (folder / "config.json").write_text("{}" + " " * 10_000)
    path = zipped(folder)
    with zipfile.ZipFile(path) as archive:
        start = archive.getinfo("config.json").header_offset + 30 + len("config.json")
    content = bytearray(path.read_bytes())
    content[start : start + 4] = b"\xff\xff\xff\xff"
    path.write_bytes(content)

    with pytest.raises(StoreError) as caught:
        brought(TINY, path)

    assert "damaged or only half there" in caught.value.advice


def test_a_file_that_cannot_be_read_is_named(folder, monkeypatch):
    open_path = Path.open

    def refusing(path, *args, **named):
        if path == folder / "config.json":
            raise PermissionError(13, "Permission denied")
        return open_path(path, *args, **named)

    monkeypatch.setattr(Path, "open", refusing)

    with pytest.raises(StoreError) as caught:
        brought(TINY, folder)

    assert "config.json cannot be read" in caught.value.advice
    assert not status(TINY).is_installed


def test_what_the_store_put_there_goes_when_something_else_comes_and_ones_own_stays(tmp_path):
    for name in ("best", "latest"):
        (tmp_path / name).mkdir()
        for kind in ("unet", "frame"):
            (tmp_path / name / f"{kind}_{name}.pth").write_bytes(name.encode())
    done = brought(entry("davis"), tmp_path / "best")
    (done.folder / "notes.txt").write_text("mine")

    brought(entry("davis"), tmp_path / "latest")

    names = {path.name for path in done.folder.iterdir()}
    assert names == {"unet_latest.pth", "frame_latest.pth", "notes.txt", "soloist-model.json"}


def test_weights_in_several_files_are_taken_whole(tmp_path):
    names = [f"model-0000{number}-of-00002.safetensors" for number in (1, 2)]
    names += ["model.safetensors.index.json", "config.json", "tokenizer.json"]
    for name in names:
        (tmp_path / name).write_bytes(name.encode())

    done = brought(entry("pe-a-frame-large"), tmp_path)

    assert set(names) <= {path.name for path in done.folder.iterdir()}
    assert done.n_left_out == 0


def test_progress_counts_the_bytes_that_are_copied(folder):
    seen = []

    import_model(TINY, folder, seen.append, CancelToken())

    assert seen[-1].fraction == 1.0
