"""THE WORLD: files, keys, databases, the gate, the clock. Verbs live here."""
