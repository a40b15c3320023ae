"""The TensorFlow side: read `train.py` first, then a model, with torch_impl's file of the same name beside it."""
