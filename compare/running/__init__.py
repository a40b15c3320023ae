"""One run: the request to a worker, how the worker fulfils it, and the two worker processes."""
