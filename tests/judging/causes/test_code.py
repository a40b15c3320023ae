"""Pieces of a file, and what it is with one of them replaced."""

import ast

from compare.judging.causes.code import Code, Rewrite

TEXT = "é = 'ü'\ny = 2 * (a + b)\nz = f(y)[0]\n"
CODE = Code("port.py", TEXT)


def found(kind, number=0):
    return [node for node in ast.walk(CODE.tree) if isinstance(node, kind)][number]


def rewritten(node, new):
    return CODE.with_rewrite(Rewrite(node, new, "")).text


def test_columns_are_counted_in_bytes_behind_letters_that_take_two():
    assert CODE.piece(found(ast.Constant)) == "'ü'"


def test_only_the_piece_is_replaced():
    assert rewritten(found(ast.Call), "g(y)") == TEXT.replace("f(y)", "g(y)")


def test_a_sum_in_the_place_of_a_factor_is_put_in_parentheses():
    assert "y = (1 + 1) * (a + b)" in rewritten(found(ast.Constant, 1), "1 + 1")


def test_what_is_indexed_is_put_in_parentheses_and_what_is_given_is_not():
    assert "z = (p + q)[0]" in rewritten(found(ast.Call), "p + q")
    assert "f(p + q)" in rewritten(found(ast.Call).args[0], "p + q")


def test_a_statement_that_is_taken_away_leaves_pass():
    assert rewritten(CODE.tree.body[1], "") == "é = 'ü'\npass\nz = f(y)[0]\n"


def test_an_operand_is_in_parentheses_unless_it_is_one_name_or_call():
    assert CODE.operand(found(ast.BinOp, 1)) == "(a + b)"
    assert CODE.operand(found(ast.Call)) == "f(y)"


def test_several_pieces_are_replaced_at_once_and_of_nested_ones_only_the_inner():
    outer, inner = found(ast.BinOp, 0), found(ast.BinOp, 1)
    both = [Rewrite(found(ast.Call), "g(y)", ""), Rewrite(outer, "3", ""), Rewrite(inner.left, "c", "")]
    assert CODE.with_rewrites(both).text == "é = 'ü'\ny = 2 * (c + b)\nz = g(y)[0]\n"
