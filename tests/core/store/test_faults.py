"""No fault leaves a model that looks installed, and each says what to do: docs/model-store.md."""

import pytest

from tests.helpers.store_faults import CASES, DOCS, bench, leaves_nothing_installed, sentence_of


@pytest.mark.parametrize("one", CASES, ids=lambda one: one.what)
def test_a_fault_is_a_sentence_of_the_page_and_leaves_nothing_that_looks_installed(one):
    with bench() as made:
        sentence = sentence_of(one, made)

        assert leaves_nothing_installed(one)

    # To be mended with: python -m tests.helpers.store_faults
    assert f"| {one.what} | {sentence} |" in DOCS.read_text(encoding="utf-8")


@pytest.mark.parametrize("one", CASES, ids=lambda one: one.what)
def test_no_sentence_of_the_page_is_left_over(one):
    assert DOCS.read_text(encoding="utf-8").count(f"| {one.what} |") == 1
