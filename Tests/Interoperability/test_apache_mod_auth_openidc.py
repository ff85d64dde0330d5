"""Apache with Debian's mod_auth_openidc protects a page; Portico is its provider."""

import secrets
import urllib.parse

import pytest

from portico_driver.apache import Apache
from portico_driver.pages import Page
from portico_driver.visitor import Arrival


@pytest.fixture(params=["query", "form_post"])
def apache(request, portico):
    server = Apache()
    secret = secrets.token_urlsafe(32)
    portico.apply_clients([server.registration(secret)])
    try:
        yield server.start(portico.issuer, secret, request.param)
    finally:
        server.end()


def open_private_page(apache, visitor):
    """Ask for the page: Apache's own answer, or the redirect to Portico."""
    answer = visitor.session.get(apache.origin + "/private/index.html", allow_redirects=False, timeout=20)
    if answer.status_code == 200:
        return answer
    assert answer.status_code == 302 and answer.headers["Location"].startswith(visitor.issuer), apache.log_text()
    return answer.headers["Location"]


def deliver(visitor, arrival):
    """Bring the authorization response to Apache, as the browser would."""
    if arrival.method == "POST":
        return visitor.session.post(arrival.url, data=arrival.parameters, timeout=20)
    return visitor.session.get(arrival.url, timeout=20)


def test_a_protected_page_opens_after_sign_in(apache, portico, visitor, resident):
    arrival = visitor.authorize(open_private_page(apache, visitor), resident)
    page = deliver(visitor, arrival)
    assert page.status_code == 200 and "the private page" in page.text, apache.log_text()
    assert page.headers["X-Remote-User"] == resident.claims["email"]
    assert page.headers["X-Given-Name"] == resident.claims["given_name"]
    assert page.headers["X-Issuer"] == portico.issuer and page.headers["X-Subject"]
    assert open_private_page(apache, visitor).status_code == 200


def test_whoever_is_signed_in_at_another_agency_is_asked_for_no_password(apache, visitor, resident, first):
    first.tokens(visitor, resident)
    place = visitor.open(open_private_page(apache, visitor))
    assert not (isinstance(place, Page) and place.form("/sign-in"))
    page = deliver(visitor, visitor.walk(place, resident))
    assert "the private page" in page.text, apache.log_text()


def test_logging_out_at_apache_ends_the_session_at_portico(apache, portico, visitor, resident, first):
    deliver(visitor, visitor.authorize(open_private_page(apache, visitor), resident))
    away = urllib.parse.quote(apache.origin + "/public.html", safe="")
    answer = visitor.session.get(f"{apache.origin}/private/callback?logout={away}", allow_redirects=False, timeout=20)
    assert answer.headers["Location"].startswith(portico.metadata["end_session_endpoint"]), apache.log_text()
    back = visitor.open(answer.headers["Location"])
    assert isinstance(back, Arrival) and back.url.startswith(apache.origin + "/public.html")
    assert visitor.open(first.request(prompt="none").url).error == "login_required"
    assert isinstance(open_private_page(apache, visitor), str), "the page opened after logout"


def test_a_refusal_opens_nothing(apache, visitor, resident):
    arrival = visitor.authorize(open_private_page(apache, visitor), resident, decision="deny")
    assert arrival.error == "access_denied"
    answer = deliver(visitor, arrival)
    assert "the private page" not in answer.text
