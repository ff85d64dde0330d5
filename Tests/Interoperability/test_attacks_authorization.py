"""Attacks on the authorization endpoint: redirect addresses, parameters, what is echoed.

Until the redirect address is proven, a refusal is a page of Portico's own; nothing may send the browser elsewhere.
"""

import json
import urllib.parse

import pytest
import requests

from portico_driver.pages import Page
from portico_driver.visitor import Arrival

REGISTERED = "https://first.example/callback"


def assert_refused_on_a_page(place):
    assert isinstance(place, Page), f"redirected to {place.url}"
    assert place.status == 400
    assert not place.form("/sign-in"), "the resident was asked to sign in for a request that cannot succeed"


@pytest.mark.parametrize("client_id", ["unknown", "first ", "FIRST", "first\x00", "' OR 1=1 --", "../first", "\N{CYRILLIC SMALL LETTER ES}irst"])
def test_a01_an_unknown_client_gets_a_page(visitor, first, client_id):
    assert_refused_on_a_page(visitor.open(first.request(client_id=client_id).url))


@pytest.mark.parametrize(
    "address",
    [
        "https://first.example/callback/../other", "https://first.example/callback/..;/", "https://first.example/callback%2f..",
        "https://first.example/callback/", "https://first.example/CALLBACK", "https://FIRST.example/callback", "https://first.example:443/callback",
        "https://first.example:8443/callback", "https://first.example/callback?x=1", "https://first.example/callback?", "https://first.example//callback",
        "https://first.example/./callback", "https://first.example/%63allback", "HTTPS://first.example/callback", "http://first.example/callback",
        "https://first.example/callback#", "https://first.example/callback#x", "https://first.example/callback ", " https://first.example/callback",
        "https://first.example/callback\r\nX: y", "https://first.example/callback\x00", "https://first.example./callback",
    ],
    ids=repr,
)  # fmt: skip
def test_a02_a_redirect_address_is_compared_byte_for_byte(visitor, first, address):
    assert_refused_on_a_page(visitor.open(first.request(redirect_uri=address).url))


@pytest.mark.parametrize(
    "address",
    [
        "https://first.example@evil.example/callback", "https://first.example:x@evil.example/callback", "https://evil@@first.example/callback",
        "https://evil.example\\@first.example/callback", "https://evil.example/https://first.example/callback",
        "https://first.example.evil.example/callback", "https://evilfirst.example/callback", "//first.example/callback",
        "javascript:alert(1)//https://first.example/callback", "data:text/html,https://first.example/callback",
    ],
)  # fmt: skip
def test_a03_a05_tricks_with_user_names_hosts_and_schemes(visitor, first, address):
    assert_refused_on_a_page(visitor.open(first.request(redirect_uri=address).url))


REGISTRATIONS = {
    "wildcard host": "https://*.first.example/callback",
    "wildcard suffix": "https://app.example.com*",
    "user name": "https://first.example@evil.example/callback",
    "script": "javascript:alert(1)",
    "data": "data:text/html,x",
    "plain http": "http://first.example/callback",
    "fragment": "https://first.example/callback#x",
    "relative": "/callback",
    "white space": "https://first.example/call back",
    "localhost look-alike": "http://localhost.evil.example/callback",
    "loopback look-alike": "http://127.0.0.1.evil.example/callback",
}


@pytest.mark.parametrize("address", REGISTRATIONS.values(), ids=REGISTRATIONS.keys())
def test_a04_a05_a06_such_addresses_cannot_be_registered(portico, registrations, tmp_path, address):
    file = tmp_path / "clients.json"
    file.write_text(json.dumps([{**registrations.metadata["first"], "client_id": "registered-badly", "redirect_uris": [address]}]))
    refused = portico.run("clients", "apply", str(file), check=False)
    assert refused.returncode == 1 and "redirect URI" in refused.stderr
    assert "Optional(" not in refused.stderr, "a sentence was expected"
    assert portico.run("clients", "show", "registered-badly", check=False).returncode != 0


def test_a06_only_a_native_clients_loopback_address_may_use_any_port(visitor, resident, agency):
    native = agency("native")
    arrival = visitor.authorize(native.request(redirect_uri="http://127.0.0.1:49152/callback").url, resident)
    assert arrival.code
    for address in ("http://127.0.0.1:49152/other", "http://127.0.0.1.evil.example/callback", "http://localhost:49152/callback"):
        assert_refused_on_a_page(visitor.open(native.request(redirect_uri=address).url))


def test_a07_no_redirect_address_with_several_registered(visitor, agency):
    assert_refused_on_a_page(visitor.open(agency("many").request(redirect_uri=None).url))


@pytest.mark.parametrize("name", ["client_id", "redirect_uri"])
def test_a08_a_repeated_client_or_redirect_address_gets_a_page(visitor, first, name):
    request = first.request()
    again = urllib.parse.urlencode({name: request.parameters[name]})
    assert_refused_on_a_page(visitor.open(f"{request.url}&{again}"))


@pytest.mark.parametrize("name", ["scope", "state", "nonce", "response_type", "code_challenge"])
def test_a08_any_other_repeated_parameter_is_an_invalid_request(visitor, first, name):
    request = first.request()
    place = visitor.open(f"{request.url}&{urllib.parse.urlencode({name: request.parameters[name]})}")
    assert place.error == "invalid_request" if isinstance(place, Arrival) else place.status == 400


def test_a08_a_parameter_in_query_and_body_is_repeated(portico, visitor, first):
    request = first.request()
    address = portico.metadata["authorization_endpoint"] + "?" + urllib.parse.urlencode({"scope": "openid email"})
    place = visitor.send(address, request.parameters)
    assert place.error == "invalid_request" if isinstance(place, Arrival) else place.status == 400


@pytest.mark.parametrize("response_type", ["token", "id_token", "id_token code", "code token", "none", "code code", "CODE", "code id_token token"])
def test_a11_a37_other_response_types_are_unsupported(visitor, first, response_type):
    place = visitor.open(first.request(response_type=response_type).url)
    assert isinstance(place, Arrival) and place.error == "unsupported_response_type"
    assert place.url.startswith(REGISTERED) and "#" not in place.url


@pytest.mark.parametrize("mode", ["fragment", "web_message", "query.jwt", "nonsense"])
def test_a12_unknown_response_modes_are_invalid_requests(visitor, first, mode):
    place = visitor.open(first.request(response_mode=mode).url)
    assert place.error == "invalid_request" if isinstance(place, Arrival) else place.status == 400


@pytest.mark.parametrize(
    "parameters",
    [
        {"prompt": "none login"}, {"prompt": "nonsense"}, {"max_age": "-1"}, {"max_age": "abc"}, {"max_age": "1.5"}, {"max_age": str(2**63)},
        {"max_age": "9" * 400}, {"code_challenge_method": "plain"}, {"code_challenge_method": None}, {"code_challenge": "short"},
        {"code_challenge": "=" * 43}, {"code_challenge": None}, {"registration": "{}"}, {"claims": "{"}, {"claims": "[]"},
        {"claims": '{"userinfo":{"name":null,"name":null}}'}, {"claims": "[" * 10_000 + "]" * 10_000}, {"claims": '{"userinfo":' * 3000},
    ],
    ids=lambda parameters: str(parameters)[:60],
)  # fmt: skip
def test_a17_a20_a30_senseless_parameters_are_refused(visitor, strict, parameters):
    place = visitor.open(strict.request(**parameters).url)
    if isinstance(place, Page):
        assert place.status in (400, 414, 431)
    else:
        assert place.error in ("invalid_request", "registration_not_supported") and "code" not in place.parameters


def test_a18_no_page_of_portico_may_be_framed(visitor, first):
    page = visitor.open(first.request().url)
    assert "frame-ancestors 'none'" in page.response.headers["Content-Security-Policy"]
    assert page.response.headers["X-Frame-Options"] == "DENY"


def test_a19_hints_that_portico_did_not_sign_are_refused(visitor, resident, first, registrations, portico):
    _, tokens = first.tokens(visitor, resident)
    header, payload, signature = tokens["id_token"].split(".")
    forged = [f"{header}.{payload}.{signature[:-8]}AAAAAAAA", f"eyJhbGciOiJub25lIn0.{payload}.", "not-a-token", registrations.agency(portico, "by-key").assertion()]
    for hint in forged:
        place = visitor.open(first.request(prompt="none", id_token_hint=hint).url)
        assert place.error in ("invalid_request", "login_required"), hint


@pytest.mark.parametrize("mode", [None, "form_post"], ids=["query", "form_post"])
@pytest.mark.parametrize(
    "state",
    ["<script>alert(1)</script>", "\"'><img src=x onerror=alert(1)>", "emoji \N{GRINNING FACE} é", "a&b=c#d%20+ e", "]]>--></form>", "{{state}}", "x" * 2000],
    ids=lambda text: text[:20],
)
def test_a22_a23_state_comes_back_exactly(visitor, resident, first, state, mode):
    arrival = visitor.authorize(first.request(state=state, response_mode=mode).url, resident)
    assert arrival.parameters["state"] == state
    if mode == "form_post":
        body = arrival.response.text
        assert "<script>alert" not in body and "<img src=x" not in body
        assert "unsafe-inline" not in arrival.response.headers["Content-Security-Policy"]


@pytest.mark.parametrize("state", ["a\r\nSet-Cookie: x=y", "a\x00b", "y" * 10_000], ids=["CRLF", "NUL", "10 KB"])
def test_a22_state_never_breaks_out_and_is_never_cut(visitor, first, state):
    place = visitor.open(first.request(state=state, prompt="none").url)
    assert "x" not in place.response.cookies
    if isinstance(place, Page):
        assert place.status in (400, 414, 431)
    else:
        assert place.parameters.get("state") in (state, None)
        assert place.error == ("login_required" if place.parameters.get("state") else "invalid_request")


def test_a24_too_much_is_refused_and_others_are_served(portico, first):
    huge = requests.get(portico.metadata["authorization_endpoint"], params={"x": "y" * 200_000}, timeout=20, allow_redirects=False)
    assert huge.status_code in (400, 413, 414, 431)
    body = requests.post(portico.metadata["token_endpoint"], data=b"a=" + b"b" * 1_000_000, timeout=20)
    assert body.status_code in (400, 413)
    assert requests.get(portico.url("/livez"), timeout=10).status_code == 200


@pytest.mark.parametrize("name", ["ui_locales", "display", "login_hint", "acr_values", "claims_locales"])
@pytest.mark.parametrize("value", ["../../../../etc/passwd", "{{#x}}{{/x}}{{{raw}}}", "<script>alert(1)</script>", "%2e%2e%2f", "en'\"--"])
def test_a25_paths_and_templates_in_hints_do_nothing(visitor, first, name, value):
    place = visitor.open(first.request(**{name: value}).url)
    if isinstance(place, Arrival):
        assert place.error == "invalid_request"
        return
    assert place.status in (200, 400)
    assert "<script>alert" not in place.text and "root:" not in place.text


@pytest.mark.parametrize("raw", ["state=%zz", "state=%", "state=%ff%fe", "state=%c0%af", "state=a%00b", "state=%ed%a0%80"])
def test_a86_malformed_encoding_is_an_invalid_request(visitor, first, raw):
    request = first.request(state=None)
    place = visitor.open(f"{request.url}&{raw}")
    if isinstance(place, Page):
        assert place.status == 400
    else:
        assert place.error == "invalid_request"


def test_a21_every_authorization_response_names_the_issuer(portico, visitor, resident, first):
    assert visitor.open(first.request(prompt="none").url).parameters["iss"] == portico.issuer
    assert visitor.authorize(first.request().url, resident, decision="deny").parameters["iss"] == portico.issuer
