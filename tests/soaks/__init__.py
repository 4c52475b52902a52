"""What takes too long for every change: kills, and files no supplier would send. `make soak` runs them whole."""
