"""The only writers of the contract, by noun."""
