"""Why a port parts: hypotheses in words, each a change of the port's code, proven by running the changed port.

A rule is a function that takes the passage where the sides part and gives rewrites of it; adding one is adding it to
its file's RULES.
"""
