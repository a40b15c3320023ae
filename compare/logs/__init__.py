"""Loss logs: what can be said of two curves alone."""
