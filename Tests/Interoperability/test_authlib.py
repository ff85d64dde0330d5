"""Authlib as an agency's library: it makes the requests, parses the answers and checks the ID tokens; a visitor walks the pages."""

import urllib.parse

import pytest
import requests
from authlib.integrations.base_client import OAuthError
from authlib.integrations.base_client.sync_openid import OpenIDMixin
from authlib.integrations.requests_client import OAuth2Session
from authlib.oauth2.rfc7523 import PrivateKeyJWT
from cryptography.hazmat.primitives import serialization
from joserfc.jwk import ECKey

from portico_driver.visitor import Arrival

VERIFIER = "a-verifier-of-at-least-43-characters-that-authlib-hashes"


class Party(OpenIDMixin):
    """Authlib's own checks of ID tokens and its logout address, over the metadata that Portico publishes."""

    def __init__(self, server, client_id):
        self.client_id, self.server = client_id, server
        self.server_metadata = server.metadata

    def load_server_metadata(self):
        return self.server_metadata

    def fetch_jwk_set(self, force=False):
        return requests.get(self.server_metadata["jwks_uri"], timeout=10).json()


@pytest.fixture
def session(portico, registrations):
    """An Authlib session for a registered agency."""

    def named(client_id, scope="openid", **options):
        registered = registrations.agency(portico, client_id)
        settings = {
            "client_secret": registered.secret, "token_endpoint_auth_method": registered.method, "redirect_uri": registered.redirect_uri,
            "code_challenge_method": "S256", "token_endpoint": portico.metadata["token_endpoint"],
        }  # fmt: skip
        return OAuth2Session(client_id, scope=scope, **{**settings, **options})

    return named


def sign_in(portico, session, visitor, resident, **parameters):
    address, state = session.create_authorization_url(
        portico.metadata["authorization_endpoint"], code_verifier=VERIFIER, nonce="a-nonce", **parameters
    )
    arrival = visitor.authorize(address, resident)
    assert arrival.parameters["state"] == state and arrival.parameters["iss"] == portico.issuer
    response = arrival.url if arrival.method == "GET" else f"{arrival.url}?{urllib.parse.urlencode(arrival.parameters)}"
    return session.fetch_token(portico.metadata["token_endpoint"], authorization_response=response, code_verifier=VERIFIER, state=state)


@pytest.mark.parametrize("client_id", ["strict", "by-post", "first"])
@pytest.mark.parametrize("mode", ["query", "form_post"])
def test_sign_in_with_pkce(portico, session, visitor, resident, client_id, mode):
    own = session(client_id, "openid profile email")
    token = sign_in(portico, own, visitor, resident, response_mode=mode)
    identity = Party(portico, client_id).parse_id_token(token, nonce="a-nonce")
    assert identity["iss"] == portico.issuer and identity["acr"] and identity["auth_time"] <= identity["iat"]
    information = own.get(portico.metadata["userinfo_endpoint"])
    assert information.status_code == 200
    assert information.json()["sub"] == identity["sub"] and information.json()["email"] == resident.claims["email"]


def test_an_id_token_with_another_nonce_is_refused_by_the_library(portico, session, visitor, resident):
    token = sign_in(portico, session("strict"), visitor, resident)
    with pytest.raises(Exception, match="nonce"):
        Party(portico, "strict").parse_id_token(token, nonce="another")


def test_a_public_client_signs_in(portico, session, visitor, resident):
    own = session("native", redirect_uri="http://127.0.0.1:53682/callback")
    token = sign_in(portico, own, visitor, resident)
    assert Party(portico, "native").parse_id_token(token, nonce="a-nonce")["aud"]


def test_refresh_rotates_and_reuse_ends_the_family(portico, session, visitor, resident):
    own = session("strict", "openid offline_access")
    first = sign_in(portico, own, visitor, resident, prompt="consent")
    second = own.refresh_token(portico.metadata["token_endpoint"], refresh_token=first["refresh_token"])
    third = own.refresh_token(portico.metadata["token_endpoint"], refresh_token=second["refresh_token"])
    assert len({first["refresh_token"], second["refresh_token"], third["refresh_token"]}) == 3
    for spent in (first, third):
        with pytest.raises(OAuthError) as refused:
            own.refresh_token(portico.metadata["token_endpoint"], refresh_token=spent["refresh_token"])
        assert refused.value.error == "invalid_grant"


@pytest.mark.parametrize("client_id", ["service", "by-key"])
def test_client_credentials(portico, session, registrations, client_id):
    if client_id == "by-key":
        own = session(client_id, None, client_secret=private_key(registrations.keys["by-key"]))
        own.register_client_auth_method(PrivateKeyJWT(portico.metadata["token_endpoint"], headers={"kid": "by-key-1"}, alg="ES256"))
    else:
        own = session(client_id, "permits.read")
    token = own.fetch_token(portico.metadata["token_endpoint"], grant_type="client_credentials")
    assert token["token_type"].lower() == "bearer" and token["expires_in"] > 0
    assert "refresh_token" not in token and "id_token" not in token


def test_private_key_jwt_redeems_a_code(portico, session, visitor, resident, registrations):
    own = session("by-key", client_secret=private_key(registrations.keys["by-key"]))
    own.register_client_auth_method(PrivateKeyJWT(portico.metadata["token_endpoint"], headers={"kid": "by-key-1"}, alg="ES256"))
    token = sign_in(portico, own, visitor, resident)
    assert Party(portico, "by-key").parse_id_token(token, nonce="a-nonce")["sub"]


def test_logout(portico, session, visitor, resident):
    own = session("strict")
    token = sign_in(portico, own, visitor, resident)
    back = "https://strict.example/signed-out"
    logout = Party(portico, "strict").create_logout_url(post_logout_redirect_uri=back, id_token_hint=token["id_token"])
    arrival = visitor.open(logout["url"])
    assert isinstance(arrival, Arrival)
    assert arrival.url.startswith(back) and arrival.parameters == {"state": logout["state"]}
    address, _ = own.create_authorization_url(portico.metadata["authorization_endpoint"], code_verifier=VERIFIER, prompt="none")
    assert visitor.open(address).error == "login_required"


def private_key(key):
    return ECKey.import_key(
        key.private_bytes(serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption())
    )
