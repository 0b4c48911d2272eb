import pytest

from core.errors import ExportError
from core.files.names import fill_template, safe_name, taken_key, unique_name


def test_the_template_puts_clip_stem_and_role_in_their_places():
    name = fill_template("{clip} - {stem} - {role}", clip="Duo", stem="Violin", role="target")

    assert name == "Duo - Violin - target"


@pytest.mark.parametrize("forbidden", [*'<>:"/\\|?*', "\n", "\x00", "\x7f"])
def test_what_any_system_forbids_is_replaced(forbidden):
    assert safe_name(f"a{forbidden}b") == "a_b"


@pytest.mark.parametrize("name", ["CON", "con", "nul", "COM1", "lpt9", "con.backup"])
def test_names_that_windows_keeps_for_itself_are_changed(name):
    assert safe_name(name) == f"_{name}"


@pytest.mark.parametrize("name", ["", "   ", "...", ". ."])
def test_a_name_is_never_empty(name):
    assert safe_name(name) == "untitled"


def test_a_name_neither_hides_nor_ends_in_a_dot():
    assert safe_name(" .hidden. ") == "hidden"


def test_a_long_name_is_cut_between_letters():
    name = safe_name("é" * 500)

    assert name == "é" * 100


def test_letters_of_any_script_are_kept():
    assert safe_name("コントラバス 4 Größe") == "コントラバス 4 Größe"


@pytest.mark.parametrize("template", ["{take}", "{clip", "{0}", "{clip.x}", "{}", "{clip!z}"])
def test_a_template_that_is_none_is_refused_with_advice(template):
    with pytest.raises(ExportError) as caught:
        fill_template(template, clip="a", stem="b", role="c")

    assert "{clip}" in caught.value.advice


def test_two_stems_of_one_name_get_two_files():
    taken = {taken_key("Duo.wav"), taken_key("Duo (2).wav")}

    # Disks of Windows and macOS do not tell "duo" from "Duo".
    assert unique_name("duo", ".wav", taken) == "duo (3).wav"
    assert unique_name("trio", ".wav", taken) == "trio.wav"
