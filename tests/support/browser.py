"""A real Chromium of this machine, which opens files without a network."""

import os
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Literal

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Browser, Dialog, Page, sync_playwright

VARIABLE = "CHROMIUM"
PROGRAMS = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable", "chrome")
RULES = ("wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice")

Scheme = Literal["light", "dark"]

Media = Literal["screen", "print"]


def find_chromium() -> Path:
    """Find it by the variable, else on the PATH. Without one the test fails, and says how to get one."""
    for named in filter(None, (os.environ.get(VARIABLE), *PROGRAMS)):
        if (found := shutil.which(named)) is not None:
            return Path(found)
    pytest.fail(
        f"There is no Chromium or Chrome on the PATH. Get one with `make browser` (Debian and Ubuntu, as root), or "
        f"name the program in the variable {VARIABLE}.",
        pytrace=False,
    )


@contextmanager
def open_browser() -> Iterator[Browser]:
    """Start it, and end it with the block."""
    with sync_playwright() as driver:
        browser = driver.chromium.launch(executable_path=find_chromium())
        try:
            yield browser
        finally:
            browser.close()


@dataclass(frozen=True)
class OpenedPage:
    """A file that is open in the browser, with what the browser said about it."""

    page: Page
    complaints: list[str] = field(default_factory=list)
    """Errors and warnings of the console, errors of scripts, and dialogs."""
    requests: list[str] = field(default_factory=list)

    def find_violations(self) -> list[str]:
        """Return what axe-core finds against WCAG AA and good practice, contrasts that it cannot tell included."""
        answer = Axe().run(self.page, options={"runOnly": list(RULES)}).response
        unclear = [each for each in answer["incomplete"] if each["id"] == "color-contrast"]
        return [
            f"{found['id']}: {node['html'][:200]}"
            for found in [*answer["violations"], *unclear]
            for node in found["nodes"]
        ]

    @property
    def overflow(self) -> int:
        """By how many pixels the page is wider than its window."""
        widths = "document.documentElement.scrollWidth - document.documentElement.clientWidth"
        return int(self.page.evaluate(widths))


def open_file(browser: Browser, file: Path, *, width: int, scheme: Scheme, media: Media = "screen") -> OpenedPage:
    """Open a file in a window of this width."""
    opened = OpenedPage(browser.new_page(viewport={"width": width, "height": 900}, color_scheme=scheme))
    opened.page.emulate_media(media=media)

    def refuse(dialog: Dialog) -> None:
        opened.complaints.append(dialog.message)
        dialog.dismiss()

    opened.page.on("console", lambda said: opened.complaints.append(said.text))
    opened.page.on("pageerror", lambda error: opened.complaints.append(str(error)))
    opened.page.on("dialog", refuse)
    opened.page.on("request", lambda request: opened.requests.append(request.url))
    opened.page.goto(file.as_uri(), wait_until="load")
    # Cards that nobody has scrolled to are laid out like all others.
    opened.page.evaluate("document.querySelectorAll('.card').forEach(each => each.style.contentVisibility = 'visible')")
    return opened
