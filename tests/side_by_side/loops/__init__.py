"""Loops as users write them, once in PyTorch and once in TensorFlow; each script records all of them into a folder."""
