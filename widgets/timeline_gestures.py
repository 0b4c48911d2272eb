"""What the mouse and the keys do on the timeline, as rows for the list of shortcuts."""

GESTURE_ROWS: tuple[tuple[str, str, str], ...] = (
    ("Timeline", "Go to a moment", "Click"),
    ("Timeline", "Mark when it sounds (+)", "Drag"),
    ("Timeline", "Mark when it does not sound (−)", "Alt+drag or right drag"),
    ("Timeline", "Change a span", "Drag its edge or its tab"),
    ("Timeline", "Change a span without snapping", "Ctrl+drag its edge"),
    ("Timeline", "Select the next or the earlier span", "Alt+Right or Alt+Left"),
    ("Timeline", "Exact times of the selected span", "Return"),
    ("Timeline", "Abandon a drag", "Esc"),
    ("Timeline", "Scrub", "Drag on the ruler"),
    ("Timeline", "Set In and Out", "Shift+drag on the ruler"),
    ("Timeline", "Zoom at the pointer", "Wheel"),
    ("Timeline", "Move along", "Shift+wheel or middle drag"),
    ("Timeline", "Zoom frequency, or the height of the wave", "Ctrl+wheel"),
)
"""(group, what it does, keys): what no menu action stands for."""
