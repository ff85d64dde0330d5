"""What a person does in the browser, by the forms' contract and so in any language, and how a page is inspected."""

import os
import pathlib
import re

from axe_playwright_python.sync_playwright import Axe

from portico_driver.server import REPOSITORY

SCREENSHOTS = pathlib.Path(os.environ.get("TEST_ARTEFACTS", REPOSITORY / "artefacts")) / "screenshots"
RULES = {"runOnly": {"type": "tag", "values": ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"]}}


def inspect(page, name, scripts=True):
    """Keep a screenshot; with scripts, also see that axe-core finds nothing and that nothing has to be scrolled sideways."""
    SCREENSHOTS.mkdir(parents=True, exist_ok=True)
    page.screenshot(path=SCREENSHOTS / f"{name}.png", full_page=True)
    if not scripts:
        return
    width = page.viewport_size["width"]
    assert page.evaluate("document.documentElement.scrollWidth") <= width, f"{name} has to be scrolled sideways at {width} px"
    found = Axe().run(page, options=RULES)
    assert found.violations_count == 0, f"{name}:\n{found.generate_report()}"


def press(page, selector):
    """Press a button or link that leads to another page, and wait for that page."""
    with page.expect_navigation(wait_until="load"):
        page.click(selector)


def start_at(page, agency):
    page.goto(agency.url + "/")
    press(page, "form[action='/sign-in'] button")


def sign_in(page, resident, password=None):
    page.fill("[name=identifier]", resident.username)
    page.fill("[name=password]", password or resident.password)
    press(page, "form[action$='/sign-in'] button:not([type=button])")


def decide(page, decision):
    press(page, f"button[name=decision][value={decision}]")


def is_at(page, agency):
    return page.url.startswith(agency.url + "/")


def pseudonym(page):
    return page.inner_text("#pseudonym")


def slug(text):
    return re.sub(r"[^a-z0-9]+", "-", text.lower()).strip("-")
