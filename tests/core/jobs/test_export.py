import json
from dataclasses import replace
from pathlib import Path

import av
import numpy as np
import pytest
import soundfile

from core.domain import edits
from core.domain.audio import AudioClip
from core.domain.export import ExportChoice, SoundFormat
from core.domain.masks import MaskTrack, TrackedMask
from core.domain.project import Project, StemResult
from core.domain.prompts import (
    Click,
    PromptSet,
    RegionPrompt,
    SpanPrompt,
    SpectralPrompt,
    TimeSpan,
)
from core.errors import ExportError
from core.jobs import export_run
from core.jobs.export import ExportJob, rehearse_export
from core.jobs.export_plan import ExportSubject, files_in_the_way, plan_export
from core.media.frame_reader import FrameReader
from core.media.probe import probe
from core.progress import Cancelled, CancelToken, Progress, ignore
from tests.core.files.clips import picture_packets, read_frames, write_clip
from tests.helpers.pictures import disc_mask
from tests.helpers.sounds import noise, tone

RATE_HZ = 16_000
REGION = RegionPrompt(clicks=(Click(20, 24, 0),))
SPANS = (SpanPrompt(TimeSpan(0.5, 1.0)), SpanPrompt(TimeSpan(1.5, 2.0), is_positive=False))
PROMPTS = PromptSet(regions=(REGION,), spans=SPANS)


def subject(
    folder: Path, *, gain: float = 1.0, n_stems: int = 1, with_clip: bool = False
) -> ExportSubject:
    """A mix of 2 s, and stems that were separated from it."""
    mix = AudioClip(noise(2.0, RATE_HZ, 2, gain=0.1 * gain), RATE_HZ)
    media = probe(write_clip(folder / "Duo.mp4", sound=mix.samples, sample_rate_hz=RATE_HZ))
    project = Project(media.path)
    for number in range(n_stems):
        project = edits.add_stem(project, f"Voice {number + 1}")
        path = folder / f"target{number}.wav"
        target = tone(440 * (number + 1), 2.0, RATE_HZ, 2, gain=0.3 * gain)
        soundfile.write(path, target.T, RATE_HZ, subtype="FLOAT")
        result = StemResult(path, PROMPTS, "spectral", 3, {"rank": 8}, mix.n_samples, RATE_HZ, 2)
        stem = replace(project.stems[-1], prompts=PROMPTS, seed=3, settings={"rank": 8})
        stem = replace(stem, result=result)
        project = replace(project, stems=(*project.stems[:-1], stem))
    tracks = {}
    if with_clip:
        with FrameReader(media) as picture:
            size = picture.width_px, picture.height_px
            packed = tuple(
                TrackedMask.pack(int(pts), disc_mask(*size, 20, 24, 9)) for pts in picture.pts_table
            )
            tracks = {REGION: MaskTrack(picture.time_base, picture.origin_s, packed)}
    return ExportSubject(project, mix, media, tracks)


def choice_for(subject: ExportSubject, folder: Path, **changes) -> ExportChoice:
    stem_ids = tuple(stem.stem_id for stem in subject.project.stems)
    return replace(ExportChoice(folder / "out", stem_ids, with_mix=True), **changes)


def export(subject: ExportSubject, choice: ExportChoice, report=ignore, cancel=None):
    return ExportJob(subject, choice)(report, cancel or CancelToken())


def samples_of(path: Path) -> np.ndarray:
    return soundfile.read(path, dtype="float64")[0]


def names_in(folder: Path) -> list[str]:
    return sorted(path.name for path in folder.iterdir())


def test_target_residual_and_mix_are_written_with_a_manifest_that_says_which_is_which(tmp_path):
    source = subject(tmp_path)

    answer = export(source, choice_for(source, tmp_path, name_template="{role}"))

    assert names_in(tmp_path / "out") == ["manifest.json", "mix.wav", "residual.wav", "target.wav"]
    manifest = json.loads((tmp_path / "out" / "manifest.json").read_text("utf-8"))
    assert manifest["files"] == {
        "mix": "mix.wav",
        "target": "target.wav",
        "residual": "residual.wav",
    }
    assert answer.files["target"] == tmp_path / "out" / "target.wav"
    assert manifest["clip"]["name"] == "Duo.mp4"
    assert len(manifest["clip"]["sha256"]) == 64
    assert manifest["engine"] == "spectral"
    assert manifest["settings"] == {"rank": 8}
    assert manifest["seed"] == 3
    assert manifest["prompts"]["spans"][1] == {"start_s": 1.5, "end_s": 2.0, "is_positive": False}
    assert manifest["sound"]["n_samples"] == 32_000
    assert manifest["versions"]["soloist"]
    assert manifest["versions"]["torch"]


@pytest.mark.parametrize("sound_format", list(SoundFormat))
def test_exported_target_and_residual_give_the_mix_back(tmp_path, sound_format):
    source = subject(tmp_path)
    choice = choice_for(source, tmp_path, sound_format=sound_format)

    files = export(source, choice).files

    mix, target, residual = (samples_of(files[role]) for role in ("mix", "target", "residual"))
    worst = np.abs(target + residual - mix).max()
    limits = {SoundFormat.WAV32F: 10**-6, SoundFormat.WAV16: 4.5 / 2**15}
    assert worst <= limits.get(sound_format, 2.0**-23)
    assert {soundfile.info(path).frames for path in files.values() if path.suffix != ".json"} == {
        source.mix.n_samples
    }


def test_if_one_sound_would_clip_all_are_lowered_together_and_it_is_said_aloud(tmp_path):
    source = subject(tmp_path, gain=5.0)

    answer = export(source, choice_for(source, tmp_path))

    mix, target, residual = (
        samples_of(answer.files[role]) for role in ("mix", "target", "residual")
    )
    assert answer.gain < 0.7
    assert max(np.abs(sound).max() for sound in (mix, target, residual)) <= 1.0
    np.testing.assert_allclose(mix, source.mix.samples.T * answer.gain, atol=2**-24)
    assert np.abs(target + residual - mix).max() <= 2.0**-23
    (notice,) = answer.notices
    assert "lowered together" in notice
    manifest = json.loads(answer.files["manifest"].read_text("utf-8"))
    assert manifest["notices"] == [notice]
    assert manifest["sound"]["common_gain_db"] == pytest.approx(20 * np.log10(answer.gain))


def test_float_sounds_are_never_scaled(tmp_path):
    source = subject(tmp_path, gain=5.0)

    answer = export(source, choice_for(source, tmp_path, sound_format=SoundFormat.WAV32F))

    np.testing.assert_array_equal(samples_of(answer.files["mix"]), source.mix.samples.T)
    assert answer.notices == ()


def test_a_loud_target_is_lowered_in_the_video_beside_float_stems(tmp_path):
    source = subject(tmp_path, gain=5.0)
    choice = choice_for(source, tmp_path, sound_format=SoundFormat.WAV32F, with_video=True)

    answer = export(source, choice)

    np.testing.assert_array_equal(samples_of(answer.files["mix"]), source.mix.samples.T)
    assert "sounds of the videos" in answer.notices[0]


def test_everything_can_be_taken_away_at_once(tmp_path):
    source = subject(tmp_path, with_clip=True)
    choice = choice_for(
        source, tmp_path, with_video=True, with_overlay=True, with_matte=True, with_labels=True
    )

    answer = export(source, choice)

    assert names_in(tmp_path / "out") == [
        "Duo - Voice 1 - labels.txt",
        "Duo - Voice 1 - matte.mp4",
        "Duo - Voice 1 - overlay.mp4",
        "Duo - Voice 1 - residual.wav",
        "Duo - Voice 1 - target.wav",
        "Duo - Voice 1 - video.mp4",
        "Duo - manifest.json",
        "Duo - mix.wav",
    ]
    assert source.media is not None
    assert picture_packets(answer.files["video"]) == picture_packets(source.media.path)
    # The clip's pixels are 4:3 wide; overlay and matte show it as it is seen, 85 x 48.
    matte = read_frames(answer.files["matte"])
    assert len(matte) == len(read_frames(answer.files["overlay"])) == 50
    assert np.array_equal(matte[7][1][:48, :85, 0] > 127, disc_mask(85, 48, 20, 24, 9))
    with av.open(str(answer.files["overlay"])) as overlay:
        assert overlay.streams.audio[0].rate == RATE_HZ
    assert answer.notices == ()


def test_labels_say_where_the_sound_was_marked_as_audacity_reads_it(tmp_path):
    source = subject(tmp_path)
    painted = SpectralPrompt(TimeSpan(0.25, 0.75), 300, 900.5)
    project = edits.add_spectral(source.project, source.project.stems[0].stem_id, (painted,))
    late = AudioClip(noise(2.0, RATE_HZ, 2), RATE_HZ, start_s=0.25)
    source = replace(source, project=project, mix=late)

    answer = export(source, choice_for(source, tmp_path, with_labels=True))

    assert answer.files["labels"].read_bytes().decode() == (
        "0.000000\t0.500000\tVoice 1 (painted)\n"
        "\\\t300.000000\t900.500000\n"
        "0.250000\t0.750000\tVoice 1\n"
        "1.250000\t1.750000\tnot Voice 1\n"
    )
    assert "before its prompts were last changed" in answer.notices[0]


def test_several_stems_get_files_and_roles_of_their_own_and_share_the_mix(tmp_path):
    source = subject(tmp_path, n_stems=2)

    answer = export(source, choice_for(source, tmp_path))

    assert list(answer.files) == [
        "mix",
        "Voice 1/target",
        "Voice 1/residual",
        "Voice 2/target",
        "Voice 2/residual",
        "manifest",
    ]
    manifest = json.loads(answer.files["manifest"].read_text("utf-8"))
    assert manifest["files"]["Voice 2/target"] == "Duo - Voice 2 - target.wav"
    assert [stem["files"]["residual"] for stem in manifest["stems"]] == [
        "Duo - Voice 1 - residual.wav",
        "Duo - Voice 2 - residual.wav",
    ]


def test_stems_of_one_name_and_templates_without_names_still_give_different_files(tmp_path):
    source = subject(tmp_path, n_stems=2)
    project = edits.rename_stem(source.project, source.project.stems[1].stem_id, "voice 1")
    source = replace(source, project=project)

    plan = plan_export(source, choice_for(source, tmp_path, name_template="{clip}"))

    assert len({planned.path.name.casefold() for planned in plan.files}) == len(plan.files) == 6


def test_what_a_stem_does_not_have_is_left_out_and_said(tmp_path):
    source = subject(tmp_path)
    unseparated = edits.set_result(source.project, source.project.stems[0].stem_id, None)
    source = replace(source, project=unseparated)

    answer = export(source, choice_for(source, tmp_path, with_video=True, with_overlay=True))

    assert names_in(tmp_path / "out") == ["Duo - manifest.json", "Duo - mix.wav"]
    assert answer.notices == (
        "No target and residual of “Voice 1”: it has not been separated yet.",
        "No video of “Voice 1”: it has not been separated yet.",
        "No overlay of “Voice 1”: nothing was clicked or boxed in the picture.",
    )


def test_nothing_to_export_is_an_error_with_advice(tmp_path):
    source = subject(tmp_path)
    unseparated = edits.set_result(source.project, source.project.stems[0].stem_id, None)

    with pytest.raises(ExportError) as caught:
        export(replace(source, project=unseparated), choice_for(source, tmp_path, with_mix=False))

    assert "not been separated" in caught.value.advice
    assert not (tmp_path / "out").exists()


def test_existing_files_are_named_and_left_alone_until_replacing_is_allowed(tmp_path):
    source = subject(tmp_path)
    choice = choice_for(source, tmp_path)
    (tmp_path / "out").mkdir()
    mine = tmp_path / "out" / "Duo - Voice 1 - residual.wav"
    mine.write_text("mine")

    assert files_in_the_way(source, choice) == (mine,)
    with pytest.raises(ExportError, match="exists"):
        export(source, choice)
    assert names_in(tmp_path / "out") == [mine.name]
    assert mine.read_text() == "mine"

    answer = export(source, replace(choice, may_overwrite=True))
    assert soundfile.info(answer.files["residual"]).frames == source.mix.n_samples


@pytest.mark.parametrize("n_reports", [1, 3, 6, 60])
def test_cancelling_at_any_moment_leaves_the_folder_as_it_was(tmp_path, n_reports):
    source = subject(tmp_path, with_clip=True)
    choice = choice_for(source, tmp_path, with_video=True, with_overlay=True, may_overwrite=True)
    (tmp_path / "out").mkdir()
    mine = tmp_path / "out" / "Duo - mix.wav"
    mine.write_text("mine")
    cancel, seen = CancelToken(), []

    def report(progress: Progress) -> None:
        seen.append(progress)
        if len(seen) == n_reports:
            cancel.cancel()

    with pytest.raises(Cancelled):
        export(source, choice, report, cancel)

    assert names_in(tmp_path / "out") == [mine.name]
    assert mine.read_text() == "mine"


def test_a_failure_in_the_last_file_takes_the_others_with_it(tmp_path, monkeypatch):
    source = subject(tmp_path)

    def fail(*args, **kwargs):
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(export_run, "manifest_text", fail)
    with pytest.raises(ExportError) as caught:
        export(source, choice_for(source, tmp_path))

    assert "disk is full" in caught.value.advice
    assert not (tmp_path / "out").exists()


def test_a_folder_that_cannot_be_made_is_an_error_with_advice(tmp_path):
    source = subject(tmp_path)
    (tmp_path / "file").write_text("")

    with pytest.raises(ExportError) as caught:
        export(source, choice_for(source, tmp_path / "file"))

    assert str(tmp_path / "file") in caught.value.advice


def test_a_rehearsal_finds_what_is_in_the_way_and_leaves_nothing_behind(tmp_path):
    source = subject(tmp_path)
    choice = choice_for(source, tmp_path / "deep" / "er")

    rehearse_export(source, choice)

    assert not (tmp_path / "deep").exists()
    choice.folder.mkdir(parents=True)
    (choice.folder / "Duo - mix.wav").write_text("mine")
    with pytest.raises(ExportError, match="exists"):
        rehearse_export(source, choice)
    assert names_in(choice.folder) == ["Duo - mix.wav"]


def test_progress_rises_to_the_end_under_one_name(tmp_path):
    source = subject(tmp_path, with_clip=True)
    seen: list[Progress] = []

    export(source, choice_for(source, tmp_path, with_overlay=True, with_matte=True), seen.append)

    fractions = [progress.fraction for progress in seen]
    assert fractions == sorted(fractions)
    assert fractions[-1] == pytest.approx(1.0)
    assert {progress.stage for progress in seen} == {"Export"}


def test_a_half_tracked_mask_is_exported_and_said_to_be_one(tmp_path):
    source = subject(tmp_path, with_clip=True)
    track = source.tracks[REGION]
    half = MaskTrack(track.time_base, track.origin_s, track.masks[:20])
    source = replace(source, tracks={REGION: half})

    answer = export(source, choice_for(source, tmp_path, with_matte=True))

    assert "20 of 50 frames" in answer.notices[0]
    shown = read_frames(answer.files["matte"])
    assert shown[19][1].max() > 200
    assert shown[20][1].max() < 20
