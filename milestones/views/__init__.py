"""Addresses where the plan is worked on: each POST runs one action; forms are pages too."""
