"""All rewrites of a passage: each once, the likeliest first."""

from compare.judging.causes.rules import rewritten
from tests.helpers.passages import passage


def test_the_likeliest_comes_first_and_none_twice_and_none_that_changes_nothing():
    found = rewritten(passage("return tf.reduce_sum(logits * mask)", "return (x * mask).mean()"))
    assert [each.unlikely for each, _ in found] == sorted(each.unlikely for each, _ in found)
    texts = [code.text for _, code in found]
    assert len(set(texts)) == len(texts)
    assert passage("return tf.reduce_sum(logits * mask)").code.text not in texts
    assert "return tf.reduce_mean(logits * mask)" in texts[0]


def test_every_rewrite_is_python():
    for statement in ("a, b = tf.split(logits[:, 1:], 2, axis=-1)", "y = -logits ** 2 / (1 - mask)", "logits += mask"):
        for _, code in rewritten(passage(statement, "x = (y.detach() * 0.5).softmax(dim=1)")):
            assert code.tree


def test_each_rewrite_has_the_name_of_its_rule():
    found = {code.text.splitlines()[-1].strip(): each.rule for each, code in rewritten(passage("return -logits"))}
    assert found["return logits"] == "other_signs"
    assert all(found.values())
