"""OpenID Foundation conformance, Basic OP and Form Post OP: response_type=code with client_secret_basic.

Each test carries the name of the suite's module. Every module runs with response_mode query and form_post; the checks that the suite makes in almost
every module are in `accepted_tokens`.
"""

import json
import math
import time
import urllib.parse

import jwt
import pytest

from portico_driver.agency import signing_key
from portico_driver.pages import Page
from portico_driver.registrations import CLAIMS_OF_SCOPE, EVERY_SCOPE
from portico_driver.visitor import Arrival

pytestmark = pytest.mark.parametrize("mode", [None, "form_post"], ids=["query", "form_post"])

LEGAL_IN_ERRORS = set(map(chr, [0x20, 0x21, *range(0x23, 0x5C), *range(0x5D, 0x7F)]))


def success(arrival, request, mode, server):
    """An authorization response as §1.0 of the suite wants it; returns the code."""
    assert arrival.error is None, arrival.parameters
    assert arrival.parameters["state"] == request.parameters["state"]
    assert arrival.parameters["iss"] == server.issuer
    assert_delivery(arrival, request, mode)
    assert is_unguessable(arrival.code)
    return arrival.code


def refusal(arrival, request, mode, server, *codes):
    assert isinstance(arrival, Arrival), arrival
    assert arrival.error in codes, arrival.parameters
    assert "code" not in arrival.parameters
    assert arrival.parameters["state"] == request.parameters["state"]
    assert arrival.parameters["iss"] == server.issuer
    assert set(arrival.parameters.get("error_description", "")) <= LEGAL_IN_ERRORS
    assert_delivery(arrival, request, mode)


def assert_delivery(arrival, request, mode):
    address = urllib.parse.urlsplit(arrival.url)
    assert urllib.parse.urlunsplit(address._replace(query="")) == request.parameters["redirect_uri"]
    assert arrival.method == ("POST" if mode == "form_post" else "GET")
    if mode == "form_post":
        assert not address.query
        assert arrival.response.headers["Cache-Control"] == "no-store"
    assert not address.fragment


def is_unguessable(text):
    """At least 128 bits by length, and over 96 by Shannon's estimate of what is there."""
    counts = [text.count(character) / len(text) for character in set(text)]
    return len(text) >= 22 and -sum(share * math.log2(share) for share in counts) * len(text) > 96


def accepted_tokens(agency, code, request, server):
    """Redeem, check the token response and the ID token, return both."""
    before = time.time()
    response = agency.redeem(code, request.verifier)
    assert response.status_code == 200, response.text
    assert response.headers["Content-Type"].split(";")[0] == "application/json"
    assert response.headers["Cache-Control"] == "no-store"
    tokens = response.json()
    assert tokens["token_type"].lower() == "bearer"
    assert tokens["expires_in"] > 0
    assert is_unguessable(tokens["access_token"])
    claims = agency.checked_id_token(tokens["id_token"], request.parameters.get("nonce"))
    assert abs(claims["iat"] - before) < 300
    assert claims["exp"] - before < 50 * 365 * 86400
    assert 0 < len(claims["sub"]) <= 255 and claims["sub"].isascii()
    assert claims.get("acr") != ""
    assert before - claims.get("auth_time", before) < 365 * 86400
    unrequested = set().union(*CLAIMS_OF_SCOPE.values()) & set(claims)
    assert not unrequested, f"claims in the ID token that nobody asked for: {unrequested}"
    return tokens, claims


def complete(agency, visitor, resident, mode, **overrides):
    """One authorization to its checked tokens: (request, tokens, claims)."""
    request = agency.request(pkce=False, response_mode=mode, **overrides)
    code = success(visitor.authorize(request.url, resident), request, mode, agency.server)
    return request, *accepted_tokens(agency, code, request, agency.server)


def silently(visitor, request):
    """Follow a request that must not show a page."""
    shown = len([page for page in visitor.seen if page.form("/sign-in") or page.form("/consent")])
    place = visitor.open(request.url)
    assert isinstance(place, Arrival), f"a page was shown: {place}"
    assert shown == len([page for page in visitor.seen if page.form("/sign-in") or page.form("/consent")])
    return place


def test_oidcc_server(portico, visitor, resident, first, second, mode):
    _, tokens, claims = complete(first, visitor, resident, mode)
    information = first.userinfo(tokens["access_token"])
    assert information.status_code == 200 and information.json()["sub"] == claims["sub"]
    _, _, elsewhere = complete(second, visitor, resident, mode)
    assert elsewhere["sub"] != claims["sub"], "two sectors see one pseudonym"
    assert elsewhere.get("sid") != claims.get("sid"), "two sectors see one session id"


def test_oidcc_response_type_missing(portico, visitor, first, mode):
    request = first.request(pkce=False, response_type=None, response_mode=mode)
    refusal(visitor.open(request.url), request, mode, portico, "unsupported_response_type", "invalid_request")


def test_oidcc_idtoken_signature(visitor, resident, first, mode):
    _, tokens, _ = complete(first, visitor, resident, mode)
    header = jwt.get_unverified_header(tokens["id_token"])
    assert header["alg"] == "RS256" and header["kid"]


def test_oidcc_userinfo_get_and_post(portico, visitor, resident, first, mode):
    _, tokens, claims = complete(first, visitor, resident, mode)
    endpoint, bearer = portico.metadata["userinfo_endpoint"], {"Authorization": f"Bearer {tokens['access_token']}"}
    by_get = first.http.get(endpoint, headers=bearer, timeout=10)
    by_post = first.http.post(endpoint, headers=bearer, timeout=10)
    by_body = first.http.post(endpoint, data={"access_token": tokens["access_token"]}, timeout=10)
    for answer in (by_get, by_post, by_body):
        assert answer.status_code == 200 and answer.headers["Content-Type"].split(";")[0] == "application/json"
        assert answer.json()["sub"] == claims["sub"]


def test_oidcc_ensure_request_without_nonce_succeeds_for_code_flow(visitor, resident, first, mode):
    _, _, claims = complete(first, visitor, resident, mode, nonce=None)
    assert "nonce" not in claims


@pytest.mark.parametrize("scope", ["profile", "email", "address", "phone", "all"])
def test_oidcc_scope(visitor, resident, first, mode, scope):
    scopes = list(CLAIMS_OF_SCOPE) if scope == "all" else [scope]
    _, tokens, claims = complete(first, visitor, resident, mode, scope=" ".join(["openid", *scopes]))
    information = first.userinfo(tokens["access_token"]).json()
    expected = set().union(*(CLAIMS_OF_SCOPE[name] for name in scopes))
    assert set(information) == expected | {"sub"}
    assert information["sub"] == claims["sub"]
    if "profile" in scopes:
        assert isinstance(information["updated_at"], int) and information["birthdate"] == resident.claims["birthdate"]
    if "email" in scopes:
        assert information["email"] == resident.claims["email"] and information["email_verified"] is True
    if "phone" in scopes:
        assert information["phone_number_verified"] is False
    if "address" in scopes:
        assert information["address"].items() >= resident.claims["address"].items()


def test_oidcc_alternate_happy_flow(visitor, resident, first, mode):
    """The same with reversed scopes and parameters in another order."""
    request = first.request(pkce=False, response_mode=mode, scope="phone address email profile openid")
    turned = dict(reversed(request.parameters.items()))
    code = success(visitor.authorize(first.address(turned), resident), request, mode, first.server)
    accepted_tokens(first, code, request, first.server)


@pytest.mark.parametrize("display", ["page", "popup"])
def test_oidcc_display(visitor, resident, first, mode, display):
    complete(first, visitor, resident, mode, display=display)


def test_oidcc_prompt_login(visitor, resident, first, mode):
    _, _, before = complete(first, visitor, resident, mode)
    time.sleep(1.1)
    request = first.request(pkce=False, response_mode=mode, prompt="login")
    page = visitor.open(request.url)
    assert isinstance(page, Page) and page.form("/sign-in"), "prompt=login did not ask again"
    code = success(visitor.walk(page, resident), request, mode, first.server)
    _, after = accepted_tokens(first, code, request, first.server)
    assert after["sub"] == before["sub"] and after["auth_time"] > before["auth_time"]


def test_oidcc_prompt_none_not_logged_in(portico, visitor, first, mode):
    request = first.request(pkce=False, response_mode=mode, prompt="none")
    answer = silently(visitor, request)
    refusal(answer, request, mode, portico, "login_required", "interaction_required")


def test_oidcc_prompt_none_logged_in(visitor, resident, first, mode):
    _, _, before = complete(first, visitor, resident, mode)
    request = first.request(pkce=False, response_mode=mode, prompt="none")
    code = success(silently(visitor, request), request, mode, first.server)
    _, after = accepted_tokens(first, code, request, first.server)
    assert (after["sub"], after.get("auth_time")) == (before["sub"], before.get("auth_time"))


def test_oidcc_max_age_1(visitor, resident, first, mode):
    _, _, before = complete(first, visitor, resident, mode, max_age="15000")
    time.sleep(2.1)
    request = first.request(pkce=False, response_mode=mode, max_age="1")
    page = visitor.open(request.url)
    assert isinstance(page, Page) and page.form("/sign-in"), "an old sign-in was accepted for max_age=1"
    code = success(visitor.walk(page, resident), request, mode, first.server)
    _, after = accepted_tokens(first, code, request, first.server)
    assert before["auth_time"] < after["auth_time"] and time.time() - after["auth_time"] < 60


def test_oidcc_max_age_10000(visitor, resident, first, mode):
    _, _, before = complete(first, visitor, resident, mode, max_age="15000")
    request = first.request(pkce=False, response_mode=mode, max_age="10000")
    code = success(silently(visitor, request), request, mode, first.server)
    _, after = accepted_tokens(first, code, request, first.server)
    assert after["auth_time"] == before["auth_time"]


def test_oidcc_ensure_request_with_unknown_parameter_succeeds(visitor, resident, first, mode):
    complete(first, visitor, resident, mode, extra="foobar")


def test_oidcc_id_token_hint(visitor, resident, first, mode):
    _, tokens, before = complete(first, visitor, resident, mode)
    request = first.request(pkce=False, response_mode=mode, prompt="none", id_token_hint=tokens["id_token"])
    code = success(silently(visitor, request), request, mode, first.server)
    _, after = accepted_tokens(first, code, request, first.server)
    assert after["sub"] == before["sub"]


@pytest.mark.parametrize(
    "parameter", [{"login_hint": "someone@example.org"}, {"ui_locales": "se"}, {"claims_locales": "se"}], ids=lambda pair: next(iter(pair))
)
def test_oidcc_login_hint_ui_locales_claims_locales(visitor, resident, first, mode, parameter):
    complete(first, visitor, resident, mode, **parameter)


def test_oidcc_ensure_request_with_acr_values_succeeds(portico, visitor, resident, first, mode):
    offered = portico.metadata.get("acr_values_supported", ["1", "2"])
    _, _, claims = complete(first, visitor, resident, mode, acr_values=" ".join(offered))
    assert claims["acr"] in offered


def test_oidcc_codereuse(visitor, resident, first, mode):
    """Also codereuse-30seconds: what the first use gave is refused after the second."""
    request = first.request(pkce=False, response_mode=mode)
    code = success(visitor.authorize(request.url, resident), request, mode, first.server)
    tokens, _ = accepted_tokens(first, code, request, first.server)
    again = first.redeem(code)
    assert again.status_code == 400 and again.json()["error"] == "invalid_grant"
    assert first.userinfo(tokens["access_token"]).status_code == 401


def test_oidcc_ensure_registered_redirect_uri(visitor, first, mode):
    page = visitor.open(first.request(pkce=False, response_mode=mode, redirect_uri="https://elsewhere.example/callback").url)
    assert isinstance(page, Page) and page.status == 400


def test_oidcc_ensure_post_request_succeeds(portico, visitor, resident, first, mode):
    request = first.request(pkce=False, response_mode=mode)
    place = visitor.send(portico.metadata["authorization_endpoint"], request.parameters)
    code = success(visitor.walk(place, resident), request, mode, portico)
    accepted_tokens(first, code, request, portico)


def test_oidcc_server_client_secret_post(visitor, resident, agency, mode):
    by_post = agency("by-post")
    request = by_post.request(response_mode=mode)
    code = success(visitor.authorize(request.url, resident), request, mode, by_post.server)
    accepted_tokens(by_post, code, request, by_post.server)


@pytest.mark.parametrize(
    ("parameter", "value", "code"),
    [
        ("request_uri", "https://first.example/request.jwt", "request_uri_not_supported"),
        ("request", "eyJhbGciOiJub25lIn0.eyJyZXNwb25zZV90eXBlIjoiY29kZSJ9.", "request_not_supported"),
    ],
)
def test_oidcc_request_object_rejected_as_unsupported(portico, visitor, first, mode, parameter, value, code):
    """Also ensure-request-object-with-redirect-uri: an object is never silently ignored."""
    request = first.request(pkce=False, response_mode=mode, **{parameter: value})
    refusal(visitor.open(request.url), request, mode, portico, code)


def test_oidcc_claims_essential(visitor, resident, first, mode):
    claims = {"userinfo": {"name": {"essential": True}}}
    _, tokens, _ = complete(first, visitor, resident, mode, claims=json.dumps(claims))
    assert set(first.userinfo(tokens["access_token"]).json()) == {"sub", "name"}


def test_oidcc_refresh_token(visitor, resident, first, second, mode):
    _, tokens, before = complete(first, visitor, resident, mode, scope=EVERY_SCOPE, prompt="consent")
    time.sleep(1.1)
    answer = first.refresh(tokens["refresh_token"])
    assert answer.status_code == 200 and answer.headers["Cache-Control"] == "no-store"
    renewed = answer.json()
    assert renewed["access_token"] != tokens["access_token"] and is_unguessable(renewed["refresh_token"])
    if "id_token" in renewed:
        after = first.checked_id_token(renewed["id_token"], jwt.decode(renewed["id_token"], options={"verify_signature": False}).get("nonce"))
        same = ("iss", "sub", "aud", "auth_time")
        assert [after[name] for name in same] == [before[name] for name in same]
        assert after["iat"] > before["iat"]
    _, theirs, _ = complete(second, visitor, resident, mode, scope=EVERY_SCOPE, prompt="consent")
    stolen = first.refresh(theirs["refresh_token"])
    assert stolen.status_code == 400 and stolen.json()["error"] == "invalid_grant"


def test_oidcc_ensure_request_with_valid_pkce_succeeds(visitor, resident, first, mode):
    request = first.request(pkce=True, response_mode=mode)
    code = success(visitor.authorize(request.url, resident), request, mode, first.server)
    tokens, _ = accepted_tokens(first, code, request, first.server)
    signing_key(first.server.jwks(), tokens["id_token"])
