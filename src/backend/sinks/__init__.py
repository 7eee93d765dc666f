"""Where rows go: a Protocol and its implementations."""
