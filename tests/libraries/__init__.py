"""Loops of trainers that other libraries bring, each a script that its own environment runs."""
