"""The agencies that the tests register, and the residents they invent."""

import itertools
import json
import secrets

import jwt.algorithms
from cryptography.hazmat.primitives.asymmetric import ec

from .agency import Agency
from .visitor import Resident

EVERY_SCOPE = "openid profile email address phone offline_access"

# The claims of a resident, as `portico residents import` takes them.
CLAIMS = {
    "email_verified": True, "given_name": "Test", "family_name": "Resident", "middle_name": "Middle", "nickname": "Tester",
    "profile": "https://people.example/test", "picture": "https://people.example/test.png", "website": "https://test.example",
    "gender": "unspecified", "birthdate": "1980-02-29", "zoneinfo": "Europe/Tallinn", "locale": "en-GB",
    "phone_number": "+15555550100", "phone_number_verified": False,
    "address": {"street_address": "1 Main Street", "locality": "Springfield", "region": "North", "postal_code": "12345", "country": "XX"},
}  # fmt: skip

CLAIMS_OF_SCOPE = {
    "profile": {
        "name", "given_name", "family_name", "middle_name", "nickname", "preferred_username", "profile", "picture", "website", "gender",
        "birthdate", "zoneinfo", "locale", "updated_at",
    },
    "email": {"email", "email_verified"},
    "address": {"address"},
    "phone": {"phone_number", "phone_number_verified"},
}  # fmt: skip


class Registrations:
    """The clients of one test run: their metadata, secrets and keys, all made on the spot."""

    def __init__(self):
        self.keys = {"by-key": ec.generate_private_key(ec.SECP256R1()), "stranger": ec.generate_private_key(ec.SECP256R1())}
        self.secrets = {}
        self.metadata = {each["client_id"]: each for each in self.describe()}

    def describe(self):
        code = {"grant_types": ["authorization_code", "refresh_token"], "response_types": ["code"], "scope": EVERY_SCOPE}
        basic = {"token_endpoint_auth_method": "client_secret_basic"}
        # As the conformance suite's clients are: no PKCE unless sent, RS256.
        yield self.web("first", **code, **basic, require_pkce=False)
        yield self.web("second", **code, **basic, require_pkce=False)
        yield self.web("by-post", **code, token_endpoint_auth_method="client_secret_post", id_token_signed_response_alg="ES256")
        # A secret whose characters have a meaning in a form and in HTTP Basic.
        self.secrets["odd-secret"] = "a:b%c+d/e=f&g h" + secrets.token_urlsafe(24)
        yield self.web("odd-secret", **code, **basic)
        yield self.web("strict", **code, **basic, id_token_signed_response_alg="ES256")
        yield self.web("quiet", **{**code, "grant_types": ["authorization_code"]}, **basic)
        yield {
            **self.web("many", **code, **basic, require_pkce=False),
            "redirect_uris": ["https://many.example/callback", "https://many.example/other?foo=bar"],
        }
        yield {
            "client_id": "native", "client_name": "Native application", "application_type": "native", **code,
            "token_endpoint_auth_method": "none", "redirect_uris": ["http://127.0.0.1/callback"],
        }  # fmt: skip
        yield {
            **self.web("by-key", **code, token_endpoint_auth_method="private_key_jwt", token_endpoint_auth_signing_alg="ES256"),
            "grant_types": ["authorization_code", "refresh_token", "client_credentials"],
            "jwks": {"keys": [public_jwk(self.keys["by-key"], "by-key-1")]},
        }
        yield {
            "client_id": "service", "client_name": "Service", "grant_types": ["client_credentials"], "response_types": [], **basic,
            "client_secret": self.secret("service"), "scope": "permits.read permits.write", "access_token_audience": ["https://api.example"],
        }  # fmt: skip

    def web(self, name, **metadata):
        described = {
            "client_id": name, "client_name": f"Agency {name}", "redirect_uris": [f"https://{name}.example/callback"],
            "post_logout_redirect_uris": [f"https://{name}.example/signed-out"], **metadata,
        }  # fmt: skip
        if described["token_endpoint_auth_method"].startswith("client_secret"):
            described["client_secret"] = self.secret(name)
        return described

    def secret(self, name):
        return self.secrets.setdefault(name, secrets.token_urlsafe(32))

    def agency(self, server, name, **overrides):
        """The registered client as a relying party that can act."""
        metadata = self.metadata[name]
        described = {
            "redirect_uri": next(iter(metadata.get("redirect_uris", [])), None), "secret": self.secrets.get(name),
            "method": metadata["token_endpoint_auth_method"], "key": self.keys.get(name),
        }  # fmt: skip
        return Agency(server, name, **{**described, **overrides})


def public_jwk(key, kid):
    return {**json.loads(jwt.algorithms.ECAlgorithm.to_jwk(key.public_key())), "kid": kid, "use": "sig", "alg": "ES256"}


def residents():
    """An endless row of new residents."""
    for number in itertools.count(1):
        username = f"resident{number}"
        yield Resident(username, secrets.token_urlsafe(18), {"email": f"{username}@example.org", **CLAIMS})
