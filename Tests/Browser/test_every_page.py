"""Every page, in every language, narrow and wide, by day and by night: a screenshot, axe-core, nothing to scroll sideways."""

import pytest

from browsing import decide, inspect, is_at, press, sign_in, slug
from portico_driver.registrations import residents

LOCALES = {"en": "en-GB", "es": "es-ES", "fr": "fr-FR", "ar": "ar"}
WIDTHS = {"narrow": 320, "wide": 1280}


@pytest.fixture(params=[(language, size, scheme) for language in LOCALES for size in WIDTHS for scheme in ("light", "dark")], ids="-".join)
def view(request, open_browser):
    """A browser window, and what its screenshots are called."""
    language, size, scheme = request.param
    page = open_browser(locale=LOCALES[language], width=WIDTHS[size], scheme=scheme)

    def look(name):
        expected = "rtl" if language == "ar" else "ltr"
        assert page.get_attribute("html", "lang") == language and page.get_attribute("html", "dir") == expected, page.url
        assert page.inner_text("h1").strip() and page.title().strip()
        small = page.evaluate(
            """() => [...document.querySelectorAll('button, input:not([type=hidden]), a.button')]
                .filter(each => each.offsetParent !== null)
                .map(each => [each.outerHTML.slice(0, 80), (each.labels?.[0] ?? each).getBoundingClientRect(), each.getBoundingClientRect()])
                .filter(([, label, own]) => Math.max(label.height, own.height) < 24 || Math.max(label.width, own.width) < 24)
                .map(([html]) => html)"""
        )
        assert not small, f"targets under 24 by 24 px on {name}: {small}"
        inspect(page, f"{name}-{language}-{size}-{scheme}")

    return page, look


def test_pages_of_signing_in_and_out(view, portico, town, registrations, resident):
    page, look = view
    permits = registrations.agency(portico, "first", redirect_uri=town.permits.url + "/callback")
    permits.client_id = "city-permits"
    page.goto(permits.request(scope="openid profile email address phone offline_access", prompt="consent").url)
    look("sign-in")
    page.fill("[name=identifier]", resident.username)
    press(page, "form[action$='/sign-in'] button:not([type=button])")
    look("sign-in-without-a-password")
    sign_in(page, resident)
    look("consent")
    decide(page, "allow")
    assert is_at(page, town.permits)
    page.goto(portico.url("/"))
    look("home")
    page.goto(permits.request(prompt="select_account").url)
    look("choose-account")
    page.goto(permits.request(prompt="login").url)
    look("sign-in-again")
    page.goto(portico.metadata["end_session_endpoint"])
    look("sign-out")
    decide(page, "sign_out")
    look("signed-out")


def test_pages_of_errors(view, portico, registrations):
    page, look = view
    first = registrations.agency(portico, "first")
    page.goto(first.request(client_id="unknown").url)
    look("error-unknown-agency")
    page.goto(first.request(redirect_uri="https://elsewhere.example/callback").url)
    look("error-redirect-address")
    page.goto(portico.url("/no-such-page"))
    look("error-unknown-page")
    page.goto(first.request().url)
    page.context.clear_cookies()
    sign_in(page, next(residents()))
    look("error-lost-browser")


def test_the_page_that_carries_an_answer(view, portico, registrations, resident):
    page, look = view
    # The script that would send the form at once is kept from loading, so that the page can be looked at.
    page.context.route("**/form-post*.js", lambda route: route.abort())
    page.goto(registrations.agency(portico, "first").request(response_mode="form_post").url)
    sign_in(page, resident)
    if page.query_selector("button[name=decision]"):
        decide(page, "allow")
    look("form-post")


def test_the_agencies_own_pages(open_browser, town, resident):
    for size, width in WIDTHS.items():
        for scheme in ("light", "dark"):
            page = open_browser(width=width, scheme=scheme)
            for agency in (town.permits, town.benefits):
                page.goto(agency.url + "/")
                inspect(page, f"agency-{slug(agency.name)}-{size}-{scheme}")


def test_the_language_can_be_chosen(open_browser, portico):
    page = open_browser(locale="en-GB")
    page.goto(portico.url("/"))
    for language in ("ar", "fr", "es", "en"):
        press(page, f"form[action$='/language'] button[value={language}]")
        assert page.get_attribute("html", "lang") == language
    page.reload()
    assert page.get_attribute("html", "lang") == "en"


@pytest.mark.parametrize(("asked", "shown"), [("fr", "fr"), ("de es", "es"), ("ar-EG", "ar"), ("xx", "en"), ("", "en")])
def test_ui_locales_come_first(open_browser, portico, registrations, asked, shown):
    page = open_browser(locale="en-GB")
    page.goto(registrations.agency(portico, "first").request(ui_locales=asked or None).url)
    assert page.get_attribute("html", "lang") == shown
