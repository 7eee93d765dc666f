"""GitHub's webhook and samplers' batches come in, durable queue messages go out."""
