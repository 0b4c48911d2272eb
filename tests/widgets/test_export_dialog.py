from dataclasses import replace
from pathlib import Path

import pytest

from core.domain.export import ExportChoice, OverlayStyle, SoundFormat
from core.domain.project import Stem, StemResult
from core.domain.prompts import PromptSet, SpanPrompt, TimeSpan
from core.errors import ExportError
from widgets.export_dialog import ExportDialog
from widgets.export_options import (
    NO_MASK,
    NO_PICTURE,
    NO_RESULT,
    NO_SPANS,
    NO_STEM,
    ExportOffer,
)

SPANS = PromptSet(spans=(SpanPrompt(TimeSpan(1, 2)),))
RESULT = StemResult(Path("dog.wav"), SPANS, "spectral", 0, {}, 100, 48_000, 2)
DOG = Stem("dog", "Dog", 0, SPANS, result=RESULT)
BELL = Stem("bell", "Bell & whistle", 1)
OFFER = ExportOffer((DOG, BELL), "walk.mp4", has_video=True, has_mask=True)
DEFAULTS = ExportChoice(Path("/music"), ("dog", "bell"))


def plan(choice: ExportChoice) -> tuple[Path, ...]:
    """One file per stem and role, as the exporter would name them."""
    if "{" in choice.name_template.replace("{stem}", ""):
        raise ExportError("bad template", advice="Use {stem} only.")
    roles = [("target", choice.with_target), ("residual", choice.with_residual)]
    return tuple(
        choice.folder
        / (
            choice.name_template.replace("{stem}", stem_id)
            + " "
            + role
            + choice.sound_format.suffix
        )
        for stem_id in choice.stem_ids
        for role, is_wanted in roles
        if is_wanted
    )


def nothing_there(_choice: ExportChoice) -> tuple[Path, ...]:
    return ()


@pytest.fixture
def dialog_of(qtbot):
    kept: list[ExportDialog] = []

    def make(offer=OFFER, defaults=DEFAULTS, in_the_way=nothing_there) -> ExportDialog:
        defaults = replace(defaults, name_template="{stem}")
        dialog = ExportDialog(defaults, offer, plan, in_the_way)
        qtbot.addWidget(dialog)
        kept.append(dialog)
        return dialog

    return make


def names(dialog: ExportDialog) -> list[str]:
    return [dialog.where.files.item(row).text() for row in range(dialog.where.files.count())]


def test_the_defaults_come_back_where_they_can_be_had(dialog_of):
    choice = dialog_of().choice()

    assert choice == replace(DEFAULTS, name_template="{stem}", stem_ids=("dog",))


def test_every_choice_of_the_person_is_in_the_answer(dialog_of):
    dialog = dialog_of()
    options = dialog.options

    for box in (options.mix, options.video, options.overlay, options.matte, options.labels):
        box.box.click()
    options.residual.box.click()
    options.format.setCurrentIndex(options.format.findData(SoundFormat.FLAC.value))
    options.mask_style.setCurrentIndex(options.mask_style.findData(OverlayStyle.DIM.value))
    dialog.where.folder_field.setText("/elsewhere")
    dialog.where.template.setText("x {stem}")

    assert dialog.choice() == ExportChoice(
        Path("/elsewhere"),
        ("dog",),
        "x {stem}",
        SoundFormat.FLAC,
        with_target=True,
        with_residual=False,
        with_mix=True,
        with_video=True,
        with_overlay=True,
        overlay_style=OverlayStyle.DIM,
        with_matte=True,
        with_labels=True,
    )


def test_the_files_are_shown_as_they_will_be_written(dialog_of):
    dialog = dialog_of()
    assert names(dialog) == ["dog target.wav", "dog residual.wav"]

    dialog.where.template.setText("my {stem}")
    dialog.options.residual.box.click()

    assert names(dialog) == ["my dog target.wav"]
    assert dialog.where.count.text() == "One file will be written:"


def test_a_name_that_is_not_understood_explains_itself_and_can_not_be_exported(dialog_of):
    dialog = dialog_of()

    dialog.where.template.setText("{wrong}")

    assert dialog.where.count.text() == "Use {stem} only."
    assert not dialog.export_button.isEnabled()


def test_existing_files_are_replaced_only_after_they_were_named_and_it_was_ticked(dialog_of):
    dialog = dialog_of(in_the_way=lambda choice: plan(choice)[:1])
    assert not dialog.export_button.isEnabled()
    assert dialog.where.warning_text.text() == "One of them exists already."
    assert dialog.choice().may_overwrite is False

    dialog.where.may_replace.click()

    assert dialog.export_button.isEnabled()
    assert dialog.choice().may_overwrite is True


def test_a_tick_to_replace_does_not_outlive_the_warning(dialog_of):
    dialog = dialog_of(in_the_way=lambda c: plan(c)[:1] if c.folder == Path("/music") else ())
    dialog.where.may_replace.click()

    dialog.where.folder_field.setText("/empty")

    assert dialog.choice().may_overwrite is False
    assert dialog.export_button.isEnabled()


def test_files_that_turn_up_elsewhere_have_to_be_agreed_to_anew(dialog_of):
    dialog = dialog_of(in_the_way=plan)
    dialog.where.may_replace.click()

    dialog.where.folder_field.setText("/other")

    assert dialog.choice().may_overwrite is False
    assert not dialog.export_button.isEnabled()


def test_nothing_ticked_can_not_be_exported(dialog_of):
    dialog = dialog_of()

    dialog.options.target.box.click()
    dialog.options.residual.box.click()

    assert not dialog.export_button.isEnabled()
    assert dialog.where.count.text() == "Nothing is ticked yet."


def test_what_can_not_be_had_says_why(dialog_of):
    options = dialog_of(ExportOffer((BELL,), "walk.wav", has_video=False, has_mask=False)).options

    assert options.stem_boxes["bell"].reason == NO_RESULT
    assert options.target.reason == NO_STEM
    assert options.video.reason == NO_PICTURE
    assert options.matte.reason == NO_PICTURE
    assert options.labels.reason == NO_SPANS
    assert not options.mix.reason


def test_a_picture_without_a_mask_has_no_matte(dialog_of):
    options = dialog_of(ExportOffer((DOG,), "walk.mp4", has_video=True, has_mask=False)).options

    assert options.overlay.reason == options.matte.reason == NO_MASK
    assert not options.video.reason


def test_ticks_come_back_when_what_they_need_comes_back(dialog_of):
    options = dialog_of().options

    options.stem_boxes["dog"].box.click()
    assert not options.target.is_on
    options.stem_boxes["dog"].box.click()

    assert options.target.is_on


def test_names_of_stems_are_shown_as_they_are(dialog_of):
    assert dialog_of().options.stem_boxes["bell"].box.text() == "Bell && whistle"


def test_a_result_older_than_its_prompts_is_pointed_out(dialog_of):
    stale = replace(DOG, prompts=PromptSet())
    dialog = dialog_of(ExportOffer((stale,), "walk.mp4", has_video=True, has_mask=False))

    assert "older" in dialog.options.stem_boxes["dog"].box.text()
