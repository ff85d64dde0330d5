"""A Portico of its own for the benchmark: a new folder, real settings, agencies and residents registered by the commands an operator uses."""

import base64
import hashlib
import http.client
import json
import os
import pathlib
import shutil
import socket
import subprocess
import tempfile
import time
import urllib.parse

import process
from browser import Browser
from engines import Postgres, SQLite

PASSWORD = "a long walk by the quiet river"
CALLBACK = "http://127.0.0.1:9/callback"
VERIFIER = "b3" * 32
CHALLENGE = base64.urlsafe_b64encode(hashlib.sha256(VERIFIER.encode()).digest()).rstrip(b"=").decode()


class Agency:
    """A registered client and how it authenticates."""

    def __init__(self, client_id, secret, **metadata):
        self.client_id = client_id
        self.secret = secret
        self.metadata = metadata

    @property
    def registration(self):
        return {"client_id": self.client_id, "client_secret": self.secret, "token_endpoint_auth_method": "client_secret_basic", **self.metadata}

    @property
    def authorization(self):
        return "Basic " + base64.b64encode(f"{self.client_id}:{self.secret}".encode()).decode()


def secret_of(name):
    """No secret worth keeping: the house lives for minutes on loopback."""
    return hashlib.sha256(f"benchmark {name} {os.getpid()}".encode()).hexdigest()


PORTAL_SCOPE = "openid profile email"
KEEPER_SCOPE = "openid profile email offline_access"
MACHINE = Agency(
    "records-service", secret_of("machine"), client_name="Records service", grant_types=["client_credentials"], response_types=[],
    redirect_uris=[], scope="records:read", access_token_audience=["https://records.example"])
PORTAL = Agency(
    "city-portal", secret_of("portal"), client_name="City portal", redirect_uris=[CALLBACK], grant_types=["authorization_code"],
    response_types=["code"], id_token_signed_response_alg="ES256", scope=PORTAL_SCOPE)
KEEPER = Agency(
    "benefits-app", secret_of("keeper"), client_name="Benefits app", redirect_uris=[CALLBACK],
    grant_types=["authorization_code", "refresh_token"], response_types=["code"], id_token_signed_response_alg="ES256",
    scope=KEEPER_SCOPE)


class House:
    """A running `portico serve` and the folder it lives in."""

    def __init__(self, binary, parent, residents=64, cluster=None, settings=None):
        """In SQLite, or in a new database of `cluster`. `settings` are further ones, by their names in the environment."""
        self.binary = pathlib.Path(binary).resolve()
        self.folder = pathlib.Path(tempfile.mkdtemp(prefix="portico-bench-", dir=parent))
        self.engine = Postgres(cluster) if cluster else SQLite(self.folder)
        self.settings = settings or {}
        self.port = free_port()
        self.usernames = [f"resident-{number:03}" for number in range(residents)]
        self.server = None
        self._log = open(self.folder / "server.log", "w")

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.stop()
        self._log.close()
        shutil.rmtree(self.folder)

    @property
    def issuer(self):
        return f"http://127.0.0.1:{self.port}"

    @property
    def pid(self):
        return self.server.pid

    def meter(self):
        """Of the server and of its database."""
        return process.Meter(self.pid, self.engine)

    def furnish(self):
        """Database, keys, agencies and the residents of `usernames`."""
        clients = self.folder / "clients.json"
        clients.write_text(json.dumps([agency.registration for agency in (MACHINE, PORTAL, KEEPER)]))
        self.command("clients", "apply", str(clients))
        people = self.folder / "residents.jsonl"
        people.write_text("".join(json.dumps(resident(name)) + "\n" for name in self.usernames))
        self.command("residents", "import", str(people))

    def command(self, *arguments):
        finished = subprocess.run(
            [self.binary, *arguments], cwd=self.folder, env=self._environment, capture_output=True, text=True, timeout=600)
        if finished.returncode != 0:
            raise RuntimeError(f"portico {' '.join(arguments)}: {finished.stderr or finished.stdout}")

    def start(self, prefix=()):
        """Starts the server, below the command `prefix` if there is one. The milliseconds from exec to the first answer."""
        begin = time.monotonic()
        self.server = subprocess.Popen(
            [*prefix, self.binary, "serve"], cwd=self.folder, env=self._environment, stdin=subprocess.DEVNULL, stdout=self._log, stderr=self._log)
        while not self._answers():
            if self.server.poll() is not None or time.monotonic() - begin > 60:
                raise RuntimeError("portico serve did not start:\n" + (self.folder / "server.log").read_text()[-2000:])
            time.sleep(0.001)
        return (time.monotonic() - begin) * 1000

    def stop(self):
        if self.server is not None:
            process.stop(self.server)
            self.server = None

    def _answers(self):
        try:
            connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=5)
            connection.request("GET", "/livez")
            return connection.getresponse().status == 200
        except OSError:
            return False

    @property
    def _environment(self):
        kept = {name: value for name, value in os.environ.items() if not name.startswith("PORTICO_")}
        return {**kept, "PORTICO_SERVER_PORT": str(self.port), **self.engine.settings, **self.settings}

    def metadata(self):
        return json.loads(Browser(self.port).get("/.well-known/openid-configuration").body)

    def path(self, endpoint):
        """The path of an endpoint that discovery names."""
        return urllib.parse.urlsplit(self.metadata()[endpoint]).path

    def authorize_target(self, agency, scope):
        query = {
            "response_type": "code", "client_id": agency.client_id, "redirect_uri": CALLBACK, "scope": scope, "state": "s" * 22,
            "nonce": "n" * 22, "code_challenge": CHALLENGE, "code_challenge_method": "S256"}
        return self.path("authorization_endpoint") + "?" + urllib.parse.urlencode(query)

    def signed_in(self, username, agency, scope):
        """A browser whose resident has signed in and allowed `agency` what it asks for, and the code that came of it."""
        browser = Browser(self.port)
        target = self.authorize_target(agency, scope)
        page = browser.get(target)
        form = {**page.form("/sign-in"), "identifier": username, "password": PASSWORD}
        answer = follow(browser, browser.post("/sign-in", form))
        if answer.status == 200:
            answer = browser.post("/consent", {**answer.form("/consent"), "decision": "allow"})
        return browser, code_of(answer)

    def refresh_tokens(self, count):
        """`count` refresh tokens, each of a grant of its own."""
        browser, _ = self.signed_in(self.usernames[0], KEEPER, KEEPER_SCOPE)
        target, token_path = self.authorize_target(KEEPER, KEEPER_SCOPE), self.path("token_endpoint")
        tokens = []
        for _ in range(count):
            fields = {
                "grant_type": "authorization_code", "code": code_of(browser.get(target)), "redirect_uri": CALLBACK, "code_verifier": VERIFIER}
            answer = browser.post(token_path, fields, {"Authorization": KEEPER.authorization})
            tokens.append(json.loads(answer.body)["refresh_token"])
        return tokens


def resident(username):
    return {
        "username": username, "password": PASSWORD, "email": f"{username}@example.org", "email_verified": True, "given_name": "Noor",
        "family_name": "Haddad", "birthdate": "1984-02-29", "phone_number": "+15550100", "locale": "en", "zoneinfo": "Europe/Paris",
        "address": {"street_address": "1 Quiet Street", "locality": "Riverside", "postal_code": "12345", "country": "FR"}}


def follow(browser, answer):
    """Follows redirects that stay with the provider."""
    while answer.status == 303 and not answer.location.startswith(CALLBACK):
        answer = browser.get(answer.location)
    return answer


def code_of(answer):
    query = urllib.parse.parse_qs(urllib.parse.urlsplit(answer.location).query)
    if "code" not in query:
        raise RuntimeError(f"no code: status {answer.status}, location {answer.location!r}")
    return query["code"][0]


def free_port():
    with socket.socket() as listener:
        listener.bind(("127.0.0.1", 0))
        return listener.getsockname()[1]
