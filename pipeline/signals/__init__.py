"""JUDGEMENTS: the questions asked of every pupil's attendance. A SENCo is invited to read `catalogue`."""

from .catalogue import SIGNALS
from .signal import Signal, pupil_signals

__all__ = ["SIGNALS", "Signal", "pupil_signals"]
