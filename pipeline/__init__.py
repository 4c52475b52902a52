"""From what schools already record to the absent children nobody has looked at yet. Read `flow.py` first."""

__version__ = "0.1.0"
