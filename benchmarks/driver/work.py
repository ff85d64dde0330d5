"""The kinds of work that are driven at full rate: what each one asks of the server, and what it cost."""

import urllib.parse

import wrk
from house import CALLBACK, KEEPER, MACHINE, PORTAL, VERIFIER
from process import Meter

SCOPE = "openid profile email"


class Cost:
    """What one kind of work cost. Latencies are those of one request, in milliseconds; an operation may have several."""

    def __init__(self, name, cpu_ms, rate, p50_ms, p99_ms, operations, failed):
        self.name, self.cpu_ms, self.rate = name, cpu_ms, rate
        self.p50_ms, self.p99_ms = p50_ms, p99_ms
        self.operations, self.failed = operations, failed


def measure(house, name, target, script="constant", variables=None, seconds=5, connections=16):
    with Meter(house.pid) as used:
        figures = wrk.run(house.issuer + target, script, seconds, connections, variables)
    failed = figures["errors"] + figures["failed"]
    operations = figures["finished"] if figures["finished"] >= 0 else figures["requests"] - failed
    if operations == 0:
        raise RuntimeError(f"{name}: nothing succeeded, {failed} failed")
    rate = operations / figures["microseconds"] * 1e6
    return Cost(name, used.cpu_ms / operations, rate, figures["p50"] / 1000, figures["p99"] / 1000, operations, failed)


class Workload:
    """Knows the requests of each kind of work; one method a kind."""

    def __init__(self, house, seconds, connections):
        self.house = house
        self.options = {"seconds": seconds, "connections": connections}
        self.metadata = {name: urllib.parse.urlsplit(value).path for name, value in house.metadata().items() if name.endswith(("_endpoint", "_uri"))}

    def empty_answer(self):
        return self.constant("empty answer (/livez)", "/livez")

    def discovery(self):
        return self.constant("discovery", "/.well-known/openid-configuration")

    def keys(self):
        return self.constant("JWKS", self.metadata["jwks_uri"])

    def client_credentials(self, **options):
        variables = {"METHOD": "POST", "BODY": "grant_type=client_credentials", "AUTHORIZATION": MACHINE.authorization, **options.pop("variables", {})}
        return measure(
            self.house, "client_credentials token", self.metadata["token_endpoint"], variables=variables, **{**self.options, **options})

    def refresh(self):
        tokens = self.house.folder / "tokens"
        tokens.write_text("\n".join(self.house.refresh_tokens(4 * self.options["connections"])) + "\n")
        variables = {"PATH": self.metadata["token_endpoint"], "AUTHORIZATION": KEEPER.authorization, "TOKENS": tokens}
        return measure(self.house, "refresh (access and ID token)", "/", "refresh", variables, **self.options)

    def single_sign_on(self):
        browser, _ = self.house.signed_in(self.house.usernames[1], PORTAL, SCOPE)
        redemption = urllib.parse.urlencode({"grant_type": "authorization_code", "redirect_uri": CALLBACK, "code_verifier": VERIFIER})
        variables = {
            "AUTHORIZE": self.house.authorize_target(PORTAL, SCOPE), "COOKIE": "; ".join(f"{name}={value}" for name, value in browser.cookies.items()),
            "TOKEN_PATH": self.metadata["token_endpoint"], "USERINFO_PATH": self.metadata["userinfo_endpoint"],
            "AUTHORIZATION": PORTAL.authorization, "REDEMPTION": redemption + "&code="}
        return measure(self.house, "single sign-on (3 requests)", "/", "single_sign_on", variables, **self.options)

    def sign_in_page(self):
        return self.constant("sign-in page", "/sign-in")

    def constant(self, name, target):
        return measure(self.house, name, target, **self.options)
