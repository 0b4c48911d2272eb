import numpy as np

from core.separation.steering import likeness, read_motion

FRAME_S = 0.02
ON_OFF = np.repeat([0, 1, 0, 0, 1, 1, 0, 1, 0, 1, 1, 0] * 3, 50).astype(float)


def test_the_part_that_follows_the_motion_is_the_target_and_its_opposite_is_not():
    motion = read_motion(5.0 * ON_OFF)

    like = likeness(np.stack([ON_OFF, 1 - ON_OFF]), motion, FRAME_S, 0.2)

    assert like.is_sure
    assert like.shares_alone()[0] > 0.95
    assert like.shares_alone()[1] < 0.05


def test_a_few_seconds_of_evidence_decide_little():
    short = ON_OFF[:100]
    motion = read_motion(5.0 * short)

    like = likeness(np.stack([short, 1 - short]), motion, FRAME_S, 0.2)

    assert not like.is_sure
    assert (np.abs(like.shares_alone() - 0.5) < 0.45).all()


def test_parts_learned_in_spans_stay_the_targets_unless_they_go_against_the_motion():
    motion = read_motion(5.0 * ON_OFF)
    unrelated = np.random.default_rng(0).random(len(ON_OFF))

    like = likeness(np.stack([ON_OFF, unrelated, 1 - ON_OFF]), motion, FRAME_S, 0.2)

    with_spans, while_still = like.shares_beside_spans(), like.shares_beside_stillness()
    assert with_spans[:2].min() > 0.9
    assert with_spans[2] < 0.1
    assert while_still[0] > 0.9
    assert while_still[1:].max() < 0.1


def test_the_noise_of_a_still_picture_is_no_motion():
    assert read_motion(0.02 * np.random.default_rng(0).random(500)) is None


def test_one_short_move_in_a_long_stillness_is_motion():
    energy = np.zeros(500)
    energy[200:215] = 3.0

    motion = read_motion(energy)

    assert motion is not None
    assert motion.level[205] == 1.0


def test_frames_that_were_not_seen_count_for_nothing():
    energy = 5.0 * ON_OFF
    energy[300:900] = np.nan
    activity = ON_OFF.copy()
    activity[300:900] = 1 - activity[300:900]

    like = likeness(activity[None], read_motion(energy), FRAME_S, 0.02)

    assert like.correlation[0] > 0.98


def test_stillness_keeps_its_distance_from_motion_and_from_the_unseen():
    energy = np.zeros(100)
    energy[40:60] = 5.0
    energy[80:] = np.nan

    is_still = read_motion(energy).is_still(5)

    assert is_still[:35].all()
    assert not is_still[35:65].any()
    assert is_still[65:75].all()
    assert not is_still[75:].any()
