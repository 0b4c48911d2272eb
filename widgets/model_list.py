"""The list of models: a title and its state, and beneath it, smaller, size and licence."""

from PySide6.QtCore import QModelIndex, QPersistentModelIndex, QRectF, QSize, Qt, Signal
from PySide6.QtGui import QColor, QPainter
from PySide6.QtWidgets import (
    QListWidget,
    QListWidgetItem,
    QStyle,
    QStyledItemDelegate,
    QStyleOptionViewItem,
    QWidget,
)

from core.domain.model_words import UNKNOWN, size_words
from core.domain.models import ModelState, ModelStatus
from widgets.fonts import interface_font
from widgets.icons import paint_icon
from widgets.theme import current_theme

_STATUS_ROLE = Qt.ItemDataRole.UserRole + 1
_ROW_PX, _ICON_PX, _MARGIN_PX = 48, 16, 10
_SIGNS = {
    ModelState.INSTALLED: ("good", "good"),
    ModelState.UNCHECKED: ("good", "muted"),
    ModelState.PARTIAL: ("clock", "info"),
    ModelState.INCOMPLETE: ("warning", "warning"),
    ModelState.ABSENT: ("download", "muted"),
}


def detail_of(one: ModelStatus) -> str:
    """Return the small line under a title."""
    size = size_words(one)
    marks = "" if one.entry.is_downloadable else "import only"
    parts = ("" if size == UNKNOWN else size, one.entry.licence.name, marks)
    return " · ".join(filter(None, parts))


class ModelList(QListWidget):
    """All models, one of which is selected.

    Signals:
        model_selected: the name of a model.
    """

    model_selected = Signal(str)

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setItemDelegate(_TwoLines(self))
        self.setAccessibleName("Models")
        self.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.setVerticalScrollMode(QListWidget.ScrollMode.ScrollPerPixel)
        self.currentRowChanged.connect(self._on_row)

    def set_models(self, models: tuple[ModelStatus, ...], chosen: str) -> None:
        """Show these, with the one called `chosen` selected."""
        self.blockSignals(True)
        self.clear()
        for one in models:
            item = QListWidgetItem(one.entry.title)
            item.setData(_STATUS_ROLE, one)
            item.setData(
                Qt.ItemDataRole.AccessibleTextRole,
                f"{one.entry.title}, {one.state.value}, {detail_of(one)}",
            )
            item.setToolTip(f"{one.entry.purpose}\n{one.entry.name}: {one.state.value}")
            self.addItem(item)
        self.blockSignals(False)
        self.select(chosen)

    def select(self, name: str) -> None:
        """Select the model called `name`, or the first."""
        rows = [row for row in range(self.count()) if self._status(row).entry.name == name]
        self.setCurrentRow(rows[0] if rows else 0)

    @property
    def selected(self) -> str:
        """The name of the selected model; empty where there is none."""
        row = self.currentRow()
        return self._status(row).entry.name if row >= 0 else ""

    def _status(self, row: int) -> ModelStatus:
        status: ModelStatus = self.item(row).data(_STATUS_ROLE)
        return status

    def _on_row(self, row: int) -> None:
        if row >= 0:
            self.model_selected.emit(self._status(row).entry.name)


class _TwoLines(QStyledItemDelegate):
    """Draws a row: the sign of its state, its title and its detail."""

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
        rect, state = option.rect, option.state  # type: ignore[attr-defined]
        one: ModelStatus = index.data(_STATUS_ROLE)
        is_chosen = bool(state & QStyle.StateFlag.State_Selected)
        is_hovered = bool(state & QStyle.StateFlag.State_MouseOver)
        theme = current_theme()
        painter.save()
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        if is_chosen or is_hovered:
            painter.setPen(Qt.PenStyle.NoPen)
            painter.setBrush(QColor(theme.accent if is_chosen else theme.hover))
            painter.drawRoundedRect(rect.adjusted(2, 1, -2, -1), 4, 4)
        name, tint = _SIGNS[one.state]
        colour = QColor(theme.on_accent if is_chosen else getattr(theme, tint))
        top = rect.center().y() - _ICON_PX / 2 + 0.5
        box = QRectF(rect.left() + _MARGIN_PX, top, _ICON_PX, _ICON_PX)
        paint_icon(painter, name, box, colour)
        words = rect.adjusted(2 * _MARGIN_PX + _ICON_PX, 7, -_MARGIN_PX, -7)
        top_left = Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignTop
        bottom_left = Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignBottom
        lines = (
            (0, theme.text, top_left, one.entry.title),
            (-1, theme.muted, bottom_left, detail_of(one)),
        )
        for step, tone, place, text in lines:
            painter.setFont(interface_font(step))
            painter.setPen(QColor(theme.on_accent if is_chosen else tone))
            metrics = painter.fontMetrics()
            shown = metrics.elidedText(text, Qt.TextElideMode.ElideRight, words.width())
            painter.drawText(words, place, shown)
        painter.restore()
