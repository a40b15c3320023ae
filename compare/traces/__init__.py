"""What a run leaves behind, and which of its tensors corresponds to which of the other side's."""
