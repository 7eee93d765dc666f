"""GitHub's webhook comes in, a durable queue message goes out."""
