"""What is said on whatever comes out of a made-up home."""

MADE_UP = "Made-up data: proves mechanics, not accuracy."
