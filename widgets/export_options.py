"""What to export: which stems, which sounds in which format, which videos and notes."""

from dataclasses import dataclass, replace

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import (
    QComboBox,
    QFormLayout,
    QGroupBox,
    QLabel,
    QScrollArea,
    QVBoxLayout,
    QWidget,
)

from core.domain.export import ExportChoice, OverlayStyle, SoundFormat
from core.domain.project import Stem
from widgets.option_box import OptionBox

_FORMATS = {
    SoundFormat.WAV24: "WAV, 24 bit",
    SoundFormat.WAV32F: "WAV, 32 bit float",
    SoundFormat.WAV16: "WAV, 16 bit (dithered)",
    SoundFormat.FLAC: "FLAC, 24 bit, lossless",
}
STYLES = {
    OverlayStyle.COLOUR: "in colour",
    OverlayStyle.OUTLINE: "as an outline",
    OverlayStyle.DIM: "the rest dimmed",
}

NO_RESULT = "not separated yet"
NO_PICTURE = "this clip has no picture"
NO_MASK = "no object is marked"
NO_SPANS = "no time spans marked"
NO_STEM = "no separated stem is ticked"


@dataclass(frozen=True, slots=True)
class ExportOffer:
    """What there is to export."""

    stems: tuple[Stem, ...]
    clip_name: str
    has_video: bool
    has_mask: bool


class ExportOptions(QWidget):
    """Ticks and choices; those that can't be had say why.

    Signals:
        changed: something else is wanted.
    """

    changed = Signal()

    def __init__(
        self, defaults: ExportChoice, offer: ExportOffer, parent: QWidget | None = None
    ) -> None:
        super().__init__(parent)
        self._offer = offer
        self.stem_boxes = {stem.stem_id: self._stem_box(stem) for stem in offer.stems}
        self.target = OptionBox("Target", "The sound that was asked for")
        self.residual = OptionBox("Residual", "Everything else: mix − target, sample for sample")
        self.mix = OptionBox("Mix", "The clip's own sound, unchanged")
        self.format = QComboBox()
        self.video = OptionBox(
            "Clip with the target as its sound", "The picture is copied, not encoded again"
        )
        self.overlay = OptionBox("Clip with the mask shown")
        self.mask_style = QComboBox()
        self.matte = OptionBox("Matte", "A black and white video of the mask, for compositing")
        self.labels = OptionBox("Audacity labels of the spans")
        self._fill(defaults)
        self._lay_out()
        self._connect()
        self._explain()

    def merged_into(self, choice: ExportChoice) -> ExportChoice:
        """Return `choice` with everything that is chosen here."""
        chosen = tuple(stem_id for stem_id, box in self.stem_boxes.items() if box.is_on)
        return replace(
            choice,
            stem_ids=chosen,
            sound_format=SoundFormat(self.format.currentData()),
            with_target=self.target.is_on,
            with_residual=self.residual.is_on,
            with_mix=self.mix.is_on,
            with_video=self.video.is_on,
            with_overlay=self.overlay.is_on,
            overlay_style=OverlayStyle(self.mask_style.currentData()),
            with_matte=self.matte.is_on,
            with_labels=self.labels.is_on,
        )

    def _boxes(self) -> tuple[OptionBox, ...]:
        kinds = (self.target, self.residual, self.mix, self.video, self.overlay, self.matte)
        return (*self.stem_boxes.values(), *kinds, self.labels)

    def _stem_box(self, stem: Stem) -> OptionBox:
        note = " (older than its prompts)" if stem.is_stale else ""
        return OptionBox(stem.name.replace("&", "&&") + note)

    def _fill(self, defaults: ExportChoice) -> None:
        for stem_id, box in self.stem_boxes.items():
            box.set_on(stem_id in defaults.stem_ids)
        for sound_format, words in _FORMATS.items():
            self.format.addItem(words, sound_format.value)
        self.format.setCurrentIndex(self.format.findData(defaults.sound_format.value))
        for style, words in STYLES.items():
            self.mask_style.addItem(words, style.value)
        self.mask_style.setCurrentIndex(self.mask_style.findData(defaults.overlay_style.value))
        self.target.set_on(defaults.with_target)
        self.residual.set_on(defaults.with_residual)
        self.mix.set_on(defaults.with_mix)
        self.video.set_on(defaults.with_video)
        self.overlay.set_on(defaults.with_overlay)
        self.matte.set_on(defaults.with_matte)
        self.labels.set_on(defaults.with_labels)

    def _lay_out(self) -> None:
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(6)
        column.addWidget(self._stem_group(), 1)
        sound = QFormLayout()
        sound.setContentsMargins(0, 0, 0, 0)
        for box in (self.target, self.residual, self.mix):
            sound.addRow(box)
        sound.addRow("&Format", self.format)
        self.overlay.add(self.mask_style)
        column.addWidget(_group("Sound", sound))
        column.addWidget(_group("Video", _stack(self.video, self.overlay, self.matte)))
        column.addWidget(_group("Notes", _stack(self.labels)))

    def _stem_group(self) -> QGroupBox:
        if not self.stem_boxes:
            nothing = QLabel("There are no stems yet.")
            nothing.setProperty("rank", "muted")
            return _group("Stems", _stack(nothing))
        inside = QWidget()
        inside_column = _stack(*self.stem_boxes.values())
        inside_column.addStretch(1)
        inside.setLayout(inside_column)
        area = QScrollArea()
        area.setWidgetResizable(True)
        area.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        area.setWidget(inside)
        area.setMinimumHeight(min(4, len(self.stem_boxes)) * 26)
        return _group("Stems", _stack(area))

    def _connect(self) -> None:
        for box in self._boxes():
            box.toggled.connect(self._on_changed)
        self.format.currentIndexChanged.connect(self._on_changed)
        self.mask_style.currentIndexChanged.connect(self._on_changed)

    def _on_changed(self) -> None:
        self._explain()
        self.changed.emit()

    def _explain(self) -> None:
        """Say of each choice why it can't be had, or allow it."""
        offer = self._offer
        for stem in offer.stems:
            self.stem_boxes[stem.stem_id].set_reason("" if stem.result else NO_RESULT)
        no_stem = "" if any(box.is_on for box in self.stem_boxes.values()) else NO_STEM
        no_picture = "" if offer.has_video else NO_PICTURE
        no_mask = no_picture or ("" if offer.has_mask else NO_MASK)
        has_spans = any(stem.prompts.spans for stem in offer.stems)
        self.target.set_reason(no_stem)
        self.residual.set_reason(no_stem)
        self.video.set_reason(no_picture or no_stem)
        self.overlay.set_reason(no_mask)
        self.matte.set_reason(no_mask)
        self.labels.set_reason("" if has_spans else NO_SPANS)
        self.mask_style.setEnabled(self.overlay.is_on)
        self.format.setEnabled(any(box.is_on for box in (self.target, self.residual, self.mix)))


def _group(title: str, layout: QVBoxLayout | QFormLayout) -> QGroupBox:
    group = QGroupBox(title)
    group.setLayout(layout)
    return group


def _stack(*widgets: QWidget) -> QVBoxLayout:
    column = QVBoxLayout()
    column.setContentsMargins(0, 0, 0, 0)
    column.setSpacing(6)
    for widget in widgets:
        column.addWidget(widget)
    return column
