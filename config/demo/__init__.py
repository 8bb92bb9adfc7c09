"""`python -m config.demo`: the whole product on this machine, from one command."""
