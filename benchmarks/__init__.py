"""Measures the product on throw-away servers: `make bench`; docs/benchmarks.md says how to read what it prints."""
