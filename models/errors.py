"""What cannot be appraised, fitted or loaded, in one sentence a person can act on."""


class Unfit(ValueError):
    """What was given cannot be worked with: what, where and what to do. Never a pupil's data."""
