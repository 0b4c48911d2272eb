from pathlib import Path

import pytest

from core.domain.export import OverlayStyle, SoundingExportChoice
from widgets.sounding_export_dialog import SoundingExportDialog

DEFAULTS = SoundingExportChoice(Path("/films/walk sounds"), OverlayStyle.OUTLINE)


def plan(choice: SoundingExportChoice) -> tuple[Path, ...]:
    names = ["overlay.mp4", *["matte.mp4"] * choice.with_matte, "masks.json"]
    return tuple(choice.folder / name for name in names)


def nothing_there(_choice: SoundingExportChoice) -> tuple[Path, ...]:
    return ()


@pytest.fixture
def dialog_of(qtbot):
    kept = []

    def make(in_the_way=nothing_there) -> SoundingExportDialog:
        dialog = SoundingExportDialog(DEFAULTS, "walk.mp4", plan, in_the_way)
        qtbot.addWidget(dialog)
        kept.append(dialog)
        return dialog

    return make


def names(dialog: SoundingExportDialog) -> list[str]:
    files = dialog.where.files
    return [files.item(row).text() for row in range(files.count())]


def test_the_defaults_come_back(dialog_of):
    assert dialog_of().choice() == DEFAULTS


def test_every_choice_of_the_person_is_in_the_answer(dialog_of):
    dialog = dialog_of()

    dialog.where.folder_field.setText("/elsewhere")
    dialog.style_box.setCurrentIndex(dialog.style_box.findData(OverlayStyle.DIM.value))
    dialog.matte.click()

    expected = SoundingExportChoice(Path("/elsewhere"), OverlayStyle.DIM, with_matte=True)
    assert dialog.choice() == expected


def test_the_files_are_shown_as_they_will_be_written(dialog_of):
    dialog = dialog_of()
    assert names(dialog) == ["overlay.mp4", "masks.json"]

    dialog.matte.click()

    assert names(dialog) == ["overlay.mp4", "matte.mp4", "masks.json"]
    assert dialog.where.count.text() == "3 files will be written:"


def test_existing_files_are_replaced_only_after_they_were_named_and_it_was_ticked(dialog_of):
    dialog = dialog_of(in_the_way=lambda choice: plan(choice)[:1])
    assert not dialog.export_button.isEnabled()
    assert dialog.where.warning_text.text() == "One of them exists already."
    assert not dialog.choice().may_overwrite

    dialog.where.may_replace.click()

    assert dialog.export_button.isEnabled()
    assert dialog.choice().may_overwrite


def test_files_that_turn_up_elsewhere_have_to_be_agreed_to_anew(dialog_of):
    dialog = dialog_of(in_the_way=plan)
    dialog.where.may_replace.click()

    dialog.where.folder_field.setText("/other")

    assert not dialog.choice().may_overwrite
    assert not dialog.export_button.isEnabled()


def test_names_are_not_asked_for(dialog_of):
    dialog = dialog_of()
    assert dialog.where.template.parent() is None
