"""Forecasts of engagements whose end is known: simulated by rules that no forecast here assumes, and compared."""
