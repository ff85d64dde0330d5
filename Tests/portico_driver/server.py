"""One `portico serve` in a folder of its own, and the commands that operate on it."""

import functools
import json
import os
import pathlib
import signal
import subprocess
import urllib.parse

import requests

from . import loopback

REPOSITORY = pathlib.Path(__file__).resolve().parents[2]
BINARY = pathlib.Path(os.environ.get("TEST_PORTICO_BIN", REPOSITORY / ".build/debug/portico"))

# Cheap on purpose: what these tests look at is not the cost of a hash.
CHEAP_PASSWORDS = {"memory-kib": 1024, "iterations": 1}


class Server:
    """A server process, its settings file, database and keys."""

    def __init__(self, folder, settings=None, binary=BINARY):
        self.folder = pathlib.Path(folder)
        self.port = loopback.free_port()
        self.issuer = f"http://{loopback.HOST}:{self.port}"
        self.process = None
        self.binary = binary
        self.settings_file = self.folder / "portico.yaml"
        self.write_settings(settings or {})

    def write_settings(self, settings):
        merged = {
            "server": {"host": loopback.HOST, "port": self.port},
            "issuer": self.issuer,
            "database": {"url": f"sqlite:{self.folder / 'portico.db'}"},
            "keys": {"master-file": str(self.folder / "master.key")},
            "password": dict(CHEAP_PASSWORDS),
        }
        for name, value in settings.items():
            merged[name] = {**merged[name], **value} if isinstance(value, dict) and name in merged else value
        # JSON is YAML.
        self.settings_file.write_text(json.dumps(merged, indent=2))

    def start(self):
        self.log = open(self.folder / "portico.log", "ab")
        self.process = subprocess.Popen(
            [self.binary, "serve", "--config", self.settings_file],
            cwd=self.folder, stdin=subprocess.DEVNULL, stdout=self.log, stderr=self.log, env=plain_environment(),
        )  # fmt: skip
        loopback.wait_for(self.is_ready, "portico serve became ready", seconds=30)
        return self

    def is_ready(self):
        assert self.process.poll() is None, f"portico serve ended with {self.process.returncode}:\n{self.log_text()[-3000:]}"
        return loopback.answers(self.port, "/readyz")

    def stop(self):
        """SIGTERM, and the end it must come to."""
        self.process.send_signal(signal.SIGTERM)
        status = self.process.wait(timeout=30)
        self.log.close()
        assert status == 0, f"after SIGTERM portico serve ended with {status}:\n{self.log_text()[-3000:]}"

    def kill(self):
        self.process.kill()
        self.process.wait(timeout=30)
        self.log.close()

    def end(self):
        """For a fixture's last line: whatever state the test left it in."""
        if self.process and self.process.poll() is None:
            try:
                self.stop()
            finally:
                if self.process.poll() is None:
                    self.kill()

    def log_text(self):
        return (self.folder / "portico.log").read_text(errors="replace")

    # Commands

    def run(self, *arguments, text="", check=True):
        """`portico ARGUMENTS --config …`; what is on standard input is `text`."""
        finished = subprocess.run(
            [self.binary, *arguments, "--config", self.settings_file],
            cwd=self.folder, input=text, capture_output=True, text=True, timeout=60, env=plain_environment(),
        )  # fmt: skip
        if check:
            assert finished.returncode == 0, f"portico {' '.join(map(str, arguments))}: {finished.stderr}{finished.stdout}"
        return finished

    def run_json(self, *arguments, text=""):
        return json.loads(self.run(*arguments, "--json", text=text).stdout)

    def apply_clients(self, clients):
        file = self.folder / "clients.json"
        file.write_text(json.dumps(clients))
        self.run("clients", "apply", str(file))
        known = next((client for client in clients if "client_secret" in client), None)
        if known and self.process and self.process.poll() is None:
            loopback.wait_for(lambda: self.knows(known), f"the running server knew {known['client_id']}", seconds=5)

    def knows(self, client):
        """Whether the client's secret is accepted; the request itself cannot succeed."""
        form, authentication = {"grant_type": "refresh_token", "refresh_token": "none"}, None
        if client["token_endpoint_auth_method"] == "client_secret_post":
            form |= {"client_id": client["client_id"], "client_secret": client["client_secret"]}
        else:
            authentication = tuple(urllib.parse.quote_plus(client[part]) for part in ("client_id", "client_secret"))
        answer = requests.post(self.url("/token"), data=form, auth=authentication, timeout=10)
        return answer.json()["error"] != "invalid_client"

    def add_residents(self, residents):
        claims = self.folder / "residents.jsonl"
        lines = [{"username": each.username, "password": each.password, **each.claims} for each in residents]
        claims.write_text("".join(json.dumps(line) + "\n" for line in lines))
        self.run("residents", "import", str(claims))

    # Addresses

    def url(self, path):
        return self.issuer + path

    @functools.cached_property
    def metadata(self):
        return requests.get(self.url("/.well-known/openid-configuration"), timeout=10).json()

    def jwks(self):
        return requests.get(self.metadata["jwks_uri"], timeout=10).json()


def plain_environment():
    """The environment without settings that the caller's shell may hold."""
    return {name: value for name, value in os.environ.items() if not name.startswith("PORTICO_")}
