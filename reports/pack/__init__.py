"""The handoff pack: what is in it, how it is drawn, and how it is issued."""
