"""How many busy cores are about one: a thread waits now and then, and others always do a little."""

LEAST_CORES, MOST_CORES = 0.5, 1.3
