import http.client

import pytest

from core.progress import Cancelled, CancelToken
from core.store.transfer import Transfer
from core.store.web import Wish
from tests.helpers.model_server import Mishap

PATIENT_S = 3600.0


@pytest.mark.timeout(30)  # where the cancel is not heard, this would wait for an hour
def test_a_silent_server_does_not_keep_a_person_from_cancelling(server):
    server.files["/w.bin"] = bytes(5000)
    server.always["/w.bin"] = Mishap(stall_after=1000)
    cancel = CancelToken()

    with Transfer(Wish(f"{server.url}/w.bin", "w.bin", stall_s=PATIENT_S), cancel) as transfer:
        assert transfer.answer().status == 200
        chunks = transfer.chunks()
        assert len(next(chunks)) == 1000
        cancel.cancel()
        with pytest.raises(Cancelled):
            next(chunks)


@pytest.mark.timeout(30)  # where nobody is told, this would wait for ever
def test_a_reader_that_breaks_is_told_and_not_waited_for(server, monkeypatch):
    server.files["/w.bin"] = bytes(5000)

    def breaks(*_):
        raise AttributeError("no file behind it any more")

    monkeypatch.setattr(http.client.HTTPResponse, "read1", breaks)

    with Transfer(Wish(f"{server.url}/w.bin", "w.bin"), CancelToken()) as transfer:
        transfer.answer()
        with pytest.raises(AttributeError):
            next(transfer.chunks())


def test_what_arrives_is_what_was_sent(server):
    server.files["/w.bin"] = bytes(range(256)) * 20_000

    with Transfer(Wish(f"{server.url}/w.bin", "w.bin"), CancelToken()) as transfer:
        transfer.answer()
        assert b"".join(transfer.chunks()) == server.files["/w.bin"]


def test_a_transfer_that_is_left_early_lets_its_thread_go(server):
    server.files["/w.bin"] = bytes(20_000_000)

    with Transfer(Wish(f"{server.url}/w.bin", "w.bin"), CancelToken()) as transfer:
        transfer.answer()
        thread = transfer.thread

    thread.join(10)
    assert not thread.is_alive()
