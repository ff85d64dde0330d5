"""Upgrades without downtime: the program that knew the schema before its last change, and today's, on one database."""

import contextlib
import os
import pathlib
import subprocess

import pytest

from portico_driver import loopback
from portico_driver.nodes import running_nodes
from portico_driver.postgres import fresh_database
from portico_driver.registrations import EVERY_SCOPE, residents
from portico_driver.server import BINARY, REPOSITORY
from portico_driver.storm import Record, Storm, Worker
from portico_driver.visitor import Visitor

pytestmark = pytest.mark.chooses_its_engine
WORKERS, PEOPLE_EACH, SIGN_INS = 3, 3, 20


@pytest.fixture(scope="module")
def previous():
    """The program before, and the version of the schema that it knows."""
    binary = os.environ.get("PREVIOUS_PORTICO_BIN") or subprocess.run(
        [REPOSITORY / "scripts/previous-program"], stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, text=True, check=True, timeout=1800
    ).stdout.strip()  # fmt: skip
    words = (REPOSITORY / "Tests/previous-program").read_text().split()
    return pathlib.Path(binary), int(words[words.index("version") + 1])


@pytest.fixture(params=["postgres", "sqlite"])
def nodes(request, tmp_path, registrations, previous):
    """Two nodes of the program before, at work on a database that it made."""
    with contextlib.ExitStack() as stack:
        url = f"sqlite:{tmp_path / 'portico.db'}"
        if request.param == "postgres":
            url = stack.enter_context(fresh_database(request.getfixturevalue("postgres_url")))
        patient = {"tokens": {"code-seconds": 600, "refresh-grace-seconds": 60}}
        yield stack.enter_context(running_nodes(tmp_path, registrations, url, 2, patient, previous[0]))


class Rollout(Storm):
    """What an operator does: the schema first, then one node after the other, as sign-ins go on."""

    def strike(self):
        self.let_work_go_on()
        self.nodes.binary = BINARY
        self.nodes.run("migrate")
        self.let_work_go_on()
        # A node of the program before may have to start again in the middle of it.
        self.replace(self.nodes.nodes[0], self.nodes.nodes[0].binary)
        for node in self.nodes.nodes:
            self.replace(node, BINARY)

    def replace(self, node, binary):
        node.stop()
        node.binary = binary
        node.start()
        self.record.count("nodes started")
        self.let_work_go_on()


def test_a_rollout_under_work_loses_nothing(nodes, registrations, previous):
    people = [person for person, _ in zip(residents(), range(WORKERS * PEOPLE_EACH))]
    nodes.add_residents(people)
    record = Record()
    workers = [Worker(nodes, registrations.agency(nodes, "strict"), people[number::WORKERS], record) for number in range(WORKERS)]
    Rollout(nodes, workers, record).rage(SIGN_INS)
    stays = [(worker, stay) for worker in workers for stay in worker.stays]
    for worker, stay in stays:
        worker.refresh(stay)
        assert worker.is_signed_in(stay), f"the session of {stay.subject} is gone"
    print(f"\nrollout from version {previous[1]}: {record.text()}")
    assert not record.faults, record.faults[:10]
    assert record.counts["nodes started"] == 3
    assert not any(answers.count(200) > 1 for answers in record.redemptions.values()), "a code was redeemed twice"


def test_the_plan_says_what_the_program_before_may_do_and_changes_nothing(nodes, previous):
    nodes.binary = BINARY
    for _ in range(2):
        plan = nodes.run_json("migrate", "--plan")
        assert plan["version_before"] == previous[1] and not plan["applied"]
        assert [step["version"] for step in plan["steps"]] == [previous[1] + 1]
        assert all(step["oldest_program"] <= previous[1] for step in plan["steps"]), "the program before would not work on"
    assert "keep working" in nodes.run("migrate", "--plan").stdout
    refused = nodes.run("keys", "list", check=False)
    assert refused.returncode == 69 and "portico migrate" in refused.stderr, refused.stderr
    assert nodes.run_json("migrate")["applied"]
    assert nodes.run_json("migrate", "--plan")["steps"] == []
    assert nodes.run("keys", "list").returncode == 0


def test_one_sign_in_crosses_from_program_to_program(nodes, registrations, previous):
    """Begun at the program before, signed in at today's, allowed at the one before, redeemed at today's, refreshed at the one before."""
    nodes.nodes[1].stop()
    nodes.nodes[1].binary = BINARY
    nodes.nodes[1].start()
    person, strict, visitor = next(residents()), registrations.agency(nodes, "strict"), Visitor(nodes.issuer)
    nodes.binary = BINARY
    nodes.add_residents([person])
    way = nodes.way().lead(visitor.session, strict.http)
    request = strict.request(scope=EVERY_SCOPE, prompt="consent")
    before, today = 0, 1
    way.to(before)
    page = visitor.open(request.url)
    way.to(today)
    page = visitor.sign_in(page, person)
    way.to(before)
    arrival = visitor.consent(page)
    way.to(today)
    tokens = strict.redeem(arrival.code, request.verifier).json()
    strict.checked_id_token(tokens["id_token"], nonce=request.parameters["nonce"])
    for node in (before, today):
        way.to(node)
        assert strict.userinfo(tokens["access_token"]).status_code == 200
        tokens |= strict.refresh(tokens["refresh_token"]).json()
    loopback.wait_for(nodes.nodes[before].is_ready, "the program before answers", seconds=5)
