"""Loss logs: what two loss curves alone say about two trainings."""
