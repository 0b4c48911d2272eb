"""The choice of an engine: its name at rest; what it understands and its licence in the list.

An engine that is not installed is in the list all the same, with what it needs, but not to be had.
"""

from PySide6.QtCore import QModelIndex, QPersistentModelIndex, QRect, QSize, Qt, Signal
from PySide6.QtGui import QColor, QFontMetrics, QPainter, QStandardItemModel
from PySide6.QtWidgets import (
    QComboBox,
    QStyle,
    QStyledItemDelegate,
    QStyleOptionViewItem,
    QWidget,
)

from core.domain.engines import EngineInfo
from core.domain.prompts import PromptKind
from widgets.fonts import interface_font
from widgets.prompt_words import missing
from widgets.theme import current_theme

_WORDS = {
    PromptKind.TEXT: "words",
    PromptKind.REGION: "regions",
    PromptKind.SPAN: "spans",
    PromptKind.SPECTRAL: "painting",
}
_DETAIL_ROLE = Qt.ItemDataRole.UserRole + 1
_ROW_PX = 48
_MARGIN_PX = 10
_MORE = "Install what the engines above need"
_WIDEST_PX = 560


def understood(engine: EngineInfo) -> str:
    """Return what an engine understands in words: `words, regions and spans`."""
    words = [word for kind, word in _WORDS.items() if kind in engine.understands]
    return " and ".join(filter(None, (", ".join(words[:-1]), *words[-1:]))) or "nothing yet"


def _detail(engine: EngineInfo) -> str:
    return missing(engine) or f"Understands {understood(engine)} · {engine.licence}"


def _row_width_px(engine: EngineInfo) -> int:
    return QFontMetrics(interface_font(-1)).horizontalAdvance(_detail(engine)) + 2 * _MARGIN_PX


class EngineChooser(QComboBox):
    """One engine of several.

    Signals:
        engine_chosen: the name of the engine that the person picked.
        models_requested: what engines need shall be installed.
    """

    engine_chosen = Signal(str)
    models_requested = Signal()

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setItemDelegate(_TwoLines(self))
        self.setFocusPolicy(Qt.FocusPolicy.TabFocus)
        self.setAccessibleName("Engine")
        self.setPlaceholderText("Choose an engine")
        self.activated.connect(self._on_activated)
        self._engines: tuple[EngineInfo, ...] = ()
        self._shown: str | None = None

    def set_engines(self, engines: tuple[EngineInfo, ...]) -> None:
        chosen = self._shown
        self._engines = engines
        self.clear()
        for row, engine in enumerate(engines):
            self.addItem(engine.title, engine.name)
            self.setItemData(row, _detail(engine), _DETAIL_ROLE)
            understands = f"Understands {understood(engine)} · {engine.licence}"
            tip = "\n".join(filter(None, (engine.summary, understands, missing(engine))))
            self.setItemData(row, tip, Qt.ItemDataRole.ToolTipRole)
            self._set_to_be_had(row, is_to_be_had=not engine.needs)
        if any(engine.needs for engine in engines):
            self.addItem("Model store…")
            self.setItemData(len(engines), _MORE, _DETAIL_ROLE)
        widest_px = max(map(_row_width_px, engines), default=0) + 12
        self.view().setMinimumWidth(min(widest_px, _WIDEST_PX))
        self.set_current(chosen)

    def _set_to_be_had(self, row: int, *, is_to_be_had: bool) -> None:
        model = self.model()
        if isinstance(model, QStandardItemModel):
            model.item(row).setEnabled(is_to_be_had)

    def set_current(self, name: str | None) -> None:
        """Show the engine called `name`; none if there is no such engine."""
        self._shown = name
        self.setCurrentIndex(self.findData(name) if name else -1)
        engine = self.current
        if engine is None:
            self.setToolTip("The engine that separates")
        else:
            self.setToolTip(str(self.currentData(Qt.ItemDataRole.ToolTipRole)))

    @property
    def current(self) -> EngineInfo | None:
        place = self.currentIndex()
        return self._engines[place] if 0 <= place < len(self._engines) else None

    def _on_activated(self, place: int) -> None:
        if place < len(self._engines):
            self.engine_chosen.emit(self._engines[place].name)
            return
        self.set_current(self._shown)
        self.models_requested.emit()


class _TwoLines(QStyledItemDelegate):
    """Draws the title of an engine and beneath it, smaller, what is worth knowing."""

    def sizeHint(
        self, _option: QStyleOptionViewItem, _index: QModelIndex | QPersistentModelIndex
    ) -> QSize:
        return QSize(0, _ROW_PX)

    def paint(
        self,
        painter: QPainter,
        option: QStyleOptionViewItem,
        index: QModelIndex | QPersistentModelIndex,
    ) -> None:
        # Qt's stubs leave out the fields of style options.
        rect = QRect(option.rect)  # type: ignore[attr-defined]
        is_chosen = bool(option.state & QStyle.StateFlag.State_Selected)  # type: ignore[attr-defined]
        is_to_be_had = bool(option.state & QStyle.StateFlag.State_Enabled)  # type: ignore[attr-defined]
        is_chosen = is_chosen and is_to_be_had
        theme = current_theme()
        strong, weak = (theme.text, theme.muted) if is_to_be_had else (theme.disabled, theme.muted)
        painter.save()
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        if is_chosen:
            painter.setPen(Qt.PenStyle.NoPen)
            painter.setBrush(QColor(theme.accent))
            painter.drawRoundedRect(rect.adjusted(0, 1, 0, -1), 4, 4)
        words = rect.adjusted(_MARGIN_PX, 6, -_MARGIN_PX, -6)
        flags = Qt.AlignmentFlag.AlignLeft
        painter.setFont(interface_font())
        painter.setPen(QColor(theme.on_accent if is_chosen else strong))
        title = str(index.data(Qt.ItemDataRole.DisplayRole))
        painter.drawText(words, flags | Qt.AlignmentFlag.AlignTop, title)
        painter.setFont(interface_font(-1))
        painter.setPen(QColor(theme.on_accent if is_chosen else weak))
        detail = painter.fontMetrics().elidedText(
            str(index.data(_DETAIL_ROLE) or ""), Qt.TextElideMode.ElideRight, words.width()
        )
        painter.drawText(words, flags | Qt.AlignmentFlag.AlignBottom, detail)
        painter.restore()
