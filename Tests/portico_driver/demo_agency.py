"""One `demo-agency` process, registered at a server."""

import os
import pathlib
import secrets
import subprocess

from . import loopback
from .server import REPOSITORY, plain_environment

BINARY = pathlib.Path(os.environ.get("DEMO_AGENCY_BIN", REPOSITORY / ".build/debug/demo-agency"))


class DemoAgency:
    def __init__(self, server, client_id, name, accent):
        self.server, self.client_id, self.name, self.accent = server, client_id, name, accent
        self.port = loopback.free_port()
        self.url = f"http://{loopback.HOST}:{self.port}"
        self.secret = secrets.token_urlsafe(32)
        self.process = None

    @property
    def registration(self):
        return {
            "client_id": self.client_id, "client_name": self.name, "client_secret": self.secret, "client_uri": self.url + "/",
            "redirect_uris": [self.url + "/callback"], "post_logout_redirect_uris": [self.url + "/signed-out"],
            "grant_types": ["authorization_code", "refresh_token"], "response_types": ["code"],
            "token_endpoint_auth_method": "client_secret_basic", "id_token_signed_response_alg": "ES256",
            "scope": "openid profile email address phone offline_access",
        }  # fmt: skip

    def start(self):
        self.log = open(self.server.folder / f"{self.client_id}.log", "ab")
        self.process = subprocess.Popen(
            [BINARY, "--name", self.name, "--accent", self.accent, "--port", str(self.port), "--issuer", self.server.issuer,
             "--client-id", self.client_id, "--scope", "openid profile email phone"],
            env={**plain_environment(), "DEMO_AGENCY_CLIENT_SECRET": self.secret},
            stdin=subprocess.DEVNULL, stdout=self.log, stderr=self.log,
        )  # fmt: skip
        loopback.wait_for(self.is_ready, f"{self.name} answered", seconds=20)
        return self

    def is_ready(self):
        assert self.process.poll() is None, f"{self.name} ended:\n{self.log_text()}"
        return loopback.answers(self.port, "/")

    def log_text(self):
        return (self.server.folder / f"{self.client_id}.log").read_text(errors="replace")[-3000:]

    def end(self):
        if self.process and self.process.poll() is None:
            self.process.terminate()
            self.process.wait(timeout=20)
            self.log.close()
