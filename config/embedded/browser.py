"""Find a Chromium for the browser tests, or install one: `python -m config.embedded.browser`."""

import os
import shutil
import subprocess
import sys
from pathlib import Path

NAMES = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable")


def find_chromium() -> Path | None:
    """Return the browser that CHROMIUM names, one on PATH, or the one that Playwright installed."""
    named = os.environ.get("CHROMIUM")
    if named:
        return Path(named)
    for name in NAMES:
        found = shutil.which(name)
        if found:
            return Path(found)
    return _from_playwright()


def _from_playwright() -> Path | None:
    """Ask Playwright where its own Chromium would be."""
    try:
        from playwright.sync_api import sync_playwright
    except ImportError:
        return None
    with sync_playwright() as playwright:
        path = Path(playwright.chromium.executable_path)
    return path if path.exists() else None


def _installers() -> list[list[list[str]]]:
    """Return ways to install Chromium, the best first; each is a list of commands."""
    ways = []
    if os.geteuid() == 0 and shutil.which("apt-get"):
        ways.append([["apt-get", "update", "-qq"], ["apt-get", "install", "-y", "-qq", "chromium"]])
    ways.append([[sys.executable, "-m", "playwright", "install", "chromium"]])
    return ways


def _succeeds(commands: list[list[str]]) -> bool:
    return all(subprocess.run(command, check=False).returncode == 0 for command in commands)


def main() -> int:
    """Make sure that there is a Chromium; the last word is where it is, or what to do."""
    for way in [[], *_installers()]:
        if _succeeds(way) and (found := find_chromium()):
            print(f"Chromium: {found}")
            return 0
    print(
        "There is no Chromium, and it could not be installed. Install Chromium or Chrome, or set CHROMIUM to the "
        "path of one, and run this again.",
        file=sys.stderr,
    )
    return 1


if __name__ == "__main__":
    sys.exit(main())
