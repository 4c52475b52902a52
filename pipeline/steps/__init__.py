"""PURE: frames in, frames out, one module a hop of the story."""
