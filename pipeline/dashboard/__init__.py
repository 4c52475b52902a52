"""The inclusion lead's pages, over the published snapshot alone: they choose and order rows, and count nothing.

Importing it starts nothing: what draws, and what serves, is imported where it is used.
"""
