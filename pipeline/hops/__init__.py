"""Where pure steps and the world meet: each hop reads, calls a step, and writes. Called by `flow` alone."""
