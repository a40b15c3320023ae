"""The dictionary of components: how each layer, loss, optimizer, ... is written on both sides, proven to agree.

An entry is a function of the same name in torch_impl/components/KIND.py and tf_impl/components/KIND.py; its inputs are
in specs/KIND.py. `python -m compare components NAME` checks one, also while you write it.
"""
