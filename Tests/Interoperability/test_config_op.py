"""OpenID Foundation conformance, Config OP (oidcc-discovery-endpoint-verification), RFC 8414 and the published keys."""

import urllib.parse

import jwt
import pytest
import requests

PRIVATE_MEMBERS = {"d", "p", "q", "dp", "dq", "qi", "oth", "k"}


@pytest.fixture(params=["/.well-known/openid-configuration", "/.well-known/oauth-authorization-server"])
def document(request, portico):
    answer = requests.get(portico.url(request.param), timeout=10)
    assert answer.status_code == 200 and answer.headers["Content-Type"].split(";")[0] == "application/json"
    return answer.json()


def test_oidcc_discovery_endpoint_verification(portico, document):
    issuer = document["issuer"]
    assert issuer == portico.issuer
    assert not urllib.parse.urlsplit(issuer).query and not urllib.parse.urlsplit(issuer).fragment
    assert document["response_types_supported"] == ["code"]
    assert set(document["subject_types_supported"]) >= {"pairwise"}
    assert "RS256" in document["id_token_signing_alg_values_supported"]
    assert "none" not in document["id_token_signing_alg_values_supported"]
    assert "openid" in document["scopes_supported"]
    assert set(document["grant_types_supported"]) == {"authorization_code", "refresh_token", "client_credentials"}
    assert document["code_challenge_methods_supported"] == ["S256"]
    assert set(document["response_modes_supported"]) == {"query", "form_post"}
    assert "sub" in document["claims_supported"]
    for name, value in document.items():
        if name.endswith("_endpoint"):
            assert value.startswith(issuer + "/"), f"{name} is not below the issuer"


def test_defaults_that_surprise_clients_are_stated(document):
    assert document["claims_parameter_supported"] is True
    assert document["request_parameter_supported"] is False
    assert document["request_uri_parameter_supported"] is False
    assert document["authorization_response_iss_parameter_supported"] is True
    assert "client_secret_basic" in document["token_endpoint_auth_methods_supported"]
    assert document["token_endpoint_auth_signing_alg_values_supported"]
    assert all(value != [] for value in document.values()), "an empty list must be left out (RFC 8414 §3.2)"


def test_oidcc_rp_initiated_logout_discovery_endpoint_verification(portico, document):
    assert document["end_session_endpoint"].startswith(portico.issuer)


def test_jwks_holds_only_usable_public_keys(portico):
    answer = requests.get(portico.metadata["jwks_uri"], timeout=10)
    assert answer.status_code == 200
    keys = answer.json()["keys"]
    assert len({key["kid"] for key in keys}) == len(keys) >= 2
    assert {key["alg"] for key in keys} >= {"RS256", "ES256"}
    for key in keys:
        assert not PRIVATE_MEMBERS & set(key) and key["use"] == "sig"
        jwt.PyJWK(key)


@pytest.mark.parametrize("name", ["jwks_uri", "configuration"])
def test_documents_can_be_cached_and_asked_again(portico, name):
    address = portico.metadata["jwks_uri"] if name == "jwks_uri" else portico.url("/.well-known/openid-configuration")
    answer = requests.get(address, timeout=10)
    assert "max-age=" in answer.headers["Cache-Control"] and "no-store" not in answer.headers["Cache-Control"]
    again = requests.get(address, headers={"If-None-Match": answer.headers["ETag"]}, timeout=10)
    assert again.status_code == 304 and again.content == b""
    other = requests.get(address, headers={"If-None-Match": '"another"'}, timeout=10)
    assert other.status_code == 200


def test_the_issuer_does_not_follow_the_host_header(portico):
    answer = requests.get(portico.url("/.well-known/openid-configuration"), headers={"Host": "evil.example"}, timeout=10)
    assert "evil.example" not in answer.text
