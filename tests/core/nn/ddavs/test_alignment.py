import math

import torch

from core.nn.ddavs.alignment import CrossAlignment, alignments
from core.nn.ddavs.config import small_config, tiny_config


def test_alignment_keeps_the_shapes_of_sound_and_picture():
    align = CrossAlignment(audio_width=24, visual_width=16, n_heads=4)

    seen, heard = align(torch.randn(2, 5, 24), torch.randn(2, 49, 16))

    assert seen.shape == (2, 5, 24)
    assert heard.shape == (2, 49, 16)


def test_alignment_is_equations_7_and_8_with_residuals():
    align = CrossAlignment(audio_width=6, visual_width=4, n_heads=1)
    queries, visual = torch.randn(1, 2, 6), torch.randn(1, 3, 4)

    seen, heard = align(queries, visual)

    normed = align.norm(visual)[0]
    keys, values = align.filter_key(normed), align.filter_value(normed)
    shares = (queries[0] @ keys.T / math.sqrt(6)).softmax(1)  # (queries, pixels)
    audio = queries[0] + shares @ values
    torch.testing.assert_close(seen[0], audio)
    asked = align.enhance_query(normed)
    shares = (asked @ align.enhance_key(audio).T / math.sqrt(4)).softmax(1)  # (pixels, queries)
    torch.testing.assert_close(heard[0], visual[0] + shares @ align.enhance_value(audio))


def test_a_pixel_may_turn_to_silence_instead_of_a_sound():
    align = CrossAlignment(6, 4, 1, has_silence=True)
    with torch.no_grad():
        align.enhance_query.weight.zero_()
        align.enhance_query.bias.fill_(1.0)
        align.enhance_value.weight.zero_()
        align.enhance_value.bias.zero_()

    _, heard = align(torch.randn(1, 2, 6), visual := torch.randn(1, 3, 4))

    torch.testing.assert_close(heard, visual)


def test_there_is_an_alignment_before_each_injected_stage():
    assert set(alignments(small_config(), 128)) == {"3", "4"}
    assert set(alignments(tiny_config(), 16)) == {"3", "4"}
