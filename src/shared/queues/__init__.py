"""Queues: put is durable when it returns; a message stays until it is deleted."""
