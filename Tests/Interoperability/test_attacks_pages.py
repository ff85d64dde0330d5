"""Attacks on the pages: forged and altered forms, other people's tickets, sessions, framing, two tabs."""

import re

import pytest

from portico_driver.pages import Page
from portico_driver.visitor import Arrival, Visitor

PAGES = ["/sign-in", "/consent"]


@pytest.fixture
def sign_in_form(visitor, first):
    return visitor.open(first.request().url).form_to("/sign-in")


@pytest.fixture
def consent_form(visitor, resident, first):
    request = first.request(scope="openid email phone")
    return request, visitor.sign_in(visitor.open(request.url), resident).form_to("/consent")


def session_cookies(visitor):
    return {cookie.name: cookie.value for cookie in visitor.session.cookies}


def assert_refused(place):
    assert isinstance(place, Page), f"the form was accepted: {place}"
    assert place.status in (400, 403), place


def test_a55_forms_without_their_token_are_refused(visitor, resident, sign_in_form):
    for token in (None, "", "x", "A" * 43):
        assert_refused(visitor.submit(sign_in_form, identifier=resident.username, password=resident.password, form_token=token))


def test_a55_another_browsers_form_is_refused(portico, visitor, resident, first, sign_in_form):
    stranger = Visitor(portico.issuer)
    stranger.open(portico.url("/"))
    assert_refused(stranger.submit(sign_in_form, identifier=resident.username, password=resident.password))
    assert stranger.open(first.request(prompt="none").url).error == "login_required"


def test_a55_another_sites_form_is_refused(visitor, resident, sign_in_form):
    values = {**sign_in_form.values(), "identifier": resident.username, "password": resident.password}
    for headers in ({"Origin": "https://evil.example"}, {"Sec-Fetch-Site": "cross-site", "Origin": "null"}, {"Sec-Fetch-Site": "same-site"}):
        assert_refused(visitor.send(sign_in_form.action, values, headers=headers))


def test_a55_sign_out_needs_the_form(portico, visitor, resident, first):
    first.tokens(visitor, resident)
    assert_refused(visitor.send(portico.url("/sign-out"), {"form_token": "x"}))
    assert_refused(visitor.send(portico.url("/logout/confirm"), {"decision": "sign_out"}))
    assert visitor.open(first.request(prompt="none").url).error is None


def test_a55_consent_needs_the_form(visitor, consent_form):
    _, form = consent_form
    assert_refused(visitor.submit(form, button="allow", form_token="x"))


def test_a55_cookies_keep_to_this_site(visitor, resident, first):
    visitor.authorize(first.request().url, resident)
    for page in visitor.seen:
        for line in page.response.raw.headers.getlist("Set-Cookie"):
            assert "HttpOnly" in line and re.search(r"SameSite=(Lax|Strict)", line), line
            assert "Domain=" not in line and "Path=/" in line


def test_a56_a_session_id_is_never_kept_over_a_sign_in(visitor, resident, first):
    visitor.open(first.request().url)
    before = session_cookies(visitor)
    visitor.authorize(first.request(prompt="login").url, resident)
    during = session_cookies(visitor)
    visitor.authorize(first.request(prompt="login").url, resident)
    after = session_cookies(visitor)
    new = {name for name in during if during[name] != before.get(name)}
    assert new, "signing in set no session"
    assert any(during[name] != after[name] for name in new), "signing in again kept the session id"


def test_a56_a_session_id_made_up_by_somebody_is_ignored(portico, visitor, resident, first):
    first.tokens(visitor, resident)
    fixed = Visitor(portico.issuer)
    for cookie in visitor.session.cookies:
        fixed.session.cookies.set(cookie.name, cookie.value[:8] + "A" * (len(cookie.value) - 8), domain="127.0.0.1", path="/")
    assert fixed.open(first.request(prompt="none").url).error == "login_required"


def test_a56_the_former_session_is_over_after_signing_in_again(portico, visitor, resident, first):
    first.tokens(visitor, resident)
    former = Visitor(portico.issuer)
    former.session.cookies.update(visitor.session.cookies)
    assert former.open(first.request(prompt="none").url).error is None
    visitor.authorize(first.request(prompt="login").url, resident)
    assert former.open(first.request(prompt="none").url).error == "login_required"


@pytest.mark.parametrize("path", PAGES)
def test_a57_a82_pages_are_neither_framed_nor_kept(visitor, resident, first, path):
    visitor.authorize(first.request(scope="openid email").url, resident)
    page = next(page for page in visitor.seen if page.form(path))
    headers = page.response.headers
    assert headers["Cache-Control"] == "no-store"
    assert headers["X-Frame-Options"] == "DENY" and headers["X-Content-Type-Options"] == "nosniff"
    assert headers["Referrer-Policy"] in ("no-referrer", "same-origin", "strict-origin")
    policy = headers["Content-Security-Policy"]
    for rule in ("frame-ancestors 'none'", "base-uri 'none'", "object-src 'none'", "form-action"):
        assert rule in policy or (rule == "object-src 'none'" and "default-src 'none'" in policy), policy
    assert "unsafe-inline" not in policy and "unsafe-eval" not in policy
    assert not re.search(r"<script(?![^>]*\bsrc=)[^>]*>|\son\w+=|<style|\sstyle=", page.text), "inline script or style"


def test_a65_scopes_that_were_not_asked_for_cannot_be_added(visitor, resident, first, consent_form):
    request, form = consent_form
    arrival = visitor.submit(form, button="allow", scope_address="on", scope_profile="on", scope_admin="on")
    tokens = first.redeem(arrival.code, request.verifier).json()
    assert set(tokens.get("scope", request.parameters["scope"]).split()) <= {"openid", "email", "phone"}
    assert set(first.userinfo(tokens["access_token"]).json()) <= {"sub", "email", "email_verified", "phone_number", "phone_number_verified"}


def test_a65_scopes_that_were_refused_are_not_given(visitor, resident, first, consent_form):
    request, form = consent_form
    page = visitor.seen[-1]
    arrival = visitor.consent(page, scopes={"phone"})
    tokens = first.redeem(arrival.code, request.verifier).json()
    assert set(tokens["scope"].split()) == {"openid", "phone"}
    assert set(first.userinfo(tokens["access_token"]).json()) == {"sub", "phone_number", "phone_number_verified"}


def test_a65_an_altered_ticket_is_refused(visitor, consent_form):
    _, form = consent_form
    ticket = form.values()["ticket"]
    middle = len(ticket) // 2
    changed = ticket[:middle] + ("A" if ticket[middle] != "A" else "B") + ticket[middle + 1 :]
    for attempt in (changed, ticket[:-1], ticket + "A", "", "x", ticket[::-1]):
        assert_refused(visitor.submit(form, button="allow", ticket=attempt))


def test_a65_another_agencys_ticket_gives_that_agencys_answer_only(visitor, resident, first, second):
    one, other = first.request(scope="openid email"), second.request(scope="openid email")
    page = visitor.sign_in(visitor.open(one.url), resident)
    visitor.open(other.url)
    arrival = visitor.consent(page)
    assert arrival.url.startswith(first.redirect_uri) and arrival.parameters["state"] == one.parameters["state"]


def test_a64_consent_cannot_be_given_before_signing_in(portico, visitor, first, sign_in_form):
    place = visitor.send(portico.url("/consent"), {**sign_in_form.values(), "decision": "allow"}, headers={"Origin": portico.issuer})
    assert isinstance(place, Page), "a code without a sign-in"


def test_a65_another_residents_consent_page_is_useless(portico, resident, other_resident, visitor, first, consent_form):
    _, form = consent_form
    stranger = Visitor(portico.issuer)
    first.tokens(stranger, other_resident)
    assert_refused(stranger.submit(form, button="allow"))


def test_a66_two_tabs_never_mix(visitor, resident, first, second):
    one, other = first.request(), second.request()
    left, right = visitor.open(one.url), visitor.open(other.url)
    answer_right = visitor.walk(visitor.sign_in(right, resident), resident)
    answer_left = visitor.walk(visitor.sign_in(left, resident), resident)
    assert answer_right.url.startswith(second.redirect_uri) and answer_right.parameters["state"] == other.parameters["state"]
    assert answer_left.url.startswith(first.redirect_uri) and answer_left.parameters["state"] == one.parameters["state"]


def test_a66_a_form_sent_twice_is_no_failure(visitor, resident, first):
    request = first.request(scope="openid email")
    page = visitor.open(request.url)
    for _ in range(2):
        place = visitor.sign_in(page, resident)
        assert isinstance(place, (Page, Arrival))
        assert not (isinstance(place, Page) and place.status >= 500)
    consent = place if isinstance(place, Page) and place.form("/consent") else None
    for _ in range(2 if consent else 0):
        arrival = visitor.consent(consent)
        assert isinstance(arrival, Arrival) and arrival.url.startswith(first.redirect_uri)


def test_a_lost_cookie_leads_to_a_page_with_a_way_on(visitor, resident, first, sign_in_form):
    visitor.session.cookies.clear()
    page = visitor.submit(sign_in_form, identifier=resident.username, password=resident.password)
    assert isinstance(page, Page) and page.status in (400, 403)
    again = [link for link in page.links if "/authorize" in link] or [form.action for form in page.forms]
    assert again, f"a dead end:\n{page.text[:1500]}"


def test_a70_an_image_cannot_sign_a_resident_out(portico, visitor, resident, first):
    first.tokens(visitor, resident)
    visitor.session.get(portico.metadata["end_session_endpoint"], headers={"Sec-Fetch-Dest": "image"}, timeout=10)
    visitor.session.get(portico.url("/sign-out"), timeout=10)
    assert visitor.open(first.request(prompt="none").url).error is None


def test_a54_forwarded_headers_from_strangers_change_nothing(portico, visitor, first):
    headers = {"X-Forwarded-Host": "evil.example", "X-Forwarded-Proto": "https", "Forwarded": "host=evil.example", "X-Forwarded-For": "1.2.3.4"}
    page = visitor.open(first.request().url, headers=headers)
    assert "evil.example" not in page.text and page.form_to("/sign-in").action.startswith(portico.issuer)


def test_a54_the_host_header_never_becomes_part_of_a_page(visitor, first):
    page = visitor.open(first.request().url, headers={"Host": "evil.example"})
    assert "evil.example" not in page.text


def test_a63_names_and_words_from_outside_are_shown_as_text(portico, visitor, resident, registrations):
    name = "<script>alert(1)</script><img src=x onerror=alert(1)>"
    metadata = {**registrations.metadata["first"], "client_id": "loud", "client_name": name, "redirect_uris": ["https://loud.example/callback"]}
    portico.apply_clients([metadata])
    loud = registrations.agency(portico, "first")
    loud.client_id, loud.redirect_uri = "loud", "https://loud.example/callback"
    page = visitor.open(loud.request(login_hint='"><script>alert(2)</script>').url)
    for shown in (page, visitor.sign_in(page, resident)):
        assert "<script>alert" not in shown.text and "<img src=x" not in shown.text
    assert "&lt;script&gt;" in shown.text
