"""Every expected failure tells the log what happened and the person what to do."""

import inspect

from core import errors


def _tree() -> list[type[errors.CoreError]]:
    return [
        member
        for _, member in inspect.getmembers(errors, inspect.isclass)
        if issubclass(member, errors.CoreError)
    ]


def test_the_drawn_tree_names_every_error():
    for error in _tree():
        assert error.__name__ in (errors.__doc__ or "")


def test_an_error_keeps_its_message_and_its_advice_apart():
    error = errors.MediaError("no stream in x.mp4", advice="Choose another file.")

    assert str(error) == "no stream in x.mp4"
    assert error.advice == "Choose another file."
