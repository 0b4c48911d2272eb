"""Every action of the window as data, and the `QAction`s made from it.

One table, so that the menus, the tooltips, the list of shortcuts (F1) and the overrides in the
settings can never disagree.
"""

from collections.abc import Mapping
from dataclasses import dataclass

from PySide6.QtCore import QObject
from PySide6.QtGui import QAction, QKeySequence

SEPARATOR = "-"


@dataclass(frozen=True, slots=True)
class ActionSpec:
    """One thing a person can do: its name in the code, its place, its words and its keys."""

    name: str
    menu: str
    text: str
    keys: tuple[str, ...] = ()
    tip: str = ""
    is_checkable: bool = False


ACTIONS: tuple[ActionSpec, ...] = (
    ActionSpec("open", "File", "&Open clip or project…", ("Ctrl+O",), "Open a video, a sound file or a Soloist project"),
    ActionSpec("open_demo", "File", "Open the &demo clip", (), "A drawn scene with three sounds to try everything on"),
    ActionSpec("save", "File", "&Save project", ("Ctrl+S",), "Save prompts, masks and stems"),
    ActionSpec("save_as", "File", "Save project &as…", ("Ctrl+Shift+S",)),
    ActionSpec("export", "File", "&Export…", ("Ctrl+E",), "Write stems, videos, mattes and labels"),
    ActionSpec("export_sounding", "File", "E&xport what sounds…", ("Ctrl+Shift+E",), "Write a video that shows what sounds, and its masks as data"),
    ActionSpec("models", "File", "&Model store…", ("Ctrl+M",), "Install what the larger engines need"),
    ActionSpec("close_clip", "File", "&Close clip", ("Ctrl+W",)),
    ActionSpec("quit", "File", "&Quit", ("Ctrl+Q",)),
    ActionSpec("delete_span", "Edit", "&Delete selected span", ("Del", "Backspace")),
    ActionSpec("clear_region", "Edit", "Clear the &region", ("Ctrl+Shift+R",), "Forget clicks, boxes and mask of this stem"),
    ActionSpec("clear_painted", "Edit", "Clear what is &painted", (), "Forget the painted spectrogram of this stem"),
    ActionSpec("preferences", "Edit", "&Preferences…", ("Ctrl+,",), "Where engines run, and how sure what is found must be"),
    ActionSpec("new_stem", "Stem", "&New stem", ("Ctrl+N",), "Ask for another sound of the same clip"),
    ActionSpec("rename_stem", "Stem", "&Rename stem", ("F2",)),
    ActionSpec("remove_stem", "Stem", "Re&move stem", ("Ctrl+Backspace",)),
    ActionSpec("next_stem", "Stem", "Next stem", ("Ctrl+Down",)),
    ActionSpec("previous_stem", "Stem", "Previous stem", ("Ctrl+Up",)),
    ActionSpec("type_words", "Stem", "T&ype the words", ("W",), "Put the cursor into the words for this sound"),
    ActionSpec("find_in_picture", "Stem", "&Find it in the picture", ("Ctrl+F",), "Look for the typed words in the picture, and pick from what is found"),
    ActionSpec("see_sounding", "Stem", "See what so&unds", ("Ctrl+L",), "Look and listen through the clip: where in the picture does the sound come from?"),
    ActionSpec("separate", "Stem", "&Separate", ("Ctrl+Return", "Ctrl+Enter"), "Preview around the playhead, then the whole clip"),
    ActionSpec("cancel", "Stem", "&Cancel running work", ("Esc",)),
    ActionSpec("track_again", "Stem", "&Track the mask again", ("Ctrl+T",)),
    ActionSpec("add_span", "Stem", "It sounds from In to Out", ("A",), "Mark the stretch between In and Out as “it sounds here”"),
    ActionSpec("add_not_span", "Stem", "It is silent from In to Out", ("Shift+A",), "Mark the stretch between In and Out as “not here”"),
    ActionSpec("play", "Playback", "&Play or pause", ("Space",)),
    ActionSpec("shuttle_back", "Playback", "Shuttle back", ("J",), "Again for faster"),
    ActionSpec("shuttle_stop", "Playback", "Stop shuttle", ("K",)),
    ActionSpec("shuttle_forward", "Playback", "Shuttle forward", ("L",), "Again for faster"),
    ActionSpec("frame_back", "Playback", "One frame back", ("Left",)),
    ActionSpec("frame_forward", "Playback", "One frame forward", ("Right",)),
    ActionSpec("second_back", "Playback", "One second back", ("PgUp",)),
    ActionSpec("second_forward", "Playback", "One second forward", ("PgDown",)),
    ActionSpec("go_start", "Playback", "Go to the start", ("Home",)),
    ActionSpec("go_end", "Playback", "Go to the end", ("End",)),
    ActionSpec("set_in", "Playback", "Set In here", ("I", "[")),
    ActionSpec("set_out", "Playback", "Set Out here", ("O", "]")),
    ActionSpec("clear_in_out", "Playback", "Clear In and Out", ("Shift+X",)),
    ActionSpec("loop", "Playback", "&Loop from In to Out", ("\\",), "", True),
    ActionSpec("listen_next", "Playback", "Compare: mix, target, residual", ("B",), "Switch what you hear, at matched level"),
    ActionSpec("listen_mix", "Playback", "Listen to the mix", ("M",)),
    ActionSpec("listen_target", "Playback", "Listen to the target", ("T",)),
    ActionSpec("listen_residual", "Playback", "Listen to the residual", ("R",)),
    ActionSpec("listen_mixer", "Playback", "Listen to the mixer", ("X",), "All stems by solo, mute and gain"),
    ActionSpec("tool_click", "View", "Click tool", ("V",), "Click an object; drag a box around it", True),
    ActionSpec("tool_hand", "View", "Hand tool", ("H",), "Move the picture", True),
    ActionSpec("point", "View", "Point with the &keys", ("C",), "A crosshair on the picture: arrow keys move it, Return clicks"),
    ActionSpec("tool_paint", "View", "Paint on the spectrogram", ("P",), "", True),
    ActionSpec("show_mask", "View", "Show the mask", ("Shift+H",), "", True),
    ActionSpec("show_sounding", "View", "Show what sounds", ("Shift+L",), "Heat and outlines over the picture, once you asked for them", True),
    ActionSpec("fit_picture", "View", "Fit the picture", ("Ctrl+0",)),
    ActionSpec("actual_size", "View", "Picture at 100 %", ("Ctrl+1",)),
    ActionSpec("zoom_in", "View", "Zoom the timeline in", ("+", "=")),
    ActionSpec("zoom_out", "View", "Zoom the timeline out", ("-",)),
    ActionSpec("fit_timeline", "View", "Whole clip in the timeline", ("Shift+F",)),
    ActionSpec("zoom_loop", "View", "Zoom to In and Out", ("Shift+Z",)),
    ActionSpec("light_theme", "View", "&Light theme", (), "", True),
    ActionSpec("shortcuts", "Help", "&Keyboard shortcuts", ("F1", "Ctrl+F1")),
    ActionSpec("about", "Help", "&About Soloist"),
)  # fmt: skip

UNDO_KEYS = (("Undo", ("Ctrl+Z",)), ("Redo", ("Ctrl+Shift+Z", "Ctrl+Y")))
"""Not in the table, since their actions belong to the undo stack and change their words."""

MENUS = ("File", "Edit", "Stem", "Playback", "View", "Help")


def make_actions(parent: QObject, overrides: Mapping[str, str] | None = None) -> dict[str, QAction]:
    """Return an action for each row of `ACTIONS`, by name; `overrides` replace its keys."""
    overrides = overrides or {}
    actions: dict[str, QAction] = {}
    for spec in ACTIONS:
        action = QAction(spec.text, parent)
        keys = (overrides[spec.name],) if spec.name in overrides else spec.keys
        action.setShortcuts([QKeySequence(key) for key in keys])
        action.setCheckable(spec.is_checkable)
        shown = f" ({keys[0]})" if keys else ""
        action.setToolTip((spec.tip or spec.text.replace("&", "")) + shown)
        actions[spec.name] = action
    return actions


def shortcut_rows(actions: Mapping[str, QAction]) -> tuple[tuple[str, str, str], ...]:
    """Return (menu, what it does, keys) for the list of shortcuts, as they are bound now."""
    bound = {"Edit": [("Edit", words, " or ".join(keys)) for words, keys in UNDO_KEYS]}
    for spec in ACTIONS:
        keys = " or ".join(key.toString() for key in actions[spec.name].shortcuts())
        if keys:
            words = spec.text.replace("&", "").rstrip("…")
            bound.setdefault(spec.menu, []).append((spec.menu, words, keys))
    return tuple(row for menu in MENUS for row in bound.get(menu, ()))
