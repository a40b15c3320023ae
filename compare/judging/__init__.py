"""Judges the traces of two sides: tolerances, differences, stages, curves, settings; the study of a case or a port."""
