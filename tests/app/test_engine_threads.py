from types import SimpleNamespace

import main as program
from app.engine_threads import wait_asleep


def test_engines_do_not_keep_playback_from_its_turn(monkeypatch):
    environment = {}
    monkeypatch.setattr(program, "os", SimpleNamespace(environ=environment))

    program.main(["dance"])

    assert environment == {"OMP_WAIT_POLICY": "PASSIVE"}


def test_what_the_person_has_set_about_threads_stays():
    environment = {"OMP_WAIT_POLICY": "ACTIVE"}

    wait_asleep(environment)

    assert environment == {"OMP_WAIT_POLICY": "ACTIVE"}
