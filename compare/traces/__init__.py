"""What a run leaves behind, and which of its tensors is which of the other side's."""
