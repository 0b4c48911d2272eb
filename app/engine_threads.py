"""How the threads of the engines wait for each other, decided before their libraries load."""

from collections.abc import MutableMapping


def wait_asleep(environment: MutableMapping[str, str]) -> None:
    """Let threads that wait for the others of their team sleep; what the person has set stays.

    Left alone they spin for milliseconds, hundreds of times a second. On a machine that has
    anything else to do, such as playing the clip, they then take turns at keeping each other from
    working: six seconds of sound took up to 4 s instead of 0.3 s. Where nothing else runs,
    sleeping costs nothing that could be measured. The libraries read this only when they load.
    """
    environment.setdefault("OMP_WAIT_POLICY", "PASSIVE")
