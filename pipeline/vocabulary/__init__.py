"""WORDS: the codes and calendars of English schools. Imports nothing of ours."""
