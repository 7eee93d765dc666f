"""What a machine and each of its processes do: /proc in, sample batches and a summary out.

Runs by itself on any Python from 3.9, on the standard library alone. The collecting path imports no
dataclasses, no typing, no json: they would double its start.
"""
