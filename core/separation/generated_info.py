"""What engines that make new sound have in common as settings. Data only: it loads no torch."""

from core.domain.engines import EngineSetting

PROJECTED = "projected"
GENERATED = "generated"

RESULT = EngineSetting(
    name="result",
    default=PROJECTED,
    choices=(PROJECTED, GENERATED),
    help="“projected” cuts the target out of the mix itself, at full rate and in stereo; "
    "“generated” gives the new sound that the model made.",
)
