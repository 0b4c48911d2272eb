"""What was tried to go wrong between a server and this machine. Importing it adds the cases."""

from dataclasses import replace

from core.domain.models import ModelFile
from core.progress import CancelToken, ignore
from core.store import tokens
from core.store.installing import Manner, install
from tests.helpers.model_server import Mishap
from tests.helpers.models import fetch, noise, sha256, tiny_entry
from tests.helpers.store_bench import CONTENT, Bench, case

GOES_ON = "Nothing: it goes on by itself, and the model is installed."
STARTS_OVER = "Nothing: it starts over by itself, and the model is installed."
DOWNLOAD, ACCESS = "Downloading", "Access"


@case(DOWNLOAD, "the connection breaks, and comes back", GOES_ON)
def _(bench: Bench) -> None:
    bench.server.mishaps["/weights.bin"] = [Mishap(cut_after=20_000)]
    fetch(bench.entry())
    assert bench.server.gets("/weights.bin")[-1].status == 206


@case(DOWNLOAD, "the connection breaks again and again")
def _(bench: Bench) -> None:
    bench.always(cut_after=0)
    fetch(bench.entry())


@case(DOWNLOAD, "the server falls silent in the middle")
def _(bench: Bench) -> None:
    bench.always(stall_after=0)
    fetch(bench.entry())


@case(DOWNLOAD, "the server knows no ranges when a download is resumed", STARTS_OVER)
def _(bench: Bench) -> None:
    bench.server.mishaps["/weights.bin"] = [
        Mishap(cut_after=20_000),
        Mishap(ignores_range=True),
    ]
    fetch(bench.entry())


@case(DOWNLOAD, "the file changed at its source before a download is resumed", STARTS_OVER)
def _(bench: Bench) -> None:
    other = noise(50_000, seed=1)
    bench.server.mishaps["/weights.bin"] = [Mishap(cut_after=20_000, content=other)]
    folder = fetch(bench.entry())
    assert (folder / "weights.bin").read_bytes() == CONTENT


@case(DOWNLOAD, "the server sends another range than was asked for")
def _(bench: Bench) -> None:
    bench.server.mishaps["/weights.bin"] = [
        each
        for _ in range(5)
        for each in (
            Mishap(cut_after=100),
            Mishap(headers={"Content-Range": "bytes 7-9/50000"}),
        )
    ]
    fetch(bench.entry())


@case(DOWNLOAD, "the server says that the file is longer than what it sends")
def _(bench: Bench) -> None:
    for method in ("HEAD", "GET"):
        bench.server.mishaps.setdefault("/weights.bin", []).extend(
            [Mishap(told_bytes=60_000, method=method)] * 9
        )
    fetch(bench.entry())


@case(DOWNLOAD, "the server has a file of another size than the catalogue says")
def _(bench: Bench) -> None:
    fetch(bench.entry(size_bytes=40_000))


@case(DOWNLOAD, "the file is of another size than the server said a moment ago")
def _(bench: Bench) -> None:
    bench.always(content=CONTENT[:40_000])
    fetch(bench.entry())


@case(DOWNLOAD, "the bytes are others than published")
def _(bench: Bench) -> None:
    fetch(bench.entry(sha256=sha256(b"another")))


@case(DOWNLOAD, "a web page comes instead of the file")
def _(bench: Bench) -> None:
    bench.always(headers={"Content-Type": "text/html; charset=utf-8"})
    fetch(bench.entry())


@case(DOWNLOAD, "the server sends us on for ever")
def _(bench: Bench) -> None:
    bench.always(location=f"{bench.server.url}/weights.bin")
    fetch(bench.entry())


@case(DOWNLOAD, "the server sends us to something that is no web address")
def _(bench: Bench) -> None:
    bench.always(location="file:///etc/passwd")
    fetch(bench.entry())


@case(DOWNLOAD, "the file is not there any more (404)")
def _(bench: Bench) -> None:
    bench.always(status=404)
    fetch(bench.entry())


@case(DOWNLOAD, "too many requests (429), with a short wait", GOES_ON)
def _(bench: Bench) -> None:
    bench.server.mishaps["/weights.bin"] = [Mishap(status=429, headers={"Retry-After": "0"})]
    fetch(bench.entry())


@case(DOWNLOAD, "too many requests (429), with a long wait")
def _(bench: Bench) -> None:
    bench.always(status=429, headers={"Retry-After": "900"})
    fetch(bench.entry())


@case(DOWNLOAD, "the server fails once (503)", GOES_ON)
def _(bench: Bench) -> None:
    bench.server.mishaps["/weights.bin"] = [Mishap(status=503)]
    fetch(bench.entry())


@case(DOWNLOAD, "the server fails again and again (500)")
def _(bench: Bench) -> None:
    bench.always(status=500)
    fetch(bench.entry())


@case(DOWNLOAD, "an answer that makes no sense (418)")
def _(bench: Bench) -> None:
    bench.always(status=418)
    fetch(bench.entry())


@case(DOWNLOAD, "nobody answers")
def _(bench: Bench) -> None:
    entry = bench.entry()
    bench.server.stop()
    fetch(entry)


@case(DOWNLOAD, "the proxy refuses")
def _(bench: Bench) -> None:
    bench.patch.setenv("https_proxy", bench.server.url)
    bench.patch.setenv("no_proxy", "")
    fetch(tiny_entry(ModelFile("weights.bin", "https://models.example/weights.bin")))


@case(ACCESS, "the licence is declined")
def _(bench: Bench) -> None:
    install(bench.entry(), Manner(is_licence_accepted=False), ignore, CancelToken())


@case(ACCESS, "a gated model, and no token")
def _(bench: Bench) -> None:
    bench.always(status=401)
    fetch(replace(bench.entry(), is_gated=True))


@case(ACCESS, "a gated model, and a token that is not accepted (401)")
def _(bench: Bench) -> None:
    bench.always(status=401)
    fetch(replace(bench.entry(), is_gated=True), token="hf_x")


@case(ACCESS, "a gated model, and an account that was not let in (403)")
def _(bench: Bench) -> None:
    bench.always(status=403)
    fetch(replace(bench.entry(), is_gated=True), token="hf_x")


@case(ACCESS, "a free model that suddenly asks for a sign-in")
def _(bench: Bench) -> None:
    bench.always(status=401)
    fetch(bench.entry())


@case(ACCESS, "something typed as a token that cannot be one")
def _(_bench: Bench) -> None:
    tokens.checked_token("my password is secret")


@case(ACCESS, "no password store to keep the token in")
def _(_bench: Bench) -> None:
    tokens.keep_token("hf_x")


@case(ACCESS, "a model that no program can download")
def _(_bench: Bench) -> None:
    fetch(tiny_entry(ModelFile("weights.bin", None)))
