"""What one side's tensors are of the other's, by formula: evaluated on what was recorded, it gives them to rounding.

Notice what it needs: no code and no other run, so two recorded loops are explained as well. A rule is a function that
takes the evidence of a step and yields sentences; adding one is adding it to its file's RULES.
"""
