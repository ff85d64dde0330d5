"""The kinds of work that are driven at full rate: what each one asks of the server, and what it cost."""

import urllib.parse

import wrk
from browser import Browser
from house import CALLBACK, KEEPER, MACHINE, PASSWORD, PORTAL, PORTAL_SCOPE, VERIFIER

HASHING_THREADS = "argon2-"


class Cost:
    """What one kind of work cost: CPU of the server, and of the database where that is a program of its own. Latencies are those of one request, in milliseconds; an operation may have several."""

    def __init__(self, name, engine, used, figures):
        """`used` is the meter's, `figures` are operations, failed, seconds, p50_ms and p99_ms."""
        self.name, self.engine = name, engine.name
        self.operations, self.failed = figures["operations"], figures["failed"]
        self.cpu_ms = used.cpu_ms / self.operations
        self.database_ms = used.database_ms / self.operations
        self.rate = self.operations / figures["seconds"]
        self.p50_ms, self.p99_ms = figures["p50_ms"], figures["p99_ms"]
        self.retries = used.retries / self.operations
        self.hash_ms = used.cpu_ms_of_threads(HASHING_THREADS) / self.operations

    @property
    def sum_ms(self):
        return self.cpu_ms + self.database_ms


def measure(house, name, target, script="constant", variables=None, seconds=5, connections=16):
    with house.meter() as used:
        figures = wrk.run(house.issuer + target, script, seconds, connections, variables)
    failed = figures["errors"] + figures["failed"]
    operations = figures["finished"] if figures["finished"] >= 0 else figures["requests"] - failed
    if operations == 0:
        raise RuntimeError(f"{name}: nothing succeeded, {failed} failed")
    cost = Cost(name, house.engine, used, {
        "operations": operations, "failed": failed, "seconds": figures["microseconds"] / 1e6, "p50_ms": figures["p50"] / 1000,
        "p99_ms": figures["p99"] / 1000})
    cost.issued = figures["issued"]
    return cost


class RefreshTokens:
    """A queue of refresh tokens that one drive after the other takes from and adds to."""

    def __init__(self, folder, tokens):
        self.file, self.successors = folder / "tokens", folder / "successors"
        self.tokens = tokens
        self.file.write_text("\n".join(tokens) + "\n")

    @property
    def variables(self):
        return {"TOKENS": self.file, "SUCCESSORS": self.successors}

    def rotate(self, issued):
        """After a drive that sent `issued` tokens. The successors of the last few were not waited for, and are lost."""
        self.tokens = (self.tokens + self.successors.read_text().split())[issued:]
        self.file.write_text("\n".join(self.tokens) + "\n")


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
        return self.refresh_of(RefreshTokens(self.house.folder, self.house.refresh_tokens(4 * self.options["connections"])))

    def refresh_of(self, tokens, **options):
        variables = {"PATH": self.metadata["token_endpoint"], "AUTHORIZATION": KEEPER.authorization, **tokens.variables}
        cost = measure(self.house, "refresh (access and ID token)", "/", "refresh", variables, **{**self.options, **options})
        tokens.rotate(cost.issued)
        return cost

    def single_sign_on(self):
        browser, _ = self.house.signed_in(self.house.usernames[1], PORTAL, PORTAL_SCOPE)
        return self.single_sign_on_of(["; ".join(f"{name}={value}" for name, value in browser.cookies.items())])

    def single_sign_on_of(self, cookies, **options):
        file = self.house.folder / "cookies"
        file.write_text("\n".join(cookies) + "\n")
        redemption = urllib.parse.urlencode({"grant_type": "authorization_code", "redirect_uri": CALLBACK, "code_verifier": VERIFIER})
        variables = {
            "AUTHORIZE": self.house.authorize_target(PORTAL, PORTAL_SCOPE), "COOKIES": file, "TOKEN_PATH": self.metadata["token_endpoint"],
            "USERINFO_PATH": self.metadata["userinfo_endpoint"], "AUTHORIZATION": PORTAL.authorization, "REDEMPTION": redemption + "&code="}
        return measure(self.house, "single sign-on (3 requests)", "/", "single_sign_on", variables, **{**self.options, **options})

    def sign_in_of(self, names, count, seed, **options):
        """Residents called `names` and a number up to `count`, each from an address of its own, which the house must take from the driver."""
        browser = Browser(self.house.port)
        form = {**browser.get("/sign-in").form("/sign-in"), "password": PASSWORD}
        form.pop("identifier", None)
        variables = {
            "COOKIE": "; ".join(f"{name}={value}" for name, value in browser.cookies.items()), "FORM": urllib.parse.urlencode(form), "NAMES": names,
            "COUNT": count, "SEED": seed}
        browser.close()
        return measure(self.house, "password sign-in", "/sign-in", "sign_in", variables, **{**self.options, **options})

    def sign_in_page(self):
        return self.constant("sign-in page", "/sign-in")

    def constant(self, name, target):
        return measure(self.house, name, target, **self.options)
