"""The weekly digest: when it is due, what it says, how it is sent."""
