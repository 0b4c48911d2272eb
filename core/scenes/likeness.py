"""Which classes must not stand beside each other, since what is seen or heard may be either.

A laugh comes from a face like those that speak: beside a laugh no face is silent for sure. So what
is silent or off screen in a made scene is never like what sounds in it.
"""

_ALIKE: tuple[frozenset[str], ...] = (
    frozenset({"speech", "singing", "laughter", "sneeze", "baby", "crowd_talk", "applause"}),
    frozenset({"footsteps", "speech"}),
    frozenset({"chicken", "rooster"}),
    frozenset({"bird", "crow", "owl", "duck"}),
    frozenset({"dog", "wolf"}),
    frozenset({"cat", "big_cat"}),
    frozenset({"car", "car_horn", "car_alarm", "siren", "motorcycle", "street"}),
    frozenset({"rain", "water", "sea_waves", "thunder", "wind"}),
    frozenset({"bell", "wind_chimes", "doorbell"}),
    frozenset({"acoustic_guitar", "electric_guitar", "banjo", "sitar"}),
    frozenset({"insects", "bee"}),
    frozenset({"drum", "cymbal", "tambourine"}),
    frozenset({"gun", "fireworks"}),
    frozenset({"fan", "airplane", "helicopter"}),
    frozenset({"trumpet", "tuba", "trombone", "french_horn"}),
)


def alike(label: str) -> frozenset[str]:
    """Return the classes, itself among them, that can be taken for `label`."""
    return frozenset({label}).union(*(group for group in _ALIKE if label in group))
