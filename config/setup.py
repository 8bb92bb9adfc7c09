"""Install what Emplace needs: `python3 config/setup.py [runtime|dev]`; quick when nothing has changed.

Run by the machine's own Python before anything is installed, so it stands alone: no import of ours, nothing
but the standard library, and a sentence on a Python that is too old.
"""

from __future__ import annotations

import hashlib
import json
import os
import shutil
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
VENV = ROOT / ".venv"
PYTHON = VENV / "bin" / "python"
STAMP = VENV / "installed.json"
LISTS = {"runtime": "requirements.txt", "dev": "requirements-dev.txt"}
LEAST = (3, 11)
# WeasyPrint draws the handoff pack with these.
DEBIAN_LIBRARIES = ["libpango-1.0-0", "libpangoft2-1.0-0", "libharfbuzz-subset0"]


class SetupError(Exception):
    """Something is missing that we cannot install; the message says what to do."""


def say(words: str) -> None:
    """Print a line at once, also through a pipe."""
    sys.stdout.write(words + "\n")
    sys.stdout.flush()


def check_python() -> None:
    """Raise SetupError where this Python is too old."""
    if sys.version_info[:2] < LEAST:
        raise SetupError(
            f"Emplace needs Python 3.11 or newer; this is {sys.version.split()[0]}. Name a newer one: "
            "make setup PYTHON=python3.12"
        )


def run(command: list[str]) -> bool:
    """Run a command in sight of the reader; say whether it went well."""
    return subprocess.run(command, cwd=ROOT, check=False).returncode == 0  # noqa: S603


def _works(command: list[str]) -> bool:
    """Say, without a word to the reader, whether a command runs."""
    try:
        return subprocess.run(command, check=False, capture_output=True).returncode == 0  # noqa: S603
    except OSError:
        return False


def wanted(kind: str) -> dict[str, str]:
    """Return the fingerprint of what should be installed: the lists, and the Python it is for."""
    marks = {}
    for name in ["runtime"] if kind == "runtime" else ["runtime", "dev"]:
        marks[name] = hashlib.sha256((ROOT / LISTS[name]).read_bytes() + sys.version.encode()).hexdigest()
    return marks


def installed() -> dict[str, str]:
    """Return the fingerprint of what is installed; empty where nothing is, or the environment is broken."""
    try:
        marks: dict[str, str] = json.loads(STAMP.read_text())
    except (OSError, ValueError):
        return {}
    return marks if _works([str(PYTHON), "-c", ""]) else {}


def is_current(kind: str) -> bool:
    """Say whether nothing is left to do."""
    have = installed()
    return all(have.get(name) == mark for name, mark in wanted(kind).items())


def can_apt() -> bool:
    """Say whether we may install Debian's packages."""
    return os.geteuid() == 0 and shutil.which("apt-get") is not None


def apt_install(packages: list[str]) -> bool:
    """Install Debian's packages; say whether it went well."""
    os.environ["DEBIAN_FRONTEND"] = "noninteractive"
    return run(["apt-get", "update", "-qq"]) and run(["apt-get", "install", "-y", "-qq", *packages])


def make_venv() -> None:
    """Make `.venv`, anew where the Python it was made with is gone. Raises SetupError."""
    if _works([str(PYTHON), "-m", "pip", "--version"]):
        return
    say("Making the environment .venv")
    if run([sys.executable, "-m", "venv", "--clear", str(VENV)]):
        return
    package = f"python{sys.version_info[0]}.{sys.version_info[1]}-venv"
    if can_apt() and apt_install([package]) and run([sys.executable, "-m", "venv", "--clear", str(VENV)]):
        return
    raise SetupError(f"Python cannot make an environment. On Debian or Ubuntu: sudo apt-get install {package}")


def install_packages(kind: str) -> None:
    """Install the pinned packages; pip refuses a file whose hash is not in the list. Raises SetupError."""
    say(f"Installing the packages of {LISTS[kind]}")
    pip = [str(PYTHON), "-m", "pip", "install", "--quiet", "--disable-pip-version-check"]
    if not run([*pip, "--require-hashes", "-r", LISTS[kind]]):
        raise SetupError(f"pip could not install {LISTS[kind]}; its message above says why.")


def has_pango() -> bool:
    """Say whether WeasyPrint finds its libraries, without a warning that one is missing."""
    return _works([str(PYTHON), "-W", "error", "-c", "import weasyprint"])


def install_pango() -> None:
    """Install what WeasyPrint needs from the system. Raises SetupError where we may not."""
    if has_pango():
        return
    if can_apt():
        say("Installing Pango, for PDFs")
        if apt_install(DEBIAN_LIBRARIES) and has_pango():
            return
    libraries = " ".join(DEBIAN_LIBRARIES)
    raise SetupError(
        "WeasyPrint needs Pango and HarfBuzz, which are not here. On Debian or Ubuntu: sudo apt-get install "
        f"{libraries}; on Fedora: sudo dnf install pango harfbuzz; on macOS: brew install pango. "
        "Then run this again."
    )


def main(kind: str) -> int:
    """Install what is missing. Returns the exit code."""
    try:
        check_python()
        if not is_current(kind):
            make_venv()
            install_packages(kind)
            install_pango()
            STAMP.write_text(json.dumps(wanted(kind)))
    except SetupError as error:
        sys.stderr.write(str(error) + "\n")
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1] if len(sys.argv) > 1 else "dev"))
