"""A mail server that keeps every mail as a file: `python -m config.embedded.mail FOLDER PORT`.

PORT 0 takes a free one; the first line printed is `smtp://127.0.0.1:PORT`.
"""

import asyncio
import email.utils
import itertools
import signal
import sys
import time
from pathlib import Path

from aiosmtpd.smtp import SMTP, Envelope, Session

ADDRESS = "127.0.0.1"
_numbers = itertools.count(1)


class FolderHandler:
    """Writes each mail to a file of its own, named so that names sort by arrival."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder

    async def handle_DATA(self, _server: SMTP, _session: Session, envelope: Envelope) -> str:  # noqa: N802
        """Keep one mail; answer 250 only when the file is whole."""
        self._write(_delivered(envelope))
        return "250 Kept"

    def _write(self, content: bytes) -> None:
        name = f"{time.time_ns()}-{next(_numbers):06d}"
        fresh = self.folder / f"{name}.part"
        fresh.write_bytes(content)
        fresh.replace(self.folder / f"{name}.eml")


def _delivered(envelope: Envelope) -> bytes:
    """Put the envelope's addresses above the mail, as a server does that delivers it."""
    trace = [f"Return-Path: <{envelope.mail_from or ''}>"]
    trace += [f"Delivered-To: {recipient}" for recipient in envelope.rcpt_tos]
    trace += [f"Received: by localhost; {email.utils.formatdate(localtime=False)}"]
    content = envelope.original_content or b""
    return "".join(f"{line}\r\n" for line in trace).encode() + content


async def serve(folder: Path, port: int) -> None:
    """Serve until SIGTERM or SIGINT. Raises OSError where the port is taken."""
    loop = asyncio.get_running_loop()
    stopped = asyncio.Event()
    for number in (signal.SIGTERM, signal.SIGINT):
        loop.add_signal_handler(number, stopped.set)
    server = await loop.create_server(
        lambda: SMTP(FolderHandler(folder), enable_SMTPUTF8=True, hostname="localhost", loop=loop),
        ADDRESS,
        port,
    )
    print(f"smtp://{ADDRESS}:{server.sockets[0].getsockname()[1]}", flush=True)
    async with server:
        await stopped.wait()


def main(folder: Path, port: int) -> None:
    """Make the folder and serve."""
    folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    asyncio.run(serve(folder, port))


if __name__ == "__main__":
    main(Path(sys.argv[1]), int(sys.argv[2]))
