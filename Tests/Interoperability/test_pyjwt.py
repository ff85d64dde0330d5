"""PyJWT's PyJWKClient checks our tokens, as an agency or an API would: fetch the keys, find the one the header names, decode."""

import jwt
import pytest
from jwt import PyJWKClient


@pytest.fixture
def keys(portico):
    return PyJWKClient(portico.metadata["jwks_uri"])


@pytest.mark.parametrize(("client_id", "algorithm"), [("first", "RS256"), ("strict", "ES256"), ("by-post", "ES256")])
def test_id_tokens(portico, visitor, resident, agency, keys, client_id, algorithm):
    request, tokens = agency(client_id).tokens(visitor, resident)
    key = keys.get_signing_key_from_jwt(tokens["id_token"])
    claims = jwt.decode(tokens["id_token"], key, algorithms=[algorithm], audience=client_id, issuer=portico.issuer)
    assert claims["nonce"] == request.parameters["nonce"]
    assert claims["exp"] > claims["iat"] >= claims["auth_time"]
    assert isinstance(claims["amr"], list) and claims["sid"]


def test_at_hash_is_half_of_the_access_tokens_digest(visitor, resident, agency, keys):
    _, tokens = agency("strict").tokens(visitor, resident)
    claims = jwt.decode(tokens["id_token"], keys.get_signing_key_from_jwt(tokens["id_token"]), algorithms=["ES256"], audience="strict")
    digest = jwt.algorithms.get_default_algorithms()["ES256"].compute_hash_digest(tokens["access_token"].encode())
    assert claims["at_hash"] == jwt.utils.base64url_encode(digest[: len(digest) // 2]).decode()


def test_access_tokens_are_rfc_9068(portico, visitor, resident, agency, keys):
    _, tokens = agency("strict").tokens(visitor, resident, scope="openid email")
    header = jwt.get_unverified_header(tokens["access_token"])
    assert header["typ"].lower() in ("at+jwt", "application/at+jwt") and header["alg"] == "ES256"
    key = keys.get_signing_key_from_jwt(tokens["access_token"])
    claims = jwt.decode(
        tokens["access_token"], key, algorithms=["ES256"], audience=portico.issuer, issuer=portico.issuer,
        options={"require": ["iss", "exp", "aud", "sub", "client_id", "iat", "jti"]},
    )  # fmt: skip
    assert claims["client_id"] == "strict" and set(claims["scope"].split()) == {"openid", "email"}
    assert claims["exp"] - claims["iat"] == tokens["expires_in"] == 300


def test_access_tokens_of_a_service_are_for_its_api_only(portico, agency, keys):
    answer = agency("service").token({"grant_type": "client_credentials", "scope": "permits.read"})
    assert answer.status_code == 200, answer.text
    token = answer.json()["access_token"]
    key = keys.get_signing_key_from_jwt(token)
    claims = jwt.decode(token, key, algorithms=["ES256"], audience="https://api.example", issuer=portico.issuer)
    assert claims["scope"] == "permits.read" and claims["client_id"] == "service"
    with pytest.raises(jwt.InvalidAudienceError):
        jwt.decode(token, key, algorithms=["ES256"], audience=portico.issuer)


def test_every_token_has_an_identifier_of_its_own(agency, keys):
    service = agency("service")
    tokens = [service.token({"grant_type": "client_credentials"}).json()["access_token"] for _ in range(5)]
    identifiers = {jwt.decode(token, options={"verify_signature": False})["jti"] for token in tokens}
    assert len(identifiers) == 5


def test_an_id_token_is_no_access_token(visitor, resident, agency):
    _, tokens = agency("strict").tokens(visitor, resident)
    assert jwt.get_unverified_header(tokens["id_token"])["typ"] == "JWT"
    assert jwt.decode(tokens["id_token"], options={"verify_signature": False})["aud"] == "strict"
