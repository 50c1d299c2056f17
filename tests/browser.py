"""A person at the web client, in a real browser, whose gestures are counted."""
from __future__ import annotations

import os
import pathlib
import shutil
import tempfile
import time
from contextlib import contextmanager

# A laptop as they are given away
WIDTH, HEIGHT = 1366, 768
OPTIONS = [
    '--no-sandbox', '--disable-gpu', '--disable-quic', '--no-first-run',
    '--disable-background-networking', '--disable-component-update',
    '--disable-sync']
PROGRAMS = ['chromium', 'chromium-browser', 'google-chrome']
SECONDS = 60
#: What is in the scanner and was not taken yet
TYPED = """() => {
    const box = document.querySelector('.modal.code-scanner input:focus');
    return box && box.value;
}"""


def find_chromium() -> str | None:
    "The path of a Chromium on this machine, or None"
    for program in PROGRAMS:
        if path := shutil.which(program):
            return path
    return None


class Hands:
    """What a person does on one page: clicks, taps, key presses and scans.

    `gestures` counts clicks, taps and key presses; a scan is none, the reader
    types the code and its Enter.
    """

    def __init__(self, page):
        self.page = page
        self.gestures = 0

    def click(self, locator) -> None:
        locator.wait_for(timeout=SECONDS * 1000)
        locator.click(timeout=SECONDS * 1000)
        self.gestures += 1

    def tap(self, locator) -> None:
        "With a thumb; to scroll there is a gesture of its own"
        locator.wait_for(timeout=SECONDS * 1000)
        if not self.in_sight(locator):
            self.gestures += 1
        locator.tap(timeout=SECONDS * 1000)
        self.gestures += 1

    def press(self, key: str) -> None:
        self.page.keyboard.press(key)
        self.gestures += 1

    def scan(self, code: str) -> None:
        """As a reader does, and wait for what the till says to it.

        The web client ignores an Enter that comes before it has shown what
        the last code gave, and keeps the code in its field: as a person
        would, press again until it is taken.
        """
        with self.answer(f"to {code}"):
            self.type(code)

    def type(self, code: str) -> None:
        "Into the scanner, and its Enter"
        reader = self.page.locator(
            '.modal.code-scanner input.form-control:focus')
        reader.wait_for()
        self.page.keyboard.type(code)
        self.page.keyboard.press('Enter')
        # A command closes the scanner, at any moment
        while self.page.evaluate(TYPED) == code:
            self.page.wait_for_timeout(50)
            self.page.keyboard.press('Enter')

    @contextmanager
    def answer(self, what: str):
        "Wait until the till says something else than before"
        said = self._said()
        yield
        deadline = time.monotonic() + SECONDS
        while self._said() == said:
            assert time.monotonic() < deadline, f"no answer {what}"
            self.page.wait_for_timeout(20)

    def wait_for_words(self) -> None:
        "Until the till says how to begin"
        while not self._said():
            self.page.wait_for_timeout(20)

    def _said(self) -> str:
        "What the till said to the last scan; each time it says another thing"
        return self.page.locator(
            '.tab-pane.active [name=message]:visible').first.input_value()

    def button(self, name: str):
        "The button called *name* on the screen in front"
        return self.page.locator(
            f'.tab-pane.active button[name={name}]:visible').first

    def in_sight(self, locator) -> bool:
        "Whether it is on the screen as it is, without scrolling"
        box = locator.bounding_box()
        screen = self.page.viewport_size
        return bool(box) and (
            box['x'] >= 0 and box['y'] >= 0
            and box['x'] + box['width'] <= screen['width']
            and box['y'] + box['height'] <= screen['height'])

    def photograph(self, name: str) -> None:
        "A picture for people to look at, beside the project"
        folder = pathlib.Path(os.environ.get(
                'MAILLON_SCREENSHOTS',
                pathlib.Path(tempfile.gettempdir(), 'maillon-screenshots')))
        folder.mkdir(parents=True, exist_ok=True)
        self.page.screenshot(path=folder / f'{name}.png')


@contextmanager
def sign_in(
        url: str, database: str, login: str, password: str,
        size: tuple[int, int] = (WIDTH, HEIGHT), touch: bool = False):
    """The hands of *login* on the web client, signed in, in French.

    *size* is width and height of the screen; *touch*: it is touched.
    """
    width, height = size
    from playwright.sync_api import sync_playwright
    with sync_playwright() as playwright, \
            tempfile.TemporaryDirectory() as profile:
        context = playwright.chromium.launch_persistent_context(
            profile, executable_path=find_chromium(), headless=True,
            locale='fr-FR', accept_downloads=True, args=OPTIONS,
            viewport={'width': width, 'height': height}, has_touch=touch)
        context.set_default_timeout(SECONDS * 1000)
        hands = Hands(context.pages[0])
        try:
            _sign_in(hands.page, f'{url}#{database}', login, password)
            yield hands
        except Exception:
            hands.photograph(f'failed-{login}')
            raise
        finally:
            context.close()


def _sign_in(page, address: str, login: str, password: str) -> None:
    "Until the menu and what opens by itself are there"
    page.goto(address)
    # Until the server has said which databases it has, the client takes no
    # Enter and says nothing
    page.locator('.modal #database:visible').wait_for()
    page.locator('.modal #login').fill(login)
    page.locator('.modal #login').press('Enter')
    secret = page.locator('.modal input[type=password]')
    secret.fill(password)
    secret.press('Enter')
    # On a phone it is there, folded away
    page.locator('#menu tbody tr').first.wait_for(state='attached')
    page.wait_for_load_state('networkidle')
