"""The models, one file a case: the network, its loss, and the `side` that the loop trains."""
