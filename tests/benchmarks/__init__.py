"""That the benchmarks measure what they say: the night that is cut, the plain script held against, and what is told."""
