"""A relying party that takes every step by hand, so that a test can take a wrong one."""

import base64
import dataclasses
import hashlib
import secrets
import time
import urllib.parse

import jwt
import requests

AUDIENCE_OF_ASSERTION = "urn:ietf:params:oauth:client-assertion-type:jwt-bearer"


@dataclasses.dataclass
class Request:
    """One authorization request and what has to be remembered of it."""

    url: str
    parameters: dict
    verifier: str | None


class Agency:
    def __init__(self, server, client_id, redirect_uri=None, secret=None, method="client_secret_basic", key=None, scope="openid"):
        self.server, self.client_id, self.redirect_uri = server, client_id, redirect_uri
        self.secret, self.method, self.key, self.scope = secret, method, key, scope
        self.http = requests.Session()
        self.http.trust_env = False

    # Authorization

    def request(self, pkce=True, **overrides):
        """An authorization request; an override of None leaves the parameter out."""
        verifier = secrets.token_urlsafe(48) if pkce else None
        parameters = {
            "response_type": "code", "client_id": self.client_id, "redirect_uri": self.redirect_uri, "scope": self.scope,
            "state": secrets.token_urlsafe(24), "nonce": secrets.token_urlsafe(24),
        }  # fmt: skip
        if pkce:
            parameters |= {"code_challenge": challenge(verifier), "code_challenge_method": "S256"}
        parameters |= overrides
        parameters = {name: value for name, value in parameters.items() if value is not None}
        return Request(self.address(parameters), parameters, verifier)

    def address(self, parameters):
        return self.server.metadata["authorization_endpoint"] + "?" + urllib.parse.urlencode(parameters)

    def tokens(self, visitor, resident, **overrides):
        """The whole way: request, pages, code, tokens. Returns the request and the token response's JSON."""
        request = self.request(**overrides)
        arrival = visitor.authorize(request.url, resident)
        assert arrival.error is None, arrival.parameters
        response = self.redeem(arrival.code, request.verifier)
        assert response.status_code == 200, response.text
        return request, response.json()

    # Token endpoint

    def redeem(self, code, verifier=None, **overrides):
        form = {"grant_type": "authorization_code", "code": code, "redirect_uri": self.redirect_uri, "code_verifier": verifier}
        return self.token({**form, **overrides})

    def refresh(self, token, **overrides):
        return self.token({"grant_type": "refresh_token", "refresh_token": token, **overrides})

    def token(self, form, **options):
        form, headers = self.authenticated(form)
        return self.http.post(self.server.metadata["token_endpoint"], data=form, headers=headers, timeout=30, allow_redirects=False, **options)

    def authenticated(self, form):
        """The form and headers with this client's credentials; a value of None leaves a parameter out."""
        headers = {}
        if self.method == "client_secret_basic":
            headers["Authorization"] = basic(self.client_id, self.secret)
        elif self.method == "client_secret_post":
            form = {"client_id": self.client_id, "client_secret": self.secret, **form}
        elif self.method == "private_key_jwt":
            form = {"client_assertion_type": AUDIENCE_OF_ASSERTION, "client_assertion": self.assertion(), **form}
        else:
            form = {"client_id": self.client_id, **form}
        return {name: value for name, value in form.items() if value is not None}, headers

    def assertion(self, algorithm="ES256", key=None, headers=None, **overrides):
        now = int(time.time())
        claims = {
            "iss": self.client_id, "sub": self.client_id, "aud": self.server.issuer, "jti": secrets.token_urlsafe(16),
            "iat": now, "exp": now + 60,
        } | overrides  # fmt: skip
        claims = {name: value for name, value in claims.items() if value is not None}
        return jwt.encode(claims, key or self.key, algorithm=algorithm, headers=headers)

    # Tokens

    def userinfo(self, access_token, **options):
        headers = {"Authorization": f"Bearer {access_token}"}
        return self.http.get(self.server.metadata["userinfo_endpoint"], headers=headers, timeout=30, allow_redirects=False, **options)

    def checked_id_token(self, id_token, nonce=None, algorithms=("RS256", "ES256")):
        """The claims of an ID token, verified against the published keys."""
        claims = jwt.decode(
            id_token, signing_key(self.server.jwks(), id_token), algorithms=list(algorithms), audience=self.client_id, issuer=self.server.issuer,
            options={"require": ["iss", "sub", "aud", "exp", "iat"]}, leeway=5,
        )  # fmt: skip
        assert claims.get("nonce") == nonce
        return claims


def signing_key(jwks, token):
    """The published key that the token's header names."""
    kid = jwt.get_unverified_header(token)["kid"]
    return next(jwt.PyJWK(key).key for key in jwks["keys"] if key["kid"] == kid)


def challenge(verifier):
    return base64.urlsafe_b64encode(hashlib.sha256(verifier.encode("ascii")).digest()).rstrip(b"=").decode()


def basic(client_id, secret):
    """RFC 6749 §2.3.1: both parts form-encoded, then joined and encoded."""
    pair = f"{urllib.parse.quote_plus(client_id)}:{urllib.parse.quote_plus(secret)}"
    return "Basic " + base64.b64encode(pair.encode()).decode()
