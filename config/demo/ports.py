"""Which port the demo serves on."""

import contextlib
import socket
from collections.abc import Mapping

from config.embedded.errors import StackError

ADDRESS = "127.0.0.1"
DEFAULT_PORT = 8000
TRIES = 100


def choose_port(environ: Mapping[str, str]) -> int:
    """Return PORT, or the first free port from 8000 on, saying so where 8000 is taken.

    Raises StackError where PORT is no port or is taken: who named it wants that one.
    """
    wanted = environ.get("PORT")
    if wanted:
        return _checked(wanted)
    for port in range(DEFAULT_PORT, DEFAULT_PORT + TRIES):
        if is_free(port):
            if port != DEFAULT_PORT:
                print(f"Port {DEFAULT_PORT} is taken; using {port}. PORT=... names another.", flush=True)
            return port
    raise StackError(f"Ports {DEFAULT_PORT} to {DEFAULT_PORT + TRIES - 1} are all taken. Name a free one with PORT=...")


def _checked(wanted: str) -> int:
    if not wanted.isdecimal() or not 0 < int(wanted) < 65536:
        raise StackError(f"PORT is {wanted!r}. Give a number from 1 to 65535, for example PORT=8001.")
    if not is_free(int(wanted)):
        raise StackError(f"Port {wanted} is taken. Stop what uses it, or name another with PORT=...")
    return int(wanted)


def is_free(port: int) -> bool:
    """Say whether a server may listen on the port now, on IPv4 and, where there is one, on IPv6 too."""
    if _listens("::1", port, socket.AF_INET6):  # a browser asks localhost there first
        return False
    with socket.socket() as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        with contextlib.suppress(OSError):
            probe.bind((ADDRESS, port))
            return True
    return False


def _listens(address: str, port: int, family: socket.AddressFamily) -> bool:
    with contextlib.suppress(OSError), socket.socket(family) as probe:
        probe.settimeout(0.2)
        return probe.connect_ex((address, port)) == 0
    return False
