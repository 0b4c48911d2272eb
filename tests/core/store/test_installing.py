import errno
from dataclasses import replace
from pathlib import Path

import pytest

from core.domain.models import ModelFile, ModelState
from core.errors import StoreError
from core.progress import Cancelled, CancelToken, ignore
from core.store.installing import Manner, install
from core.store.places import incoming_folder
from core.store.presence import folder_of, status
from core.store.receipt import read_receipt, write_receipt
from tests.helpers.model_server import Mishap, git_sha1, model_server
from tests.helpers.models import fetch, md5, noise, served, sha256, tiny_entry

BIG = noise(300_000)
SMALL = b'{"width": 8}'


def is_absent(entry):
    return (
        status(entry).state in (ModelState.ABSENT, ModelState.PARTIAL)
        and not folder_of(entry).exists()
    )


def test_a_model_is_installed_whole_with_a_receipt(server):
    entry = tiny_entry(
        served(server, "config.json", SMALL),
        served(server, "unet/weights.bin", BIG, sha256=sha256(BIG), size_bytes=len(BIG)),
    )

    folder = fetch(entry)

    assert folder == folder_of(entry)
    assert (folder / "config.json").read_bytes() == SMALL
    assert (folder / "unet/weights.bin").read_bytes() == BIG
    assert status(entry).state is ModelState.INSTALLED
    receipt = read_receipt(folder)
    assert [(one.path, one.sha256, one.known_by) for one in receipt.files] == [
        ("config.json", sha256(SMALL), "first use"),
        ("unet/weights.bin", sha256(BIG), "catalogue"),
    ]
    assert not (incoming_folder() / entry.name).exists()


def test_nothing_is_asked_of_any_server_before_the_licence_is_accepted(server):
    entry = tiny_entry(served(server, "config.json", SMALL))

    with pytest.raises(StoreError) as caught:
        install(entry, Manner(is_licence_accepted=False), ignore, CancelToken())

    assert "Tiny Licence 1.0" in caught.value.advice
    assert server.seen == []
    assert is_absent(entry)


def test_what_cannot_be_downloaded_says_how_it_is_got(server):
    entry = tiny_entry(ModelFile("weights.bin", None))

    with pytest.raises(StoreError) as caught:
        fetch(entry)

    assert "https://example.org/tiny. Then import the folder" in caught.value.advice


def test_md5_is_checked_where_it_is_all_that_is_published(server):
    good = served(server, "weights.bin", BIG, md5=md5(BIG))
    bad = replace(good, md5=md5(b"another"))

    fetch(tiny_entry(good))
    with pytest.raises(StoreError) as caught:
        fetch(tiny_entry(bad, name="bad"))

    assert "its checksum is wrong" in caught.value.advice
    assert is_absent(tiny_entry(bad, name="bad"))


def test_the_hub_tells_sums_that_no_catalogue_knows(server):
    server.is_hub = True
    small = served(server, "config.json", SMALL)
    big = served(server, "weights.bin", BIG)
    linked = {"X-Linked-ETag": f'"{sha256(BIG)}"', "X-Linked-Size": str(len(BIG))}
    server.always["/weights.bin"] = Mishap(headers=linked, method="HEAD")

    folder = fetch(tiny_entry(small, big))

    assert [one.known_by for one in read_receipt(folder).files] == ["server", "server"]


@pytest.mark.parametrize("kind", ["sha256", "git sha1"])
def test_bytes_that_differ_from_what_the_hub_tells_are_refused(server, kind):
    server.is_hub = True
    file = served(server, "weights.bin", BIG)
    tag = sha256(b"x") if kind == "sha256" else git_sha1(b"x")
    server.always["/weights.bin"] = Mishap(headers={"X-Linked-ETag": tag}, method="HEAD")

    with pytest.raises(StoreError) as caught:
        fetch(tiny_entry(file))

    assert f"the {kind} of weights.bin differs" in str(caught.value)
    assert is_absent(tiny_entry(file))


def test_the_commit_of_the_hub_stands_in_the_receipt(server):
    server.is_hub = True
    entry = tiny_entry(
        served(server, "config.json", SMALL), repository="someone/tiny", revision="main"
    )

    assert read_receipt(fetch(entry)).source == f"someone/tiny@{server.commit}"


def test_a_name_that_the_hub_has_changed_is_followed_and_its_sums_are_still_told(server):
    server.is_hub = True
    file = served(server, "new/weights.bin", BIG)
    for method in ("HEAD", "GET"):
        moved = Mishap(location="/new/weights.bin", method=method)
        server.mishaps.setdefault("/old/weights.bin", []).append(moved)

    folder = fetch(
        tiny_entry(replace(file, path="weights.bin", url=f"{server.url}/old/weights.bin"))
    )

    assert (folder / "weights.bin").read_bytes() == BIG
    assert read_receipt(folder).files[0].known_by == "server"


def test_files_of_two_commits_are_never_mixed(server):
    server.is_hub = True
    first, second = served(server, "a.json", SMALL), served(server, "b.json", SMALL)
    server.always["/b.json"] = Mishap(headers={"X-Repo-Commit": "d" * 40}, method="HEAD")

    with pytest.raises(StoreError) as caught:
        fetch(tiny_entry(first, second))

    assert "was replaced at its source" in caught.value.advice
    assert is_absent(tiny_entry(first, second))


def test_another_name_is_taken_where_the_first_is_not_there(server):
    file = replace(
        served(server, "model.safetensors", BIG), also=("pytorch_model.bin", "any_*.bin")
    )
    server.files["/pytorch_model.bin"] = server.files.pop("/model.safetensors")

    folder = fetch(tiny_entry(file))

    assert (folder / "pytorch_model.bin").read_bytes() == BIG
    assert status(tiny_entry(file)).state is ModelState.INSTALLED


def test_an_optional_file_may_be_missing_at_the_source(server):
    needed = served(server, "weights.bin", BIG)
    optional = ModelFile("extra.json", f"{server.url}/extra.json", is_optional=True)

    folder = fetch(tiny_entry(needed, optional))

    assert not (folder / "extra.json").exists()


def test_progress_counts_the_bytes_of_all_files(server):
    seen = []

    fetch(
        tiny_entry(served(server, "a", BIG), served(server, "b", BIG)),
        report=seen.append,
    )

    moving = [one for one in seen if one.stage.startswith("Downloading")]
    assert moving[-1].done == moving[-1].total == 2 * len(BIG)
    assert [one.done for one in moving] == sorted(one.done for one in moving)


def test_cancel_is_heard_while_bytes_flow_and_the_part_is_kept(server):
    server.slice_pause_s = 0.05
    entry, cancel = tiny_entry(served(server, "weights.bin", BIG)), CancelToken()

    def stop(progress):
        if progress.done > 50_000:
            cancel.cancel()

    with pytest.raises(Cancelled):
        fetch(entry, report=stop, cancel=cancel)

    assert is_absent(entry)
    assert status(entry).state is ModelState.PARTIAL
    assert 50_000 < status(entry).size_bytes < len(BIG)


def test_the_next_run_goes_on_where_the_last_one_stopped(server):
    test_cancel_is_heard_while_bytes_flow_and_the_part_is_kept(server)
    server.slice_pause_s = 0
    entry = tiny_entry(served(server, "weights.bin", BIG))

    folder = fetch(entry)

    assert (folder / "weights.bin").read_bytes() == BIG
    last = server.gets("/weights.bin")[-1]
    assert last.status == 206
    assert last.headers["if-range"] == f'"{git_sha1(BIG)}"'


def test_files_that_had_arrived_are_not_fetched_again(server):
    first, second = served(server, "a.bin", BIG), served(server, "b.bin", BIG)
    server.always["/b.bin"] = Mishap(status=403)
    with pytest.raises(StoreError):
        fetch(tiny_entry(first, second))
    del server.always["/b.bin"]

    fetch(tiny_entry(first, second))

    assert len(server.gets("/a.bin")) == 1


def test_a_damaged_file_is_fetched_again_and_the_others_are_not(server):
    entry = tiny_entry(served(server, "a.bin", BIG), served(server, "b.bin", BIG))
    folder = fetch(entry)
    (folder / "b.bin").write_bytes(BIG[:-1] + b"?")

    fetch(entry)

    assert (folder / "b.bin").read_bytes() == BIG
    assert (len(server.gets("/a.bin")), len(server.gets("/b.bin"))) == (1, 2)


def test_a_try_that_died_beside_a_file_does_not_stand_in_the_way_of_the_next(server):
    entry = tiny_entry(served(server, "config.json", SMALL), served(server, "weights.bin", BIG))
    folder = fetch(entry)
    (folder / "weights.bin").unlink()
    whole = incoming_folder() / entry.name / "whole"
    whole.mkdir(parents=True)
    # As left where a file had got its second name, and nothing was noted of it yet.
    (whole / "config.json").hardlink_to(folder / "config.json")

    fetch(entry)

    assert status(entry).state is ModelState.INSTALLED
    assert (folder / "config.json").read_bytes() == SMALL


def test_a_disk_that_is_full_before_the_first_byte_is_told(server, monkeypatch):
    entry = tiny_entry(served(server, "weights.bin", BIG))
    write_text = Path.write_text

    def refusing(path, *args, **named):
        if path.name.endswith(".part.json"):
            raise OSError(errno.ENOSPC, "No space left on device")
        return write_text(path, *args, **named)

    monkeypatch.setattr(Path, "write_text", refusing)

    with pytest.raises(StoreError) as caught:
        fetch(entry)

    assert "There is no room" in caught.value.advice


def test_what_an_earlier_try_left_of_an_older_state_is_fetched_again(server):
    server.is_hub = True
    config = served(server, "someone/tiny/resolve/main/config.json", b"old")
    weights = served(server, "someone/tiny/resolve/main/weights.bin", BIG)
    entry = tiny_entry(
        replace(config, path="config.json"), replace(weights, path="weights.bin"),
        repository="someone/tiny", revision="main",
    )  # fmt: skip
    server.always["/someone/tiny/resolve/main/weights.bin"] = Mishap(status=503)
    with pytest.raises(StoreError):
        fetch(entry)
    server.always.clear()
    server.files["/someone/tiny/resolve/main/config.json"] = b"new"
    server.commit = "f" * 40

    folder = fetch(entry)

    assert (folder / "config.json").read_bytes() == b"new"


def test_a_receipt_is_written_whole_or_not_at_all(server, monkeypatch):
    entry = tiny_entry(served(server, "config.json", SMALL))
    folder = fetch(entry)
    receipt = read_receipt(folder)
    write_text = Path.write_text

    def dying(path, text, *args, **named):
        write_text(path, text[:20], *args, **named)
        raise OSError(errno.EIO, "the power went")

    monkeypatch.setattr(Path, "write_text", dying)
    with pytest.raises(OSError, match="power"):
        write_receipt(folder, receipt)

    assert read_receipt(folder) == receipt


def test_a_persons_own_files_in_the_folder_survive_an_install(server):
    entry = tiny_entry(served(server, "a.bin", BIG))
    folder_of(entry).mkdir(parents=True)
    (folder_of(entry) / "recipe.json").write_text("mine")

    folder = fetch(entry)

    assert (folder / "recipe.json").read_text() == "mine"
    assert (folder / "a.bin").read_bytes() == BIG


def test_what_lay_there_stays_when_the_rename_fails(server, monkeypatch):
    entry = tiny_entry(served(server, "a.bin", BIG))
    folder_of(entry).mkdir(parents=True)
    (folder_of(entry) / "old.txt").write_text("old")
    rename = type(folder_of(entry)).rename

    def failing(self, target):
        if self.name == "whole":
            raise PermissionError(13, "Permission denied")
        return rename(self, target)

    monkeypatch.setattr(type(folder_of(entry)), "rename", failing)

    with pytest.raises(StoreError) as caught:
        fetch(entry)

    assert "cannot be written (Permission denied)" in caught.value.advice
    assert (folder_of(entry) / "old.txt").read_text() == "old"
    assert not (folder_of(entry) / "a.bin").exists()


def test_two_at_once_do_not_fall_over_each_other(server):
    entry, messages = tiny_entry(served(server, "a.bin", BIG)), []

    def again(_progress):
        try:
            fetch(entry)
        except StoreError as error:
            messages.append(error.advice)

    fetch(entry, report=again)

    assert "Another Soloist is working on “Tiny model”" in messages[0]


def test_a_token_goes_to_the_host_that_asks_for_it_and_to_no_other(server):
    with model_server() as store:
        store.files["/blob"] = BIG
        file = served(server, "weights.bin", BIG)
        server.token = "hf_secret"
        for method in ("HEAD", "GET"):
            server.mishaps.setdefault("/weights.bin", []).append(
                Mishap(location=f"{store.url}/blob", method=method)
            )

        folder = fetch(tiny_entry(file, is_gated=True), token="hf_secret")

        assert (folder / "weights.bin").read_bytes() == BIG
        assert all("authorization" in one.headers for one in server.seen)
        assert store.seen
        assert not any("authorization" in one.headers for one in store.seen)


def test_a_proxy_of_the_environment_is_used(server, monkeypatch):
    monkeypatch.setenv("http_proxy", server.url)
    monkeypatch.setenv("no_proxy", "")
    server.files["http://models.example/weights.bin"] = BIG
    file = ModelFile("weights.bin", "http://models.example/weights.bin", sha256=sha256(BIG))

    folder = fetch(tiny_entry(file))

    assert (folder / "weights.bin").read_bytes() == BIG
    assert server.seen[0].path == "http://models.example/weights.bin"


def lay_into_hub_cache(home, content, name, *, path="weights.bin", commit="e" * 40):
    repository = home / "hub" / "models--someone--tiny"
    for folder in ("refs", "blobs", f"snapshots/{commit}"):
        (repository / folder).mkdir(parents=True, exist_ok=True)
    (repository / "refs" / "main").write_text(commit)
    (repository / "blobs" / name).write_bytes(content)
    link = repository / "snapshots" / commit / path
    link.symlink_to(f"../../blobs/{name}")
    return repository / "blobs" / name


@pytest.fixture
def hub_home(monkeypatch, tmp_path):
    monkeypatch.setenv("HF_HOME", str(tmp_path))
    return tmp_path


def of_hub(server, content):
    file = served(server, "weights.bin", content)
    return tiny_entry(file, repository="someone/tiny", revision="main")


@pytest.mark.parametrize("sum_of", [sha256, git_sha1])
def test_what_lies_in_the_cache_of_the_hub_is_used_without_the_network(server, hub_home, sum_of):
    blob = lay_into_hub_cache(hub_home, BIG, sum_of(BIG))

    folder = fetch(of_hub(server, BIG))

    assert (folder / "weights.bin").samefile(blob)
    assert server.seen == []
    assert read_receipt(folder).files[0].known_by == "hub cache"


def test_what_cannot_be_read_in_the_cache_of_the_hub_is_downloaded(server, hub_home, monkeypatch):
    entry = tiny_entry(
        served(server, "weights.bin", BIG), repository="someone/tiny", revision="main"
    )
    lay_into_hub_cache(hub_home, BIG, sha256(BIG))

    def refuse(*_):
        raise PermissionError(13, "Permission denied")

    monkeypatch.setattr("core.store.hub_cache.sums_of", refuse)

    assert (fetch(entry) / "weights.bin").read_bytes() == BIG


def test_what_was_touched_in_the_cache_of_the_hub_is_not_used(server, hub_home):
    lay_into_hub_cache(hub_home, BIG[:-1] + b"?", sha256(BIG))

    folder = fetch(of_hub(server, BIG))

    assert (folder / "weights.bin").read_bytes() == BIG
    assert server.gets("/weights.bin")
