"""OpenID Foundation conformance, RP-initiated logout. Each test names the suite's module."""

import base64
import json
import urllib.parse

import jwt
import pytest
from cryptography.hazmat.primitives.asymmetric import rsa

from portico_driver.pages import Page
from portico_driver.visitor import Arrival, Visitor

BACK = "https://first.example/signed-out"


@pytest.fixture
def signed_in(visitor, resident, first):
    _, tokens = first.tokens(visitor, resident)
    return tokens["id_token"]


def end_session(portico, visitor, **parameters):
    return visitor.open(portico.metadata["end_session_endpoint"] + "?" + urllib.parse.urlencode(parameters))


def is_signed_in(visitor, agency):
    answer = visitor.open(agency.request(prompt="none").url)
    return answer.error is None


def assert_confirmed(visitor, agency, page):
    """No redirect: a page that says so, or that asks first; what it says is true."""
    assert isinstance(page, Page), f"redirected to {page.url}"
    if page.form("/logout/confirm"):
        assert is_signed_in(visitor, agency), "signed out before the resident said so"
        page = visitor.submit(page.form("/logout/confirm"), button="sign_out")
    assert not is_signed_in(visitor, agency)
    return page


def test_oidcc_rp_initiated_logout(portico, visitor, first, signed_in):
    answer = end_session(portico, visitor, id_token_hint=signed_in, post_logout_redirect_uri=BACK, state="s p+a/c&e=é")
    assert isinstance(answer, Arrival)
    assert answer.url.split("?")[0] == BACK and answer.parameters == {"state": "s p+a/c&e=é"}
    silent = visitor.open(first.request(prompt="none").url)
    assert silent.error == "login_required"


def test_logout_by_post_works_the_same(portico, visitor, first, signed_in):
    form = {"id_token_hint": signed_in, "post_logout_redirect_uri": BACK, "state": "x"}
    answer = visitor.send(portico.metadata["end_session_endpoint"], form)
    assert isinstance(answer, Arrival) and answer.parameters == {"state": "x"}


def test_oidcc_rp_initiated_logout_no_state(portico, visitor, signed_in):
    answer = end_session(portico, visitor, id_token_hint=signed_in, post_logout_redirect_uri=BACK)
    assert isinstance(answer, Arrival) and answer.url == BACK


@pytest.mark.parametrize(
    "address", ["https://elsewhere.example/", BACK + "?extra=1", BACK + "/", "https://second.example/signed-out", "https://first.example/callback"]
)
def test_oidcc_rp_initiated_logout_bad_post_logout_redirect_uri(portico, visitor, first, signed_in, address):
    """Also query-added-to-post-logout-redirect-uri, and another client's address (A69)."""
    page = end_session(portico, visitor, id_token_hint=signed_in, post_logout_redirect_uri=address, state="x")
    assert isinstance(page, Page), f"redirected to {page.url}"
    assert "elsewhere.example" not in page.text


def test_oidcc_rp_initiated_logout_no_id_token_hint(portico, visitor, first, signed_in):
    page = end_session(portico, visitor, post_logout_redirect_uri=BACK, state="x")
    assert isinstance(page, Page) and is_signed_in(visitor, first)


def unsigned(token):
    header = base64.urlsafe_b64encode(json.dumps({"alg": "none"}).encode()).rstrip(b"=").decode()
    return f"{header}.{token.split('.')[1]}."


def resigned(token):
    claims = jwt.decode(token, options={"verify_signature": False})
    stranger = rsa.generate_private_key(65537, 2048)
    return jwt.encode(claims, stranger, "RS256", headers={"kid": jwt.get_unverified_header(token)["kid"]})


@pytest.mark.parametrize("change", [unsigned, resigned])
def test_oidcc_rp_initiated_logout_modified_id_token_hint(portico, visitor, first, signed_in, change):
    """Also bad-id-token-hint: signed by somebody else."""
    page = end_session(portico, visitor, id_token_hint=change(signed_in), post_logout_redirect_uri=BACK, state="x")
    assert isinstance(page, Page), f"redirected to {page.url}"
    assert is_signed_in(visitor, first), "a forged hint signed the resident out"


@pytest.mark.parametrize("parameters", [{}, {"state": "x"}], ids=["no-params", "only-state"])
def test_oidcc_rp_initiated_logout_no_params(portico, visitor, first, signed_in, parameters):
    assert_confirmed(visitor, first, end_session(portico, visitor, **parameters))


def test_oidcc_rp_initiated_logout_no_post_logout_redirect_uri(portico, visitor, first, signed_in):
    assert_confirmed(visitor, first, end_session(portico, visitor, id_token_hint=signed_in))


def test_a_repeated_logout_is_a_success(portico, visitor, signed_in):
    parameters = {"id_token_hint": signed_in, "post_logout_redirect_uri": BACK}
    end_session(portico, visitor, **parameters)
    again = end_session(portico, visitor, **parameters)
    assert isinstance(again, Arrival) or again.status == 200


def test_staying_signed_in_is_possible(portico, visitor, first, signed_in):
    page = end_session(portico, visitor)
    visitor.submit(page.form_to("/logout/confirm"), button="stay")
    assert is_signed_in(visitor, first)


def test_a_hint_of_another_client_than_the_named_one_is_refused(portico, visitor, first, signed_in):
    page = end_session(portico, visitor, id_token_hint=signed_in, client_id="second", post_logout_redirect_uri=BACK)
    assert isinstance(page, Page), f"redirected to {page.url}"


def test_a_hint_of_another_residents_session_asks_first(portico, visitor, first, other_resident, signed_in):
    """A70: only the session that the hint belongs to is ended without a question."""
    elsewhere = Visitor(portico.issuer)
    first.tokens(elsewhere, other_resident)
    place = end_session(portico, elsewhere, id_token_hint=signed_in, post_logout_redirect_uri=BACK)
    assert isinstance(place, Page) and is_signed_in(elsewhere, first)


def test_logout_revokes_refresh_tokens_that_are_not_offline(portico, visitor, resident, first):
    _, tokens = first.tokens(visitor, resident)
    end_session(portico, visitor, id_token_hint=tokens["id_token"], post_logout_redirect_uri=BACK)
    assert first.userinfo(tokens["access_token"]).status_code == 401
    if "refresh_token" in tokens:
        assert first.refresh(tokens["refresh_token"]).json()["error"] == "invalid_grant"
