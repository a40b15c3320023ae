"""One run: what is asked of a worker, how it is made, and the two worker processes."""
