"""Where the picture lies in its view: view pixels to frame pixels and back. Nothing else knows.

View pixels are Qt's logical pixels of the widget; frame pixels are those of the upright picture,
origin top left. The zoom is in device pixels per frame pixel, so 1.0 shows each pixel as it is on
any screen.
"""

from dataclasses import dataclass, replace

MAX_ZOOM = 32.0

Point = tuple[float, float]


@dataclass(frozen=True, slots=True)
class PictureGeometry:
    """One way of showing a picture of a size in a view of a size."""

    picture_width_px: int
    picture_height_px: int
    view_width_px: float
    view_height_px: float
    pixel_ratio: float = 1.0
    """Device pixels per view pixel."""
    zoom: float | None = None
    """Device pixels per frame pixel; None fits the whole picture into the view."""
    centre: Point = (0.0, 0.0)
    """The frame pixel in the middle of the view, where `zoom` is given."""

    def __post_init__(self) -> None:
        if self.picture_width_px < 1 or self.picture_height_px < 1:
            raise ValueError(f"picture of {self.picture_width_px} x {self.picture_height_px}")
        if self.pixel_ratio <= 0 or (self.zoom is not None and self.zoom <= 0):
            raise ValueError(f"zoom {self.zoom} at pixel ratio {self.pixel_ratio}")

    @property
    def is_fitted(self) -> bool:
        return self.zoom is None

    @property
    def fit_zoom(self) -> float:
        """The zoom at which the whole picture just fits."""
        wide = max(1.0, self.view_width_px) / self.picture_width_px
        high = max(1.0, self.view_height_px) / self.picture_height_px
        return min(wide, high) * self.pixel_ratio

    @property
    def shown_zoom(self) -> float:
        return self.fit_zoom if self.zoom is None else self.zoom

    @property
    def scale(self) -> float:
        """View pixels per frame pixel."""
        return self.shown_zoom / self.pixel_ratio

    @property
    def origin(self) -> Point:
        """View position of the picture's top left corner, on a whole device pixel."""
        x_px, y_px = (
            (self.picture_width_px / 2, self.picture_height_px / 2)
            if self.zoom is None
            else self.centre
        )
        return (
            self._snapped(self.view_width_px / 2 - x_px * self.scale),
            self._snapped(self.view_height_px / 2 - y_px * self.scale),
        )

    @property
    def picture_rect(self) -> tuple[float, float, float, float]:
        """Left, top, width and height of the whole picture in view pixels."""
        left, top = self.origin
        return (
            left,
            top,
            self.picture_width_px * self.scale,
            self.picture_height_px * self.scale,
        )

    def to_view(self, x_px: float, y_px: float) -> Point:
        """Return the view position of a frame position."""
        left, top = self.origin
        return left + x_px * self.scale, top + y_px * self.scale

    def to_frame(self, x_px: float, y_px: float) -> Point:
        """Return the frame position of a view position; outside the picture too."""
        left, top = self.origin
        return (x_px - left) / self.scale, (y_px - top) / self.scale

    def holds(self, x_px: float, y_px: float) -> bool:
        """Tell whether a view position lies on the picture."""
        x, y = self.to_frame(x_px, y_px)
        return 0.0 <= x < self.picture_width_px and 0.0 <= y < self.picture_height_px

    def clipped(self, x_px: float, y_px: float) -> Point:
        """Return a frame position moved to the nearest one inside the picture."""
        return (
            min(max(x_px, 0.0), float(self.picture_width_px)),
            min(max(y_px, 0.0), float(self.picture_height_px)),
        )

    def fitted(self) -> "PictureGeometry":
        return replace(self, zoom=None, centre=(0.0, 0.0))

    def in_view(self, width_px: float, height_px: float, ratio: float) -> "PictureGeometry":
        """Return the same zoom and centre in a view of another size."""
        return replace(self, view_width_px=width_px, view_height_px=height_px, pixel_ratio=ratio)

    def zoomed(self, zoom: float, x_px: float, y_px: float) -> "PictureGeometry":
        """Return the picture at `zoom`, with what lies at view position x, y staying there.

        Zooming out ends at the whole picture (or at 1.0, for one smaller than the view).
        """
        zoom = min(max(zoom, min(self.fit_zoom, 1.0)), MAX_ZOOM)
        if abs(zoom / self.fit_zoom - 1.0) < 0.01:
            return self.fitted()
        x, y = self.to_frame(x_px, y_px)
        scale = zoom / self.pixel_ratio
        centre = (
            x + (self.view_width_px / 2 - x_px) / scale,
            y + (self.view_height_px / 2 - y_px) / scale,
        )
        return replace(self, zoom=zoom, centre=self.clipped(*centre))

    def panned(self, dx_px: float, dy_px: float) -> "PictureGeometry":
        """Return the picture moved by view pixels; the view's middle stays on it.

        A fitted picture stays where it is: all of it is in sight.
        """
        if self.zoom is None:
            return self
        x, y = self.centre
        moved = self.clipped(x - dx_px / self.scale, y - dy_px / self.scale)
        return replace(self, centre=moved)

    def _snapped(self, x_px: float) -> float:
        return round(x_px * self.pixel_ratio) / self.pixel_ratio
