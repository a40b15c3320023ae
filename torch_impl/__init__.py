"""The PyTorch side: read `train.py` first, then a model, with tf_impl's file of the same name beside it."""
