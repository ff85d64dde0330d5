"""From an empty folder to a crash: what `portico serve` and its commands do to a server's life."""

import concurrent.futures
import json
import os
import signal
import socket
import stat
import subprocess
import threading
import time

import jwt
import pytest
import requests

from portico_driver import loopback
from portico_driver.agency import basic
from portico_driver.registrations import EVERY_SCOPE, residents
from portico_driver.server import BINARY, CHEAP_PASSWORDS, Server, plain_environment
from portico_driver.visitor import Visitor


@pytest.fixture
def server(start_portico):
    return start_portico()


def one_resident(server):
    resident = next(residents())
    server.add_residents([resident])
    return resident


@pytest.mark.chooses_its_engine
def test_serve_works_from_an_empty_folder(tmp_path):
    port = loopback.free_port()
    process = subprocess.Popen(
        [BINARY, "serve"], cwd=tmp_path, env={**plain_environment(), "PORTICO_SERVER_PORT": str(port)},
        stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True,
    )  # fmt: skip
    try:
        loopback.wait_for(lambda: process.poll() is not None or loopback.answers(port, "/readyz"), "an answer", seconds=30)
        metadata = requests.get(f"http://127.0.0.1:{port}/.well-known/openid-configuration", timeout=10).json()
        assert metadata["issuer"] == f"http://127.0.0.1:{port}"
        algorithms = {key["alg"] for key in requests.get(metadata["jwks_uri"], timeout=10).json()["keys"]}
        assert algorithms == {"ES256", "RS256"}
    finally:
        process.send_signal(signal.SIGTERM)
        said, _ = process.communicate(timeout=30)
    assert process.returncode == 0, said
    for made in (tmp_path / "portico.db", tmp_path / "keys/local/master.key"):
        assert stat.S_IMODE(made.stat().st_mode) == 0o600, made
    assert "portico.db" in said and "master.key" in said, f"it did not say what it created:\n{said}"


def test_a_second_start_makes_nothing_anew(server):
    before = server.jwks()
    server.stop()
    server.start()
    assert server.jwks() == before


def test_a_master_key_that_others_can_read_is_refused(server):
    server.stop()
    os.chmod(server.folder / "master.key", 0o644)
    refused = server.run("serve", check=False)
    assert refused.returncode != 0 and "master.key" in refused.stderr


def test_a_lost_master_key_is_not_replaced(server):
    server.stop()
    (server.folder / "master.key").rename(server.folder / "elsewhere")
    refused = server.run("serve", check=False)
    assert refused.returncode != 0 and "master" in refused.stderr


def test_sigterm_answers_what_is_under_way(server):
    """A sign-in that arrived before SIGTERM gets its answer; the process ends with status 0."""
    resident = one_resident(server)
    visitor = Visitor(server.issuer)
    page = visitor.open(server.url("/sign-in"))
    answers = []
    sender = threading.Thread(target=lambda: answers.append(visitor.session.post(
        page.form_to("/sign-in").action, allow_redirects=False, timeout=30, headers={"Origin": server.issuer},
        data={**page.form_to("/sign-in").values(), "identifier": resident.username, "password": resident.password},
    )))  # fmt: skip
    with slow_request(server, "/token", b"grant_type=x") as finish:
        sender.start()
        sender.join(30)
        server.process.send_signal(signal.SIGTERM)
        assert b" 40" in finish()[:20]
    assert server.process.wait(timeout=30) == 0
    assert answers[0].status_code == 303


class slow_request:
    """A request whose body is held back until asked for."""

    def __init__(self, server, path, body):
        self.connection = socket.create_connection((loopback.HOST, server.port), timeout=30)
        head = b"POST %s HTTP/1.1\r\nHost: x\r\nContent-Type: application/x-www-form-urlencoded\r\nContent-Length: %d\r\n\r\n"
        self.body = body
        self.connection.sendall(head % (path.encode(), len(body)) + body[:1])

    def __enter__(self):
        time.sleep(0.3)
        return self.finish

    def finish(self):
        time.sleep(0.3)
        self.connection.sendall(self.body[1:])
        return self.connection.recv(65536)

    def __exit__(self, *_):
        self.connection.close()


def test_after_sigkill_under_load_nothing_acknowledged_is_lost(server, registrations):
    """Many refresh chains run while the process is killed. Whatever was answered works after the restart, and works once."""
    strict = registrations.agency(server, "strict")
    people = [person for person, _ in zip(residents(), range(8))]
    server.add_residents(people)
    chains = [[strict.tokens(Visitor(server.issuer), person, scope=EVERY_SCOPE, prompt="consent")[1]["refresh_token"]] for person in people]
    stop = threading.Event()

    def refresh_on(chain):
        http, headers = requests.Session(), {"Authorization": basic(strict.client_id, strict.secret)}
        while not stop.is_set():
            form = {"grant_type": "refresh_token", "refresh_token": chain[-1]}
            try:
                answer = http.post(server.url("/token"), data=form, headers=headers, timeout=5)
            except requests.RequestException:
                return
            assert answer.status_code == 200, answer.text
            chain.append(answer.json()["refresh_token"])

    with concurrent.futures.ThreadPoolExecutor(len(chains)) as pool:
        running = [pool.submit(refresh_on, chain) for chain in chains]
        loopback.wait_for(lambda: sum(map(len, chains)) > 200, "two hundred refreshes", seconds=60)
        server.kill()
        stop.set()
        for each in running:
            each.result()
    server.start()
    for chain in chains:
        renewed = strict.refresh(chain[-1])
        assert renewed.status_code == 200, f"the last acknowledged token of {len(chain)} is gone: {renewed.text}"
        successor = strict.refresh(renewed.json()["refresh_token"])
        assert successor.status_code == 200
        assert strict.refresh(chain[-1]).json()["error"] == "invalid_grant", "a token worked a second time"


def test_a_code_used_before_a_crash_stays_used(server, registrations):
    strict = registrations.agency(server, "strict")
    request = strict.request()
    code = Visitor(server.issuer).authorize(request.url, one_resident(server)).code
    assert strict.redeem(code, request.verifier).status_code == 200
    server.kill()
    server.start()
    assert strict.redeem(code, request.verifier).json()["error"] == "invalid_grant"


def test_a_session_survives_a_restart(server, registrations):
    first = registrations.agency(server, "first")
    visitor = Visitor(server.issuer)
    first.tokens(visitor, one_resident(server))
    server.stop()
    server.start()
    assert visitor.open(first.request(prompt="none").url).error is None


@pytest.mark.parametrize("settings", [{"server": {"prot": 1}}, {"sever": {"port": 1}}, {"pasword": 1}])
def test_unknown_settings_are_refused_by_name(tmp_path, settings):
    server = Server(tmp_path)
    server.settings_file.write_text(json.dumps(settings))
    name = next(f"{key}.{next(iter(value))}" if isinstance(value, dict) else key for key, value in settings.items())
    for command in ("serve", "config"):
        refused = server.run(command, check=False)
        assert refused.returncode != 0 and name in refused.stderr, refused.stderr


def test_unknown_and_senseless_environment_settings_are_refused_by_name(tmp_path):
    for name, value in (("PORTICO_SERVER_PROT", "1"), ("PORTICO_SERVER_PORT", "many"), ("PORTICO_ISSUER", "http://id.example.org")):
        refused = subprocess.run(
            [BINARY, "config"], cwd=tmp_path, env={**plain_environment(), name: value}, capture_output=True, text=True, timeout=30
        )
        assert refused.returncode != 0 and (name in refused.stderr or name[8:].lower().replace("_", ".") in refused.stderr), refused.stderr


def test_config_prints_what_is_in_force(server):
    printed = server.run("config").stdout
    assert server.issuer in printed and str(CHEAP_PASSWORDS["memory-kib"]) in printed
    assert json.loads(server.run("config", "--json").stdout)


def test_a_running_server_follows_the_keys(server, registrations):
    service = registrations.agency(server, "service")

    def signing_kid():
        return jwt.get_unverified_header(service.token({"grant_type": "client_credentials"}).json()["access_token"])["kid"]

    former = signing_kid()
    generated = find_kid(server.run_json("keys", "generate", "ES256"), exclude=former)
    loopback.wait_for(lambda: generated in {key["kid"] for key in server.jwks()["keys"]}, "the new key in the JWKS", seconds=5)
    assert signing_kid() == former, "a staged key signs"
    assert server.run("keys", "activate", generated, check=False).returncode == 1, "activated before caches of the JWKS can know it"
    server.run("keys", "activate", generated, "--immediately")
    loopback.wait_for(lambda: signing_kid() == generated, "signing with the new key", seconds=5)
    assert former in {key["kid"] for key in server.jwks()["keys"]}, "the former key was withdrawn at once"


def find_kid(answer, exclude):
    """The thumbprint in a command's JSON."""
    text = json.dumps(answer)
    names = {part for part in text.replace('"', " ").replace(",", " ").split() if len(part) == 43} - {exclude}
    assert len(names) == 1, text
    return names.pop()


def test_a_running_server_follows_the_agencies(server, registrations):
    metadata = {**registrations.metadata["service"], "client_id": "late"}
    late = registrations.agency(server, "service")
    late.client_id = "late"
    assert late.token({"grant_type": "client_credentials"}).status_code == 401
    server.apply_clients([metadata])
    loopback.wait_for(lambda: late.token({"grant_type": "client_credentials"}).status_code == 200, "the new agency", seconds=5)
    server.run("clients", "remove", "late")
    loopback.wait_for(lambda: late.token({"grant_type": "client_credentials"}).status_code == 401, "the agency's removal", seconds=5)


def test_a_running_server_follows_a_rotated_secret(server, registrations):
    service = registrations.agency(server, "service")
    former = service.secret
    text = json.dumps(server.run_json("clients", "rotate-secret", "service"))
    service.secret = next(part for part in text.replace('"', " ").replace(",", " ").split() if part.startswith("pcs_"))
    loopback.wait_for(lambda: service.token({"grant_type": "client_credentials"}).status_code == 200, "the new secret", seconds=5)
    service.secret = former
    assert service.token({"grant_type": "client_credentials"}).status_code == 401


def test_disabling_a_resident_ends_their_sessions(server, registrations):
    first, resident, visitor = registrations.agency(server, "first"), one_resident(server), Visitor(server.issuer)
    first.tokens(visitor, resident)
    server.run("residents", "disable", resident.username)
    assert visitor.open(first.request(prompt="none").url).error == "login_required"


def test_health_tells_nothing_else(server):
    for path in ("/livez", "/readyz"):
        answer = requests.get(server.url(path), timeout=10)
        assert answer.status_code == 200 and len(answer.content) < 200
        assert "Set-Cookie" not in answer.headers and "Server" not in answer.headers


def test_private_keys_and_passwords_are_not_in_the_database_in_clear(server, registrations):
    resident = one_resident(server)
    strict = registrations.agency(server, "strict")
    _, tokens = strict.tokens(Visitor(server.issuer), resident, scope=EVERY_SCOPE, prompt="consent")
    server.stop()
    stored = everything_stored(server)
    assert resident.username.encode() in stored
    for secret in (resident.password, strict.secret, tokens["refresh_token"], tokens["access_token"]):
        assert secret.encode() not in stored
    assert b"PRIVATE KEY" not in stored and (server.folder / "master.key").read_bytes() not in stored


def everything_stored(server):
    url = json.loads(server.settings_file.read_text())["database"]["url"]
    if url.startswith("sqlite:"):
        return b"".join(file.read_bytes() for file in server.folder.glob("portico.db*"))
    return subprocess.run(["pg_dump", "--dbname", url], stdin=subprocess.DEVNULL, capture_output=True, check=True, timeout=60).stdout
