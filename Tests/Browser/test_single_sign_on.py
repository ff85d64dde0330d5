"""The main journey in a real browser: sign in at one agency, consent, be known at the other without a password, sign out everywhere."""

import re

import pytest

from browsing import decide, inspect, is_at, press, pseudonym, sign_in, start_at
from portico_driver.registrations import residents

scripts_on_and_off = pytest.mark.parametrize("scripts", [True, False], ids=["with scripts", "without scripts"])


@scripts_on_and_off
def test_one_sign_in_serves_both_agencies(open_browser, portico, town, resident, scripts):
    page = open_browser(scripts=scripts)
    kind = "scripts" if scripts else "no-scripts"
    start_at(page, town.permits)
    inspect(page, f"journey-{kind}-1-sign-in", scripts)
    sign_in(page, resident)
    inspect(page, f"journey-{kind}-2-consent", scripts)
    assert "City Permits" in page.inner_text("h1")
    decide(page, "allow")
    assert is_at(page, town.permits), page.url
    inspect(page, f"journey-{kind}-3-city-permits", scripts)
    at_permits = pseudonym(page)
    assert page.inner_text("[data-claim=email]") == resident.claims["email"]

    start_at(page, town.benefits)
    assert not page.query_selector("[name=password]"), "the second agency asked for a password"
    decide(page, "allow")
    assert is_at(page, town.benefits), page.url
    inspect(page, f"journey-{kind}-4-family-benefits", scripts)
    assert pseudonym(page) != at_permits, "two agencies see one number"

    press(page, "form[action='/sign-out-everywhere'] button")
    assert is_at(page, town.benefits) and page.url.split("?")[0].endswith("/signed-out"), page.url
    inspect(page, f"journey-{kind}-5-signed-out", scripts)
    page.goto(portico.url("/"))
    assert page.query_selector("[name=password]"), "still signed in at Portico"
    # The first agency keeps its own visit until the resident leaves there; after that it asks for the password again.
    page.goto(town.permits.url + "/")
    press(page, "form[action='/sign-out'] button")
    start_at(page, town.permits)
    assert page.query_selector("[name=password]"), "signed in at City Permits without a password"


@scripts_on_and_off
def test_what_the_resident_does_not_allow_is_not_told(open_browser, town, resident, scripts):
    page = open_browser(scripts=scripts)
    start_at(page, town.permits)
    sign_in(page, resident)
    page.uncheck("[name=scope_email]")
    decide(page, "allow")
    assert is_at(page, town.permits)
    assert not page.query_selector("[data-claim=email]") and page.query_selector("[data-claim=given_name]")


@scripts_on_and_off
def test_refusing_leads_back_to_the_agency(open_browser, town, resident, scripts):
    page = open_browser(scripts=scripts)
    start_at(page, town.permits)
    sign_in(page, resident)
    decide(page, "deny")
    assert is_at(page, town.permits)
    inspect(page, f"agency-refused-{'scripts' if scripts else 'no-scripts'}", scripts)
    assert not page.query_selector("#pseudonym")


@scripts_on_and_off
def test_consent_is_remembered(open_browser, town, resident, scripts):
    page = open_browser(scripts=scripts)
    for visit in range(2):
        start_at(page, town.permits)
        if visit == 0:
            sign_in(page, resident)
            decide(page, "allow")
        assert is_at(page, town.permits), "asked again for what was allowed"
        press(page, "form[action='/sign-out'] button")


@scripts_on_and_off
def test_a_wrong_password_says_so_and_keeps_the_name(open_browser, start_portico, scripts):
    server, person = start_portico(), next(residents())
    server.add_residents([person])
    page = open_browser(scripts=scripts)
    page.goto(server.url("/"))
    sign_in(page, person, password="not the password")
    inspect(page, f"sign-in-refused-{'scripts' if scripts else 'no-scripts'}", scripts)
    assert page.input_value("[name=identifier]") == person.username and page.input_value("[name=password]") == ""
    assert page.query_selector("[role=alert]")
    assert re.search(r"^\w+: ", page.title()), "the title does not begin with the problem"
    sign_in(page, person)
    assert page.query_selector("form[action$='/sign-out']")


@scripts_on_and_off
def test_a_lost_cookie_leads_to_a_page_that_starts_again(open_browser, town, resident, scripts):
    page = open_browser(scripts=scripts)
    start_at(page, town.permits)
    page.context.clear_cookies()
    sign_in(page, resident)
    inspect(page, f"error-lost-browser-{'scripts' if scripts else 'no-scripts'}", scripts)
    press(page, "main a.button")
    sign_in(page, resident)
    assert page.query_selector("button[name=decision][value=allow]"), "starting again did not work"


@scripts_on_and_off
def test_signing_out_at_portico_itself(open_browser, portico, town, resident, scripts):
    page = open_browser(scripts=scripts)
    page.goto(portico.url("/"))
    sign_in(page, resident)
    press(page, "form[action$='/sign-out'] button")
    page.goto(portico.url("/"))
    assert page.query_selector("[name=password]")


def test_the_whole_journey_by_keyboard(open_browser, town, resident):
    page = open_browser()
    page.goto(town.permits.url + "/")
    tab_to(page, "form[action='/sign-in'] button")
    page.keyboard.press("Enter")
    page.wait_for_selector("[name=identifier]")
    tab_to(page, "[name=identifier]")
    page.keyboard.type(resident.username)
    tab_to(page, "[name=password]")
    page.keyboard.type(resident.password)
    page.keyboard.press("Enter")
    page.wait_for_selector("button[name=decision]")
    tab_to(page, "[name=scope_phone]")
    page.keyboard.press("Space")
    tab_to(page, "button[name=decision][value=allow]")
    page.keyboard.press("Enter")
    page.wait_for_selector("#pseudonym")
    assert not page.query_selector("[data-claim=phone_number]") and page.query_selector("[data-claim=email]")


def tab_to(page, selector):
    """Press Tab until the element has the focus, and see that the focus shows."""
    for _ in range(40):
        page.keyboard.press("Tab")
        if page.evaluate("selector => document.activeElement?.matches(selector) ?? false", selector):
            shows = page.evaluate(
                """() => { const style = getComputedStyle(document.activeElement);
                           return (style.outlineStyle !== 'none' && parseFloat(style.outlineWidth) > 0) || style.boxShadow !== 'none' }"""
            )
            assert shows, f"the focus on {selector} cannot be seen"
            return
    raise AssertionError(f"{selector} cannot be reached with Tab")


def test_the_password_can_be_shown_and_is_hidden_again_when_sent(open_browser, portico, resident):
    page = open_browser()
    page.goto(portico.url("/"))
    page.fill("[name=password]", resident.password)
    page.click("button[data-reveal]")
    assert page.get_attribute("[name=password]", "type") == "text"
    page.click("button[data-reveal]")
    assert page.get_attribute("[name=password]", "type") == "password"
    assert page.get_attribute("[name=identifier]", "autocomplete") == "username"
    assert page.get_attribute("[name=password]", "autocomplete") == "current-password"


def test_form_post_sends_itself_with_scripts_and_waits_without(open_browser, portico, registrations, resident):
    """The agency's address is answered by the test itself."""
    for scripts in (True, False):
        page = open_browser(scripts=scripts)
        received = []

        def answer(route):
            received.append(route.request.post_data)
            route.fulfill(status=200, content_type="text/html", body="<!doctype html><title>arrived</title>")

        page.context.route("https://first.example/**", answer)
        page.goto(registrations.agency(portico, "first").request(response_mode="form_post").url)
        sign_in(page, resident)
        if page.query_selector("button[name=decision]"):
            decide(page, "allow")
        if not scripts:
            inspect(page, "form-post-no-scripts", scripts=False)
            press(page, "#form-post button")
        page.wait_for_url("https://first.example/callback")
        assert "code=" in received[0] and "state=" in received[0]
