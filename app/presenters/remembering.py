"""What the person chose once and expects again: theme, look, loudness, layout, recent files."""

import os
from pathlib import Path

from PySide6.QtCore import QByteArray, QObject, Slot
from PySide6.QtGui import QGuiApplication
from PySide6.QtWidgets import QApplication

from app.main_window import MainWindow
from app.playback.listening_desk import VOLUME_OFF_DB
from app.playback.player import Player
from app.settings import SettingsStore
from widgets.frequency_axis import FrequencyScale
from widgets.spectrogram_look import SpectrogramLook
from widgets.theme import THEMES, apply_theme


class RememberingPresenter(QObject):
    """Puts the settings on the window at the start, and notes what is changed."""

    def __init__(
        self,
        app: QApplication,
        settings: SettingsStore,
        window: MainWindow,
        player: Player,
        parent: QObject | None = None,
    ) -> None:
        super().__init__(parent)
        self._app, self._settings = app, settings
        self._window, self._player = window, player
        window.timeline.look_changed.connect(self._on_look)
        window.transport.volume_requested.connect(self._on_volume)
        window.transport.mute_requested.connect(self._on_mute)
        window.transport.level_match_requested.connect(self._on_level_match)

    @property
    def last_folder(self) -> Path | None:
        """Where the newest of the recent files lies."""
        recent = self._settings.value.recent_files
        return Path(recent[0]).parent if recent else None

    def restore(self) -> None:
        """Show everything as it was left, within the screen there is today."""
        settings, window = self._settings.value, self._window
        window.actions_by_name["light_theme"].setChecked(settings.theme == "light")
        window.set_recent(self._recent())
        window.timeline.set_look(
            SpectrogramLook(
                scale=FrequencyScale(settings.frequency_scale),
                low_db=settings.low_db,
                high_db=settings.high_db,
                colour_map=settings.colour_map,
            )
        )
        window.video.set_mask_opacity(settings.mask_opacity)
        self._player.set_scrub_sound(settings.is_scrub_heard)
        self._on_volume(settings.volume_db)
        self._on_level_match(settings.is_level_matched)
        if settings.window_layout:
            window.restore_layout(tuple(QByteArray(part) for part in settings.layout))
        else:
            self._fit_to_screen()

    def keep_layout(self) -> None:
        """Note size, place and splits of the window, when it is closed."""
        parts = tuple(bytes(part.data()) for part in self._window.layout_state())
        self._settings.put(self._settings.value.with_layout(parts))

    def add_recent(self, path: Path) -> None:
        """Put a clip or project on top of the recent files."""
        self._settings.put(self._settings.value.with_recent(path))
        self._window.set_recent(self._recent())

    def set_light(self, is_light: bool) -> None:
        """Choose between the light and the dark theme."""
        name = "light" if is_light else "dark"
        self._settings.change(theme=name)
        apply_theme(self._app, THEMES[name])

    def _recent(self) -> tuple[Path, ...]:
        files = (Path(file) for file in self._settings.value.recent_files)
        # A list entry that leads nowhere helps nobody; it comes back with its disk.
        return tuple(file for file in files if os.access(file, os.R_OK))

    def _fit_to_screen(self) -> None:
        screen = QGuiApplication.primaryScreen().availableGeometry()
        margin_px = 48  # frame and title bar belong to the window manager
        width_px = min(max(1280, screen.width() * 3 // 4), screen.width())
        height_px = min(max(860, screen.height() * 4 // 5), screen.height() - margin_px)
        self._window.resize(width_px, height_px)

    @Slot(object)
    def _on_look(self, look: SpectrogramLook) -> None:
        self._settings.change(
            frequency_scale=look.scale.value,
            low_db=look.low_db,
            high_db=look.high_db,
            colour_map=look.colour_map,
        )

    @Slot(float)
    def _on_volume(self, gain_db: float) -> None:
        self._settings.change(volume_db=gain_db)
        self._player.set_volume(gain_db)
        self._window.transport.set_volume(gain_db)

    @Slot(bool)
    def _on_mute(self, is_muted: bool) -> None:
        gain_db = self._settings.value.volume_db
        self._player.set_volume(VOLUME_OFF_DB if is_muted else gain_db)
        self._window.transport.set_volume(gain_db, is_muted)

    @Slot(bool)
    def _on_level_match(self, is_matched: bool) -> None:
        self._settings.change(is_level_matched=is_matched)
        self._player.set_level_matching(is_matched)
        self._window.transport.set_level_match(is_matched)
