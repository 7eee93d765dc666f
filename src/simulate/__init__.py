"""Realistic signed deliveries and sample batches with known truth, for demos, tests and load."""
