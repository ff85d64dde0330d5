"""Attacks on the token endpoint: codes, PKCE, client authentication, refresh tokens."""

import base64
import concurrent.futures
import json
import time

import jwt
import pytest
import requests
from cryptography.hazmat.primitives.asymmetric import rsa

from portico_driver.agency import AUDIENCE_OF_ASSERTION, basic
from portico_driver.registrations import EVERY_SCOPE, residents
from portico_driver.visitor import Visitor


def assert_error(response, *codes, status=None):
    assert response.status_code == (status or (401 if codes == ("invalid_client",) else 400)), response.text
    assert response.headers["Cache-Control"] == "no-store"
    assert response.json()["error"] in codes, response.text


@pytest.fixture
def code(visitor, resident, strict):
    """A fresh code at `strict` and the verifier that belongs to it."""
    request = strict.request()
    return visitor.authorize(request.url, resident).code, request.verifier


@pytest.fixture
def offline(visitor, resident, strict):
    """Tokens at `strict` with a refresh token that outlives the session."""
    return strict.tokens(visitor, resident, scope=EVERY_SCOPE, prompt="consent")[1]


def test_a26_a_replayed_code_revokes_what_it_gave(visitor, resident, strict):
    request = strict.request(scope=EVERY_SCOPE, prompt="consent")
    code = visitor.authorize(request.url, resident).code
    tokens = strict.redeem(code, request.verifier).json()
    assert_error(strict.redeem(code, request.verifier), "invalid_grant")
    assert strict.userinfo(tokens["access_token"]).status_code == 401
    assert_error(strict.refresh(tokens["refresh_token"]), "invalid_grant")


def test_a27_of_twenty_simultaneous_redemptions_exactly_one_wins(strict, code):
    with concurrent.futures.ThreadPoolExecutor(20) as pool:
        answers = list(pool.map(lambda _: requests.post(
            strict.server.metadata["token_endpoint"], timeout=30, headers={"Authorization": basic(strict.client_id, strict.secret)},
            data={"grant_type": "authorization_code", "code": code[0], "code_verifier": code[1], "redirect_uri": strict.redirect_uri},
        ), range(20)))  # fmt: skip
    assert sorted(answer.status_code for answer in answers) == [200] + [400] * 19
    assert {answer.json()["error"] for answer in answers if answer.status_code == 400} == {"invalid_grant"}


def test_a28_a_code_is_bound_to_its_client_and_address(strict, second, code):
    assert_error(second.redeem(*code), "invalid_grant")
    assert_error(second.redeem(*code, redirect_uri=strict.redirect_uri), "invalid_grant")
    assert_error(strict.redeem(*code, redirect_uri=second.redirect_uri), "invalid_grant")


def test_a28_another_clients_attempt_does_not_burn_the_code(strict, second, code):
    assert_error(second.redeem(*code, redirect_uri=strict.redirect_uri), "invalid_grant")
    assert strict.redeem(*code).status_code == 200


def test_a29_a_code_expires(start_portico, registrations):
    server = start_portico(tokens={"code-seconds": 10})
    resident = next(residents())
    server.add_residents([resident])
    strict = registrations.agency(server, "strict")
    request = strict.request()
    code = Visitor(server.issuer).authorize(request.url, resident).code
    time.sleep(10.5)
    assert_error(strict.redeem(code, request.verifier), "invalid_grant")


@pytest.mark.parametrize("verifier", [None, "", "wrong" * 10, "short", "x" * 129, "é" * 43, "a" * 43])
def test_a30_a31_a_code_with_a_challenge_needs_its_verifier(strict, code, verifier):
    assert_error(strict.redeem(code[0], verifier), "invalid_grant", "invalid_request")


def test_a30_a_verifier_without_a_challenge_is_refused(visitor, resident, first):
    code = visitor.authorize(first.request(pkce=False).url, resident).code
    assert_error(first.redeem(code, "v" * 43), "invalid_grant")


def test_a32_one_way_of_authenticating_only(strict, code):
    form = {"grant_type": "authorization_code", "code": code[0], "code_verifier": code[1], "redirect_uri": strict.redirect_uri}
    both = strict.token({**form, "client_id": strict.client_id, "client_secret": strict.secret})
    assert_error(both, "invalid_request")
    assert strict.token(form).status_code == 200, "the refused request burnt the code"


def test_a32_credentials_in_the_address_are_not_read(strict, code):
    form = {"grant_type": "authorization_code", "code": code[0], "code_verifier": code[1], "redirect_uri": strict.redirect_uri}
    credentials = {"client_id": strict.client_id, "client_secret": strict.secret}
    answer = requests.post(strict.server.metadata["token_endpoint"], params=credentials, data=form, timeout=10)
    assert answer.status_code in (400, 401) and answer.json()["error"] in ("invalid_client", "invalid_request")


@pytest.mark.parametrize(
    "header",
    ["Basic", "Basic !!!", "Basic " + base64.b64encode(b"no-colon").decode(), "Basic " + base64.b64encode(b"first:%zz").decode(),
     "Basic " + base64.b64encode(b"first:\xff\xfe").decode(), "Basic " + base64.b64encode(b"first:\x00").decode(), "Digest x", "Bearer x"],
)  # fmt: skip
def test_a32_malformed_credentials_are_refused(strict, header):
    answer = requests.post(
        strict.server.metadata["token_endpoint"], headers={"Authorization": header}, data={"grant_type": "client_credentials"}, timeout=10
    )
    assert answer.status_code in (400, 401) and answer.json()["error"] in ("invalid_client", "invalid_request")
    if answer.status_code == 401:
        assert answer.headers["WWW-Authenticate"].startswith("Basic")


def test_a32_the_parts_of_basic_are_form_encoded(agency):
    """RFC 6749 §2.3.1: a secret may hold colons, percent and plus signs, and spaces."""
    assert_error(agency("odd-secret").refresh("none"), "invalid_grant")
    assert_error(agency("odd-secret", secret="another").refresh("none"), "invalid_client")


def test_a33_an_unknown_client_and_a_wrong_secret_look_the_same(strict):
    answers = [
        requests.post(
            strict.server.metadata["token_endpoint"], headers={"Authorization": basic(*pair)}, data={"grant_type": "client_credentials"}, timeout=10
        )
        for pair in (("strict", "wrong"), ("nobody", "wrong"))
    ]
    for answer in answers:
        assert_error(answer, "invalid_client")
    assert answers[0].json() == answers[1].json()
    ignored = {"Date", "X-Request-Id"}
    assert [{k: v for k, v in each.headers.items() if k not in ignored} for each in answers][0].keys() == answers[1].headers.keys() - ignored


def with_assertion(agency, assertion):
    form = {"grant_type": "client_credentials", "client_assertion_type": AUDIENCE_OF_ASSERTION, "client_assertion": assertion}
    return requests.post(agency.server.metadata["token_endpoint"], data=form, timeout=10)


def test_a34_an_assertion_works_once(agency):
    by_key = agency("by-key")
    assertion = by_key.assertion()
    assert with_assertion(by_key, assertion).status_code == 200
    assert_error(with_assertion(by_key, assertion), "invalid_client")


@pytest.mark.parametrize(
    "claims",
    [
        {"exp": 1}, {"exp": None}, {"exp": "soon"}, {"exp": -1}, {"nbf": 10**10}, {"iat": 10**10}, {"aud": "https://elsewhere.example"},
        {"aud": None}, {"iss": "first"}, {"sub": "first"}, {"iss": None}, {"sub": None}, {"jti": None}, {"exp": 10**12},
    ],
    ids=str,
)  # fmt: skip
def test_a34_a49_assertions_that_say_the_wrong_thing(agency, claims):
    by_key = agency("by-key")
    now = int(time.time())
    honest = {"iss": "by-key", "sub": "by-key", "aud": by_key.server.issuer, "jti": f"jti-{time.time_ns()}", "iat": now, "exp": now + 60}
    said = {name: value for name, value in {**honest, **claims}.items() if value is not None}
    token = jwt.api_jws.encode(json.dumps(said).encode(), by_key.key, "ES256")
    assert_error(with_assertion(by_key, token), "invalid_client")


def test_a34_a35_a44_a45_assertions_with_the_wrong_key_or_algorithm(agency, registrations):
    by_key = agency("by-key")
    now = int(time.time())
    claims = {"iss": "by-key", "sub": "by-key", "aud": by_key.server.issuer, "jti": str(now), "iat": now, "exp": now + 60}
    stranger = registrations.keys["stranger"]
    embedded = {"jwk": {"kty": "EC", "crv": "P-256", "x": "AA", "y": "AA"}}
    good = by_key.assertion()
    header, payload, signature = good.split(".")
    raw = base64.urlsafe_b64decode(signature + "==")
    tokens = {
        "none": jwt.encode(claims, None, "none"),
        "HS256 with a guess": jwt.encode(claims, "x" * 32, "HS256"),
        "RS256": jwt.encode(claims, rsa.generate_private_key(65537, 2048), "RS256"),
        "another key": jwt.encode(claims, stranger, "ES256"),
        "another key, our kid": jwt.encode(claims, stranger, "ES256", headers={"kid": "by-key-1"}),
        "embedded key": jwt.encode(claims, stranger, "ES256", headers=embedded),
        "jku": jwt.encode(claims, stranger, "ES256", headers={"jku": "https://evil.example/jwks"}),
        "kid as a path": jwt.encode(claims, stranger, "ES256", headers={"kid": "../../etc/passwd"}),
        "kid as SQL": jwt.encode(claims, stranger, "ES256", headers={"kid": "' OR 1=1 --"}),
        "crit": jwt.encode(claims, by_key.key, "ES256", headers={"crit": ["x"], "x": 1}),
        "all zero": f"{header}.{payload}.{b64(bytes(64))}",
        "DER": f"{header}.{payload}.{b64(b'0' + bytes([len(raw)]) + raw)}",
        "short": f"{header}.{payload}.{b64(raw[:63])}",
        "padded": f"{header}.{payload}.{signature}==",
        "white space": f"{header}.{payload}. {signature}",
        "four parts": good + ".x",
        "two parts": f"{header}.{payload}",
        "empty": "..",
        "huge": good + "A" * 1_000_000,
    }
    for name, token in tokens.items():
        answer = with_assertion(by_key, token)
        assert answer.status_code in (400, 401, 413), name
        assert answer.status_code == 413 or answer.json()["error"] in ("invalid_client", "invalid_request"), name


def b64(data):
    return base64.urlsafe_b64encode(data).rstrip(b"=").decode()


def test_a36_a_client_may_use_its_own_grants_only(agency, strict, visitor, resident):
    native = agency("native")
    assert_error(native.token({"grant_type": "client_credentials"}), "unauthorized_client")
    assert_error(strict.token({"grant_type": "client_credentials"}), "unauthorized_client")
    assert_error(agency("service").token({"grant_type": "refresh_token", "refresh_token": "x"}), "unauthorized_client", "invalid_grant")
    posing = requests.post(
        strict.server.metadata["token_endpoint"], data={"grant_type": "client_credentials", "client_id": "service"}, timeout=10
    )
    assert_error(posing, "invalid_client")


@pytest.mark.parametrize("grant_type", ["password", "implicit", "urn:ietf:params:oauth:grant-type:device_code", "AUTHORIZATION_CODE", "x"])
def test_a36_a37_unknown_grants_are_unsupported(strict, grant_type):
    assert_error(strict.token({"grant_type": grant_type, "username": "a", "password": "b"}), "unsupported_grant_type")


def test_a38_only_a_posted_form_is_a_token_request(strict):
    endpoint, headers = strict.server.metadata["token_endpoint"], {"Authorization": basic(strict.client_id, strict.secret)}
    assert requests.get(endpoint, params={"grant_type": "client_credentials"}, headers=headers, timeout=10).status_code == 405
    assert requests.put(endpoint, data={"grant_type": "client_credentials"}, headers=headers, timeout=10).status_code in (404, 405)
    for options in ({"json": {"grant_type": "client_credentials"}}, {"files": {"grant_type": (None, "client_credentials")}}):
        answer = requests.post(endpoint, headers=headers, timeout=10, **options)
        assert answer.status_code in (400, 415) and answer.headers["Cache-Control"] == "no-store"


def test_a38_a_repeated_parameter_is_refused(strict):
    body = "grant_type=client_credentials&grant_type=client_credentials"
    headers = {"Authorization": basic(strict.client_id, strict.secret), "Content-Type": "application/x-www-form-urlencoded"}
    assert_error(requests.post(strict.server.metadata["token_endpoint"], data=body, headers=headers, timeout=10), "invalid_request")


def test_a39_reuse_of_a_rotated_token_ends_the_family(strict, offline):
    second = strict.refresh(offline["refresh_token"]).json()
    third = strict.refresh(second["refresh_token"]).json()
    assert_error(strict.refresh(offline["refresh_token"]), "invalid_grant")
    assert_error(strict.refresh(third["refresh_token"]), "invalid_grant")
    assert strict.userinfo(third["access_token"]).status_code == 401


def test_a39_a_lost_answer_may_be_asked_for_again(strict, offline):
    answers = [strict.refresh(offline["refresh_token"]).json() for _ in range(3)]
    assert len({answer["refresh_token"] for answer in answers}) == 1
    assert strict.refresh(answers[0]["refresh_token"]).status_code == 200


def test_a39_after_the_grace_a_second_use_ends_the_family(start_portico, registrations):
    server = start_portico(tokens={"refresh-grace-seconds": 1})
    resident = next(residents())
    server.add_residents([resident])
    strict = registrations.agency(server, "strict")
    _, offline = strict.tokens(Visitor(server.issuer), resident, scope=EVERY_SCOPE, prompt="consent")
    successor = strict.refresh(offline["refresh_token"]).json()["refresh_token"]
    time.sleep(1.5)
    assert_error(strict.refresh(offline["refresh_token"]), "invalid_grant")
    assert_error(strict.refresh(successor), "invalid_grant")


def test_a40_a_refresh_may_narrow_but_not_widen(visitor, resident, strict):
    _, tokens = strict.tokens(visitor, resident, scope="openid email offline_access", prompt="consent")
    assert_error(strict.refresh(tokens["refresh_token"], scope="openid email phone offline_access"), "invalid_scope")
    narrowed = strict.refresh(tokens["refresh_token"], scope="openid")
    assert narrowed.status_code == 200 and narrowed.json()["scope"].split() == ["openid"]


def test_a40_another_clients_refresh_token_is_refused_and_stays_usable(strict, second, offline):
    assert_error(second.refresh(offline["refresh_token"]), "invalid_grant")
    assert strict.refresh(offline["refresh_token"]).status_code == 200


def test_a40_a_disabled_resident_has_no_tokens(portico, resident, strict, offline):
    portico.run("residents", "disable", resident.username)
    assert_error(strict.refresh(offline["refresh_token"]), "invalid_grant")
    assert strict.userinfo(offline["access_token"]).status_code == 401


def test_a41_parallel_refreshes_never_fork_the_family(strict, offline):
    with concurrent.futures.ThreadPoolExecutor(10) as pool:
        answers = list(pool.map(lambda _: requests.post(
            strict.server.metadata["token_endpoint"], timeout=30, headers={"Authorization": basic(strict.client_id, strict.secret)},
            data={"grant_type": "refresh_token", "refresh_token": offline["refresh_token"]},
        ), range(10)))  # fmt: skip
    successors = {answer.json()["refresh_token"] for answer in answers if answer.status_code == 200}
    assert len(successors) == 1, [answer.text for answer in answers]


@pytest.mark.parametrize("token", ["", "ptr_", "x", "ptr_" + "A" * 49, "ptr_" + "é" * 49, "A" * 100_000])
def test_a40_made_up_refresh_tokens(strict, token):
    answer = strict.refresh(token)
    assert answer.status_code in (400, 413)
    assert answer.status_code == 413 or answer.json()["error"] in ("invalid_grant", "invalid_request")
