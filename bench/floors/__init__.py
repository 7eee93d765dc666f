"""What the product is compared with: the least that each task can cost, and the usual way."""
