"""Private PostgreSQL and Redis servers for the demo and the tests.

`stack.Stack` is the way in. A *keeper* process (`keeper.py`) is the servers' parent and outlives nobody: it
stops them when its owner goes, however the owner went. See docs/adr for why the wheels' own launchers are
not used.
"""
