"""What both sides are given: cases, data sets, the arrays and their file, a port and its batches."""
