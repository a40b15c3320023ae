"""Names agree by the words that tell them apart, then by numbers that both sides have; what ties decides nothing."""

import pytest

from compare.traces.names import agreeing, agreement, numbers, words


def agreed(torch, tf):
    return sorted(agreeing(torch.split(), tf.split(), str))


@pytest.mark.parametrize(
    ("name", "expected"),
    [
        ("layers.0.self_attn.k_proj", {"layers", "self", "attn", "k", "proj"}),
        ("encoder.keyProj1", {"encoder", "key", "proj"}),
        ("MLPHead", {"mlp", "head"}),
        ("conv2d_1", {"conv"}),
        ("0", set()),
    ],
)
def test_the_words_of_a_name_are_without_its_numbers(name, expected):
    assert words(name) == expected


def test_the_numbers_of_a_name_are_in_order():
    assert numbers("layers.10.conv2") == (10, 2)


@pytest.mark.parametrize(
    ("one", "other", "expected"), [("key", "key", 1), ("k", "key", 0.5), ("a.key", "key.b", 1), ("key", "value", 0)]
)
def test_a_word_in_common_counts_one_and_a_shortened_one_half(one, other, expected):
    assert agreement(words(one), words(other)) == agreement(words(other), words(one)) == expected


@pytest.mark.parametrize(
    ("torch", "tf"),
    [
        ("query key value", "query value key"),
        ("attn.q_proj attn.k_proj attn.v_proj", "attention.value attention.query attention.key"),
        ("mlp.up mlp.down", "block.down_dense block.up_dense"),
        ("a.self_attn.q b.cross_attn.q", "d.cross.q c.attention.q"),
    ],
)
def test_names_agree_with_those_of_the_same_word_whatever_their_order(torch, tf):
    found = agreed(torch, tf)
    assert len(found) == len(torch.split())
    letter = {name: name.rpartition(".")[2][0] for name in (torch + " " + tf).split()}
    assert all(letter[one] == letter[other] for [one], [other] in found)


@pytest.mark.parametrize(
    ("torch", "tf"),
    [
        ("fc1 fc2", "dense dense_1"),
        ("0 2", "sequential.dense sequential.dense_1"),
        ("a.proj b.long.proj", "x.proj y.z.proj"),
        ("conv1 conv2 proj", "conv2d conv2d_1 conv2d_2"),
    ],
)
def test_names_that_have_nothing_of_their_own_in_common_decide_nothing(torch, tf):
    assert agreed(torch, tf) == []


def test_those_with_the_same_words_and_other_numbers_stay_together_in_their_order():
    assert agreed("layer1 layer2 out", "layer0 layer1 out") == [
        (["layer1", "layer2"], ["layer0", "layer1"]), (["out"], ["out"]),
    ]  # fmt: skip


def test_numbers_that_both_sides_have_tell_apart_what_has_the_same_words():
    assert agreed("fc1 fc2", "fc2 fc1") == [(["fc1"], ["fc1"]), (["fc2"], ["fc2"])]
