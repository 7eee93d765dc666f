"""Realistic signed deliveries with known truth, for demos, tests and load."""
