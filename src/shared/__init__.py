"""The plumbing that both services use."""
