"""What runs as a graph and keeps what Python had when it was traced: a value in a variable, or the code run eagerly.

Notice that no step by itself shows it: these changes are tried by judging the whole port.
"""

from __future__ import annotations

import ast
from collections.abc import Iterator

from compare.judging.causes.code import Code, Rewrite
from compare.judging.causes.passage import name_called
from compare.judging.causes.traced_values import held_in_variables, rebound


def of_graphs(code: Code) -> Iterator[tuple[Rewrite, Code]]:
    """The changes of a file, each with the code that it makes; those that keep the graph come first."""
    yield from held_in_variables(code)
    for rule in (compiled_again, not_decorated, not_wrapped, compiled_eagerly):
        yield from ((rewrite, code.with_rewrite(rewrite)) for rewrite in rule(code))


def compiled_again(code: Code) -> Iterator[Rewrite]:
    """A model that is compiled again where layers are frozen or thawed."""
    for statement in ast.walk(code.tree):
        targets = statement.targets if isinstance(statement, ast.Assign) else []
        if any(isinstance(each, ast.Attribute) and each.attr == "trainable" for each in targets):
            assert isinstance(statement, ast.Assign)
            for call in _compiling(code):
                new = f"{code.piece(statement)}\n{' ' * statement.col_offset}{with_its_optimizer(code, call)}"
                said = f"sets `{ast.unparse(targets[0])}` behind compile(), which alone reads it"
                yield Rewrite(statement, new, said)


def with_its_optimizer(code: Code, call: ast.Call) -> str:
    """The call, with the optimizer that the model has: its state goes on."""
    assert isinstance(call.func, ast.Attribute)
    model = code.piece(call.func.value)
    kept = [code.piece(each) for each in (*call.args[1:], *(each for each in call.keywords if each.arg != "optimizer"))]
    return f"{code.piece(call.func)}({', '.join([f'{model}.optimizer', *kept])})"


def not_decorated(code: Code) -> Iterator[Rewrite]:
    """A function without its @tf.function."""
    lines = code.text.splitlines()
    for node in ast.walk(code.tree):
        for decorator in getattr(node, "decorator_list", ()):
            if isinstance(node, ast.FunctionDef) and _is_graph(decorator) and node.body[0].lineno > node.lineno:
                last = node.body[0].lineno - 1
                places = {"end_lineno": last, "end_col_offset": len(lines[last - 1].encode())}
                header = ast.Pass(lineno=decorator.lineno, col_offset=node.col_offset, **places)
                plain = "\n".join(lines[decorator.end_lineno or 0 : last]).lstrip()
                yield Rewrite(header, plain, _said(code, node, node.name))


def not_wrapped(code: Code) -> Iterator[Rewrite]:
    """What tf.function(...) is given, as it is."""
    functions = {node.name: node for node in ast.walk(code.tree) if isinstance(node, ast.FunctionDef)}
    for call in ast.walk(code.tree):
        if isinstance(call, ast.Call) and _is_graph(call.func) and call.args:
            name = code.piece(call.args[0])
            inside = functions.get(name.rpartition(".")[2], call.args[0])
            yield Rewrite(call, code.piece(call.args[0]), _said(code, inside, name))


def compiled_eagerly(code: Code) -> Iterator[Rewrite]:
    """A model whose step runs eagerly."""
    for call in _compiling(code):
        if not any(each.arg == "run_eagerly" for each in call.keywords):
            said = "trains in a graph, which keeps what Python's values were when it was traced"
            yield Rewrite(call, f"{code.piece(call)[:-1].rstrip(', ')}, run_eagerly=True)", said)


def _compiling(code: Code) -> Iterator[ast.Call]:
    for call in ast.walk(code.tree):
        is_method = isinstance(call, ast.Call) and isinstance(call.func, ast.Attribute)
        if isinstance(call, ast.Call) and is_method and name_called(call) == "compile" and (call.args or call.keywords):
            yield call


def _is_graph(node: ast.AST) -> bool:
    """Whether it is tf.function, with arguments or without."""
    return ast.unparse(node.func if isinstance(node, ast.Call) else node) in ("tf.function", "tensorflow.function")


def _said(code: Code, inside: ast.AST, name: str) -> str:
    """What a function keeps: names that others set anew, and elements of Python's iterators."""
    read = [node.id for node in ast.walk(inside) if isinstance(node, ast.Name) and isinstance(node.ctx, ast.Load)]
    kept = [f"`{each}`" for each in dict.fromkeys(read) if each in rebound(code)]
    kept += [f"`{ast.unparse(node)}`" for node in ast.walk(inside) if name_called(node) == "next"]
    return f"runs {name} as a graph, which keeps {' and '.join(kept) or 'Python values'} as traced"
