"""NOUNS: every table's grain, key, columns and units, and the layouts suppliers deliver them in."""
