"""The colour and name of a stem, small: which stem the prompts belong to."""

from PySide6.QtCore import QPointF, QSize, Qt
from PySide6.QtGui import QColor, QFontMetrics, QPainter, QPaintEvent, QPen
from PySide6.QtWidgets import QSizePolicy, QWidget

from core.domain.project import Stem
from widgets.theme import current_theme, stem_colour, stem_colour_name

_DOT_PX = 10.0
_WIDEST_PX = 140


class StemBadge(QWidget):
    """A dot in the stem's colour and its name, cut short if it is long."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._stem: Stem | None = None
        self.setSizePolicy(QSizePolicy.Policy.Fixed, QSizePolicy.Policy.Fixed)
        self.hide()

    def set_stem(self, stem: Stem | None) -> None:
        self._stem = stem
        self.setVisible(stem is not None)
        if stem is not None:
            self.setToolTip(f"{stem.name} ({stem_colour_name(stem.colour).lower()})")
            self.setAccessibleName(f"Stem {stem.name}")
        self.updateGeometry()
        self.update()

    def sizeHint(self) -> QSize:
        name = self._stem.name if self._stem else ""
        width_px = round(_DOT_PX) + 8 + QFontMetrics(self.font()).horizontalAdvance(name) + 2
        return QSize(min(width_px, _WIDEST_PX), 28)

    def paintEvent(self, _event: QPaintEvent) -> None:
        if self._stem is None:
            return
        theme = current_theme()
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        colour = stem_colour(self._stem.colour)
        painter.setPen(QPen(colour.darker(150), 1.0))
        painter.setBrush(colour)
        middle = QPointF(_DOT_PX / 2 + 0.5, self.height() / 2)
        painter.drawEllipse(middle, _DOT_PX / 2 - 0.5, _DOT_PX / 2 - 0.5)
        words = self.rect().adjusted(round(_DOT_PX) + 8, 0, 0, 0)
        name = self.fontMetrics().elidedText(
            self._stem.name, Qt.TextElideMode.ElideRight, words.width()
        )
        painter.setPen(QColor(theme.text))
        painter.drawText(words, Qt.AlignmentFlag.AlignVCenter | Qt.AlignmentFlag.AlignLeft, name)
