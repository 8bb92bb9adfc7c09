"""The only writers of the plan, by noun."""
