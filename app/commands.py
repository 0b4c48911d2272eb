"""What each action of the table does, by its name."""

from collections.abc import Callable, Mapping

from PySide6.QtGui import QActionGroup

from app.actions import shortcut_rows
from app.editor import Editor
from core.domain.listening import Listen
from core.domain.prompts import PromptKind
from widgets.keyboard_pointer import KEY_ROWS
from widgets.timeline import TimelineTool
from widgets.timeline_gestures import GESTURE_ROWS
from widgets.video_tools import Tool

Deed = Callable[[], object]


def connect_actions(editor: Editor) -> None:
    """Let every action of the window do what its name says."""
    deeds = {
        **_file_deeds(editor),
        **_stem_deeds(editor),
        **_playback_deeds(editor),
        **_view_deeds(editor),
    }
    for name, action in editor.actions.items():
        action.triggered.connect(_without_arguments(deeds[name]))


def _without_arguments(deed: Deed) -> Callable[..., None]:
    # An action tells whether it is checked, which none of the deeds wants to know.
    def do(*_ignored: object) -> None:
        deed()

    return do


def _file_deeds(editor: Editor) -> Mapping[str, Deed]:
    return {
        "open": editor.ask_and_open,
        "open_demo": editor.open_demo,
        "save": editor.projects.save,
        "save_as": editor.projects.save_as,
        "export": editor.export.export,
        "export_sounding": editor.sounding_export.export,
        "models": editor.model_store.open,
        "preferences": editor.preferences.open,
        "close_clip": editor.projects.close_clip,
        "quit": editor.window.close,
        "shortcuts": lambda: editor.dialogs.shortcuts(
            (*shortcut_rows(editor.actions), *KEY_ROWS, *GESTURE_ROWS)
        ),
        "about": editor.dialogs.about,
    }


def _stem_deeds(editor: Editor) -> Mapping[str, Deed]:
    stems = editor.stems
    return {
        "delete_span": editor.window.timeline.remove_selected_span,
        "clear_region": lambda: stems.clear(PromptKind.REGION),
        "clear_painted": lambda: stems.clear(PromptKind.SPECTRAL),
        "new_stem": stems.add,
        "rename_stem": editor.window.stems.edit_name,
        "remove_stem": stems.remove_selected,
        "next_stem": lambda: stems.select_next(1),
        "previous_stem": lambda: stems.select_next(-1),
        "type_words": editor.window.prompts.focus_words,
        "find_in_picture": editor.finding.find,
        "see_sounding": editor.sounding.see,
        "separate": editor.separate,
        "cancel": editor.cancel,
        "track_again": editor.masking.track_again,
        "add_span": lambda: stems.mark_in_out(is_positive=True),
        "add_not_span": lambda: stems.mark_in_out(is_positive=False),
    }


def _playback_deeds(editor: Editor) -> Mapping[str, Deed]:
    player, playing = editor.player, editor.playing
    playing.looping_changed.connect(editor.actions["loop"].setChecked)
    return {
        "play": player.toggle,
        "shuttle_back": player.shuttle_back,
        "shuttle_stop": player.shuttle_stop,
        "shuttle_forward": player.shuttle_forward,
        "frame_back": lambda: playing.step_frames(-1),
        "frame_forward": lambda: playing.step_frames(1),
        "second_back": lambda: playing.jump(-1.0),
        "second_forward": lambda: playing.jump(1.0),
        "go_start": lambda: playing.go_to(0.0),
        "go_end": playing.go_to_end,
        "set_in": playing.set_in,
        "set_out": playing.set_out,
        "clear_in_out": lambda: playing.set_in_out(None, None),
        "loop": lambda: playing.set_looping(not playing.is_looping),
        "listen_next": playing.listen_next,
        "listen_mix": lambda: playing.listen(Listen.MIX),
        "listen_target": lambda: playing.listen(Listen.TARGET),
        "listen_residual": lambda: playing.listen(Listen.RESIDUAL),
        "listen_mixer": lambda: playing.listen(Listen.MIXER),
    }


def _view_deeds(editor: Editor) -> Mapping[str, Deed]:
    video, timeline, actions = editor.window.video, editor.window.timeline, editor.actions

    tools = QActionGroup(editor)
    for name in ("tool_click", "tool_hand"):
        tools.addAction(actions[name])
    for name in ("show_mask", "tool_click"):
        actions[name].setChecked(True)
    timeline.tool_changed.connect(
        lambda tool: actions["tool_paint"].setChecked(tool is TimelineTool.PAINT)
    )

    def paint() -> None:
        is_painting = actions["tool_paint"].isChecked()
        timeline.set_tool(TimelineTool.PAINT if is_painting else TimelineTool.SPAN)

    return {
        "tool_click": lambda: video.set_tool(Tool.CLICK),
        "tool_hand": lambda: video.set_tool(Tool.HAND),
        "point": video.start_pointing,
        "tool_paint": paint,
        "show_mask": lambda: video.set_mask_shown(actions["show_mask"].isChecked()),
        "show_sounding": lambda: editor.sounding.set_shown(actions["show_sounding"].isChecked()),
        "fit_picture": video.fit_picture,
        "actual_size": video.show_actual_size,
        "zoom_in": timeline.zoom_in,
        "zoom_out": timeline.zoom_out,
        "fit_timeline": timeline.fit,
        "zoom_loop": timeline.zoom_to_selection,
        "light_theme": lambda: editor.remembering.set_light(actions["light_theme"].isChecked()),
    }
