"""What two sides' traces come to: tolerances, differences, stages, curves, settings; the study of a case or a port."""
