import subprocess
import sys

import pytest

from core.domain.beliefs import HeardWord
from core.domain.prompts import TimeSpan
from core.jobs.tagging import TagJob
from core.progress import CancelToken, ignore
from core.separation import heard_words
from tests.helpers.sounds import clip, noise

FOUND = (HeardWord("dog", 0.8, (TimeSpan(1.0, 2.0),)),)


def test_the_answer_carries_the_jobs_number_and_what_was_heard(monkeypatch):
    asked = []

    def hear(mix, device, *, report, cancel):
        asked.append((mix, device))
        return FOUND

    monkeypatch.setattr(heard_words, "heard_by_bundled", hear)
    job = TagJob(clip(noise(1.0)), device="cpu")

    answer = job(ignore, CancelToken())

    assert answer.job_id == job.job_id
    assert answer.words == FOUND
    assert asked == [(job.mix, "cpu")]
    assert job.label


def test_the_request_alone_loads_no_torch():
    code = "import sys, core.jobs.tagging; sys.exit('torch' in sys.modules)"

    assert subprocess.run([sys.executable, "-c", code], check=False).returncode == 0


def test_a_confidence_beyond_one_is_refused():
    with pytest.raises(ValueError, match="confidence"):
        HeardWord("dog", 1.2, ())
