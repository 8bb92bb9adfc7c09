"""The demo portfolio: an invented firm's history, told through the same actions as the pages use."""
