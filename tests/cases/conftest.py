"""Both frameworks in one process, in float64."""
