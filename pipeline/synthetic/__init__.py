"""A made-up authority: extracts in the layouts England's schools and authorities export.

It is calibrated on figures the Department for Education publishes. It proves mechanics, not accuracy.
"""

from .delivery import Synthesised, synthesise

__all__ = ["Synthesised", "synthesise"]
