import pytest

from widgets.shortcuts_dialog import ShortcutsDialog

ROWS = (
    ("File", "Open a clip", "Ctrl+O"),
    ("File", "Save project", "Ctrl+S"),
    ("Playback", "Play or pause", "Space"),
)


@pytest.fixture
def dialog(qtbot):
    widget = ShortcutsDialog(ROWS)
    qtbot.addWidget(widget)
    return widget


def test_all_rows_are_shown_at_first(dialog):
    assert dialog.shown_rows() == ROWS


@pytest.mark.parametrize("typed", ["pause", "SPACE", "playback", "play pause"])
def test_rows_are_found_by_action_key_or_group(dialog, typed):
    dialog.search.setText(typed)

    assert dialog.shown_rows() == (ROWS[2],)


def test_a_search_without_a_match_says_so_and_clearing_it_brings_all_back(dialog):
    dialog.search.setText("submarine")
    assert dialog.shown_rows() == ()
    assert dialog.tree.isHidden()

    dialog.search.clear()
    assert dialog.shown_rows() == ROWS
