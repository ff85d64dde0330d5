"""A real browser (Debian's Chromium), a running server, and the two demo agencies."""

import dataclasses

import pytest
from playwright.sync_api import sync_playwright

from portico_driver.demo_agency import DemoAgency

CHROMIUM = "/usr/bin/chromium"


@pytest.fixture(scope="session")
def chromium():
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=CHROMIUM, args=["--no-sandbox", "--disable-dev-shm-usage"])
        yield browser
        browser.close()


@dataclasses.dataclass
class Town:
    permits: DemoAgency
    benefits: DemoAgency


@pytest.fixture(scope="session")
def town(portico):
    agencies = [DemoAgency(portico, "city-permits", "City Permits", "teal"), DemoAgency(portico, "family-benefits", "Family Benefits", "plum")]
    portico.apply_clients([agency.registration for agency in agencies])
    try:
        for agency in agencies:
            agency.start()
        yield Town(*agencies)
    finally:
        for agency in agencies:
            agency.end()


@pytest.fixture
def open_browser(chromium):
    """A fresh browser window: open_browser(locale="fr-FR", width=320, scheme="dark", scripts=False)."""
    contexts = []

    def new(locale="en-GB", width=1280, scheme="light", scripts=True):
        context = chromium.new_context(
            locale=locale, viewport={"width": width, "height": 900}, color_scheme=scheme, java_script_enabled=scripts, reduced_motion="reduce"
        )
        context.set_default_timeout(8_000)
        contexts.append(context)
        page = context.new_page()
        page.faults = []
        page.on("pageerror", lambda error: page.faults.append(f"script error: {error}"))
        page.on("console", lambda message: page.faults.append(message.text) if "Content Security Policy" in message.text else None)
        return page

    yield new
    faults = [fault for context in contexts for page in context.pages for fault in getattr(page, "faults", [])]
    for context in contexts:
        context.close()
    assert not faults, faults
