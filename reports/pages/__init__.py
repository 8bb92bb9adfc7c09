"""What the firm's pages show: selectors that return plain dataclasses, every date and number formatted once."""
