"""The table of actions and what is made from it."""

from PySide6.QtCore import QObject

from app.actions import ACTIONS, make_actions, shortcut_rows


def test_the_list_of_shortcuts_names_actions_as_the_menus_do(qapp):
    rows = shortcut_rows(make_actions(QObject(qapp)))

    assert ("Stem", "Separate", "Ctrl+Return or Ctrl+Enter") in rows
    assert ("File", "Export", "Ctrl+E") in rows


def test_undo_and_redo_are_in_the_list_of_shortcuts(qapp):
    rows = shortcut_rows(make_actions(QObject(qapp)))

    assert ("Edit", "Undo", "Ctrl+Z") in rows
    assert ("Edit", "Redo", "Ctrl+Shift+Z or Ctrl+Y") in rows


def test_a_menu_is_not_left_and_entered_again_in_the_list(qapp):
    menus = [menu for menu, _, _ in shortcut_rows(make_actions(QObject(qapp)))]

    assert menus == sorted(menus, key=menus.index)


def test_no_two_actions_share_a_key():
    keys = [key for spec in ACTIONS for key in spec.keys]

    assert len(keys) == len(set(keys))


def test_a_key_of_the_settings_takes_the_place_of_the_usual_one(qapp):
    rows = shortcut_rows(make_actions(QObject(qapp), {"play": "Ctrl+P"}))

    assert ("Playback", "Play or pause", "Ctrl+P") in rows
