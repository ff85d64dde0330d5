"""Several nodes on one database: any of them takes any step, and what one counts or is told holds at all."""

import collections
import concurrent.futures
import contextlib
import json
import threading
import time
import urllib.parse

import jwt
import pytest
import requests

from portico_driver import loopback
from portico_driver.nodes import Nodes, running_nodes
from portico_driver.pages import Page
from portico_driver.postgres import fresh_database
from portico_driver.registrations import EVERY_SCOPE, residents
from portico_driver.visitor import Visitor

pytestmark = pytest.mark.chooses_its_engine
CROWD = 30


@contextlib.contextmanager
def empty_database(engine, folder, request):
    """Its URL, and how many nodes are meant for it: a SQLite file is for one machine."""
    if engine == "sqlite":
        yield f"sqlite:{folder / 'portico.db'}", 2
        return
    with fresh_database(request.getfixturevalue("postgres_url")) as url:
        yield url, 3


@pytest.fixture(scope="module", params=["postgres", "sqlite"])
def nodes(request, tmp_path_factory, registrations):
    folder = tmp_path_factory.mktemp(request.param)
    with empty_database(request.param, folder, request) as (url, count), running_nodes(folder, registrations, url, count) as nodes:
        yield nodes


@pytest.fixture(scope="module")
def everybody():
    return residents()


@pytest.fixture
def resident(nodes, everybody):
    person = next(everybody)
    nodes.add_residents([person])
    return person


@pytest.fixture
def strict(nodes, registrations):
    return registrations.agency(nodes, "strict")


@pytest.mark.parametrize("engine", ["postgres", "sqlite"])
@pytest.mark.parametrize("attempt", range(3))
def test_nodes_that_start_at_once_on_an_empty_database_agree(engine, attempt, tmp_path, request):
    with empty_database(engine, tmp_path, request) as (url, count):
        nodes = Nodes(tmp_path, url, count)
        try:
            nodes.start_at_once()
            path = urllib.parse.urlsplit(nodes.metadata["jwks_uri"]).path
            key_sets = [requests.get(node.url(path), timeout=10).json() for node in nodes.nodes]
            assert len(key_sets[0]["keys"]) == 2 and all(each == key_sets[0] for each in key_sets)
        finally:
            nodes.end()


def test_each_step_of_a_sign_in_may_be_taken_by_another_node(nodes, strict, resident):
    """Started at the first, signed in at the second, redeemed at the third, and so on round them; signed out at one, it is at all."""
    visitor = Visitor(nodes.issuer)
    way = nodes.way().lead(visitor.session, strict.http)
    request = strict.request(scope=EVERY_SCOPE, prompt="consent")
    way.to(0)
    page = visitor.open(request.url)
    way.to(1)
    page = visitor.sign_in(page, resident)
    way.to(2)
    arrival = visitor.consent(page)
    way.to(0)
    tokens = strict.redeem(arrival.code, request.verifier).json()
    strict.checked_id_token(tokens["id_token"], nonce=request.parameters["nonce"])
    way.to(1)
    assert strict.userinfo(tokens["access_token"]).json()["email"] == resident.claims["email"]
    way.to(2)
    renewed = strict.refresh(tokens["refresh_token"])
    assert renewed.status_code == 200, renewed.text
    way.to(0)
    assert strict.refresh(renewed.json()["refresh_token"]).status_code == 200
    assert visitor.open(strict.request(prompt="none").url).error is None
    way.to(1)
    home = visitor.open(nodes.url("/"))
    visitor.submit(home.form_to("/sign-out"))
    for number in range(3):
        way.to(number)
        assert visitor.open(strict.request(prompt="none").url).error == "login_required", f"still signed in at node {number}"


def at_once(nodes, agency, form):
    """The same token request from a crowd, spread over the nodes and sent together."""
    together = threading.Barrier(CROWD)
    form, headers = agency.authenticated(form)

    def send(number):
        with requests.Session() as http:
            nodes.way().to(number).lead(http)
            together.wait(timeout=30)
            return http.post(nodes.metadata["token_endpoint"], data=form, headers=headers, timeout=60)

    assert nodes.metadata
    with concurrent.futures.ThreadPoolExecutor(CROWD) as pool:
        return list(pool.map(send, range(CROWD)))


def test_of_many_redemptions_of_one_code_at_once_one_succeeds(nodes, strict, resident):
    request = strict.request()
    code = Visitor(nodes.issuer).authorize(request.url, resident).code
    form = {"grant_type": "authorization_code", "code": code, "redirect_uri": strict.redirect_uri, "code_verifier": request.verifier}
    answers = at_once(nodes, strict, form)
    outcomes = collections.Counter(answer.json().get("error", answer.status_code) for answer in answers)
    print(f"\n{len(nodes.nodes)} nodes, one code, {CROWD} redemptions at once: {dict(outcomes)}")
    assert outcomes == {200: 1, "invalid_grant": CROWD - 1}


def test_many_refreshes_with_one_token_at_once_give_one_successor(nodes, strict, resident):
    """Within the grace each is answered, and with the same token: the family does not split (docs/decisions/0008)."""
    _, tokens = strict.tokens(Visitor(nodes.issuer), resident, scope=EVERY_SCOPE, prompt="consent")
    answers = at_once(nodes, strict, {"grant_type": "refresh_token", "refresh_token": tokens["refresh_token"]})
    outcomes = collections.Counter(answer.json().get("error", answer.status_code) for answer in answers)
    successors = {answer.json()["refresh_token"] for answer in answers if answer.status_code == 200}
    print(f"\n{len(nodes.nodes)} nodes, one refresh token, {CROWD} refreshes at once: {dict(outcomes)}, {len(successors)} successor")
    assert set(outcomes) <= {200, "invalid_grant"} and len(successors) == 1
    assert strict.refresh(successors.pop()).status_code == 200


def guess(nodes, number, name, password):
    visitor = Visitor(nodes.issuer)
    nodes.way().to(number).lead(visitor.session)
    page = visitor.open(nodes.url("/sign-in"))
    return visitor.submit(page.form_to("/sign-in"), identifier=name, password=password)


def is_delayed(place):
    return isinstance(place, Page) and place.status == 429 and int(place.response.headers["Retry-After"]) >= 1


def test_guesses_spread_over_the_nodes_are_delayed_as_at_one(nodes, resident):
    """Five failures are free. Of ten guesses no node sees more than five, so counts of each node's own would delay none of them."""
    delayed = [is_delayed(guess(nodes, number, resident.username, f"guess-{number}")) for number in range(10)]
    print(f"\n{len(nodes.nodes)} nodes, 10 guesses in turn: {delayed.count(False)} looked at")
    assert not any(delayed[:5]) and any(delayed), delayed


def test_guesses_at_once_do_not_outrun_the_count(nodes, resident):
    with concurrent.futures.ThreadPoolExecutor(CROWD) as pool:
        answers = list(pool.map(lambda number: guess(nodes, number, resident.username, f"guess-{number}"), range(CROWD)))
    looked_at = sum(not is_delayed(answer) for answer in answers)
    print(f"\n{len(nodes.nodes)} nodes, {CROWD} guesses at once: {looked_at} looked at")
    assert looked_at < CROWD / 2 and all(answer.status in (422, 429) for answer in answers), [answer.status for answer in answers]


def seconds_until_all(nodes, what, holds):
    """Wait until it holds at every node; how long the slowest took."""
    began = time.monotonic()
    for node in nodes.nodes:
        loopback.wait_for(lambda: holds(node), f"{what} at {node.issuer}", seconds=5)
    taken = time.monotonic() - began
    print(f"\n{len(nodes.nodes)} nodes, {what}: the slowest {taken:.2f} s after the command ended")
    return taken


def test_a_new_key_reaches_all_nodes(nodes, registrations):
    path = urllib.parse.urlsplit(nodes.metadata["jwks_uri"]).path

    def published(node):
        return {key["kid"] for key in requests.get(node.url(path), timeout=10).json()["keys"]}

    def signing_kid(node):
        answer = service_at(nodes, registrations, node).token({"grant_type": "client_credentials"})
        return jwt.get_unverified_header(answer.json()["access_token"])["kid"]

    before = published(nodes.nodes[0])
    nodes.run("keys", "generate", "ES256")
    seconds_until_all(nodes, "a new key is published", lambda node: published(node) - before)
    kid = (published(nodes.nodes[0]) - before).pop()
    nodes.run("keys", "activate", kid, "--immediately")
    seconds_until_all(nodes, "the new key signs", lambda node: signing_kid(node) == kid)


def test_a_new_agency_and_its_removal_reach_all_nodes(nodes, registrations):
    def status(node):
        return service_at(nodes, registrations, node, client_id="late").token({"grant_type": "client_credentials"}).status_code

    file = nodes.folder / "late.json"
    file.write_text(json.dumps([{**registrations.metadata["service"], "client_id": "late"}]))
    assert {status(node) for node in nodes.nodes} == {401}
    nodes.run("clients", "apply", str(file))
    seconds_until_all(nodes, "a new agency is known", lambda node: status(node) == 200)
    nodes.run("clients", "remove", "late")
    seconds_until_all(nodes, "its removal is known", lambda node: status(node) == 401)


def service_at(nodes, registrations, node, client_id="service"):
    service = registrations.agency(nodes, "service")
    service.client_id = client_id
    nodes.way().to(nodes.nodes.index(node)).lead(service.http)
    return service
