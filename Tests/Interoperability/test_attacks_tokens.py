"""Attacks on Portico's own verification: forged, altered and misused tokens at userinfo."""

import base64
import json

import jwt
import pytest
import requests
from cryptography.hazmat.primitives import serialization

from portico_driver.agency import signing_key
from portico_driver.registrations import EVERY_SCOPE


@pytest.fixture
def tokens(visitor, resident, strict):
    return strict.tokens(visitor, resident, scope=EVERY_SCOPE, prompt="consent")[1]


def b64(data):
    return base64.urlsafe_b64encode(data).rstrip(b"=").decode()


def header_with(token, **changes):
    header, payload, signature = token.split(".")
    changed = {**jwt.get_unverified_header(token), **changes}
    return f"{b64(json.dumps({k: v for k, v in changed.items() if v is not None}).encode())}.{payload}.{signature}"


def assert_refused(answer):
    assert answer.status_code in (400, 401), answer.text
    challenge = answer.headers["WWW-Authenticate"]
    assert challenge.startswith("Bearer")
    assert answer.status_code == 400 or 'error="invalid_token"' in challenge


@pytest.mark.parametrize("algorithm", ["none", "None", "nOnE"])
def test_a44_unsigned_tokens(strict, tokens, algorithm):
    header, payload, signature = header_with(tokens["access_token"], alg=algorithm).split(".")
    assert_refused(strict.userinfo(f"{header}.{payload}."))
    assert_refused(strict.userinfo(f"{header}.{payload}.{signature}"))


def test_a44_an_empty_signature(strict, tokens):
    header, payload, _ = tokens["access_token"].split(".")
    assert_refused(strict.userinfo(f"{header}.{payload}."))


def test_a45_a_public_key_is_not_a_shared_secret(portico, strict, tokens):
    key = signing_key(portico.jwks(), tokens["access_token"])
    claims = jwt.decode(tokens["access_token"], options={"verify_signature": False})
    header = jwt.get_unverified_header(tokens["access_token"])
    for encoding in (serialization.Encoding.PEM, serialization.Encoding.DER):
        material = key.public_bytes(encoding, serialization.PublicFormat.SubjectPublicKeyInfo)
        signing_input = f"{b64(json.dumps({**header, 'alg': 'HS256'}).encode())}.{b64(json.dumps(claims).encode())}"
        signature = jwt.algorithms.HMACAlgorithm(jwt.algorithms.HMACAlgorithm.SHA256).sign(signing_input.encode(), material)
        assert_refused(strict.userinfo(f"{signing_input}.{b64(signature)}"))


def test_a45_a47_malformed_signatures(strict, tokens):
    token = tokens["access_token"]
    header, payload, signature = token.split(".")
    raw = base64.urlsafe_b64decode(signature + "==")
    assert len(raw) == 64
    half = b"\x02\x20" + raw[:32]
    alphabet = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_"
    sibling = signature[:-1] + alphabet[alphabet.index(signature[-1]) ^ 1]
    for changed in (
        b64(bytes(64)), b64(raw[:32] + bytes(32)), b64(bytes(32) + raw[32:]), b64(b"\x30\x44" + half + b"\x02\x20" + raw[32:]), b64(raw + b"\0"),
        b64(raw[:63]), b64(b"\0" + raw), b64(raw[32:] + raw[:32]), signature + "==", signature + "=", sibling, signature + "A",
    ):  # fmt: skip
        assert_refused(strict.userinfo(f"{header}.{payload}.{changed}"))


def test_a47_other_shapes(strict, tokens):
    token = tokens["access_token"]
    header, payload, signature = token.split(".")
    duplicate = b64(b'{"alg":"ES256","alg":"ES256","typ":"at+jwt","kid":"%s"}' % jwt.get_unverified_header(token)["kid"].encode())
    for changed in (
        f"{header}.{payload}", f"{token}.x", f".{payload}.{signature}", f"{header}..{signature}", "..", "...", "x", f"{header}=.{payload}.{signature}",
        f"{duplicate}.{payload}.{signature}", f"{header}.{payload}A.{signature}", "x" * 5000,
    ):  # fmt: skip
        assert_refused(strict.userinfo(changed))


@pytest.mark.parametrize(
    "change",
    [{"crit": ["exp"]}, {"b64": False}, {"alg": "ES384"}, {"alg": "RS256"}, {"typ": None}, {"typ": "JWT"}, {"typ": "at+jwt", "x": 1},
     {"kid": "unknown"}, {"kid": "../../etc/passwd"}, {"kid": "' OR 1=1 --"}, {"kid": None}],
    ids=str,
)  # fmt: skip
def test_a45_a46_a48_altered_headers(strict, tokens, change):
    assert_refused(strict.userinfo(header_with(tokens["access_token"], **change)))


def test_a46_a75_other_tokens_are_not_access_tokens(strict, tokens, agency):
    assert_refused(strict.userinfo(tokens["id_token"]))
    assert_refused(strict.userinfo(tokens["refresh_token"]))
    assert_refused(strict.userinfo(agency("by-key").assertion()))
    service = agency("service").token({"grant_type": "client_credentials"}).json()
    assert strict.userinfo(service["access_token"]).status_code in (401, 403)


def test_a75_a_token_in_the_address_is_not_read(portico, tokens):
    answer = requests.get(portico.metadata["userinfo_endpoint"], params={"access_token": tokens["access_token"]}, timeout=10)
    assert answer.status_code in (400, 401) and "sub" not in answer.text


def test_a75_a_token_sent_twice_is_an_invalid_request(portico, tokens):
    answer = requests.post(
        portico.metadata["userinfo_endpoint"], headers={"Authorization": f"Bearer {tokens['access_token']}"},
        data={"access_token": tokens["access_token"]}, timeout=10,
    )  # fmt: skip
    assert answer.status_code == 400 and 'error="invalid_request"' in answer.headers["WWW-Authenticate"]


def test_a75_without_a_token_the_challenge_names_no_error(portico):
    answer = requests.get(portico.metadata["userinfo_endpoint"], timeout=10)
    assert answer.status_code == 401
    assert answer.headers["WWW-Authenticate"].startswith("Bearer") and "error=" not in answer.headers["WWW-Authenticate"]


def test_the_schemes_name_may_be_in_any_case(portico, tokens):
    for scheme in ("bearer", "BEARER"):
        answer = requests.get(
            portico.metadata["userinfo_endpoint"], headers={"Authorization": f"{scheme} {tokens['access_token']}"}, timeout=10
        )
        assert answer.status_code == 200


def test_a75_after_logout_the_token_is_refused(portico, visitor, resident, strict):
    _, tokens = strict.tokens(visitor, resident)
    visitor.open(f"{portico.metadata['end_session_endpoint']}?id_token_hint={tokens['id_token']}")
    assert_refused(strict.userinfo(tokens["access_token"]))
