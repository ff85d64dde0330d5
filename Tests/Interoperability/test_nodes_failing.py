"""Nodes and their database fail: nothing that was acknowledged is lost or happens twice, and every failure is a clean one."""

import json

import pytest
import requests

from portico_driver import loopback
from portico_driver.nodes import running_nodes
from portico_driver.postgres import Cluster, query
from portico_driver.registrations import EVERY_SCOPE, residents
from portico_driver.storm import Record, Storm, Worker, fault_of
from portico_driver.visitor import Visitor

pytestmark = pytest.mark.chooses_its_engine

# Whoever asks again after a lost answer must not come too late on a slow machine.
PATIENT = {"tokens": {"code-seconds": 600, "refresh-grace-seconds": 60}}


@pytest.fixture
def cluster():
    """A cluster of the test's own, to be broken."""
    cluster = Cluster()
    try:
        yield cluster.start()
    finally:
        cluster.end()


@pytest.mark.parametrize("end", [Cluster.halt, Cluster.kill], ids=["halted", "killed"])
def test_while_postgresql_is_away_nodes_say_so_and_come_back_by_themselves(end, tmp_path, registrations, cluster):
    with running_nodes(tmp_path, registrations, cluster.url, 2, PATIENT) as nodes:
        person, visitor, strict = next(residents()), Visitor(nodes.issuer), registrations.agency(nodes, "strict")
        nodes.add_residents([person])
        _, tokens = strict.tokens(visitor, person, scope=EVERY_SCOPE, prompt="consent")
        assert visitor.open(strict.request(prompt="none").url).error is None
        end(cluster)
        for node in nodes.nodes:
            loopback.wait_for(lambda: requests.get(node.url("/readyz"), timeout=30).status_code == 503, "a node was not ready")
            assert requests.get(node.url("/livez"), timeout=30).status_code == 200
            assert requests.get(node.url("/.well-known/openid-configuration"), timeout=30).status_code == 200
            nodes.way().to(nodes.nodes.index(node)).lead(strict.http, visitor.session)
            refused = [
                strict.refresh(tokens["refresh_token"]), strict.userinfo(tokens["access_token"]), visitor.session.get(nodes.url("/")),
                visitor.open(strict.request(prompt="none").url).response,
            ]  # fmt: skip
            assert [(answer.status_code, fault_of(answer)) for answer in refused] == [(503, None)] * 4, [answer.text for answer in refused]
        cluster.start()
        for node in nodes.nodes:
            loopback.wait_for(node.is_ready, "the node was ready again", seconds=20)
            nodes.way().to(nodes.nodes.index(node)).lead(strict.http, visitor.session)
            assert visitor.open(strict.request(prompt="none").url).error is None
            assert strict.refresh(tokens["refresh_token"]).status_code == 200


def test_a_storm_loses_and_doubles_nothing_that_was_acknowledged(tmp_path, registrations, cluster):
    """Whole sign-ins through the balancer while each node is killed twice, and PostgreSQL crashes once."""
    with running_nodes(tmp_path, registrations, cluster.url, 3, PATIENT) as nodes:
        record = weather_the_storm(nodes, registrations, cluster)
        judge_the_database(cluster.url, record)


WORKERS, PEOPLE_EACH, SIGN_INS = 8, 4, 80


def weather_the_storm(nodes, registrations, cluster):
    people = [person for person, _ in zip(residents(), range(WORKERS * PEOPLE_EACH))]
    nodes.add_residents(people)
    record = Record()
    workers = [Worker(nodes, registrations.agency(nodes, "strict"), people[number::WORKERS], record) for number in range(WORKERS)]
    Storm(nodes, workers, record, cluster).rage(SIGN_INS)
    during = record.text()
    stays = [(worker, stay) for worker in workers for stay in worker.stays]
    for worker, stay in stays:
        worker.refresh(stay)
        assert worker.is_signed_in(stay), f"the session of {stay.subject} is gone"
    print(f"\nstorm: {during}\nbalancer: {json.dumps(dict(sorted(nodes.balancer.counts.items())))}")
    print(f"afterwards: {len(stays)} sessions and families live")
    assert not record.faults, record.faults[:10]
    twice = {code: answers for code, answers in record.redemptions.items() if answers.count(200) > 1}
    assert not twice, f"codes redeemed twice: {list(twice.values())}"
    assert all(node.process.poll() is None for node in nodes.nodes)
    return record


def judge_the_database(database, record):
    """What the tables say agrees with what was acknowledged."""

    def number(statement):
        return int(query(database, statement)[0][0])

    used = number("SELECT count(*) FROM authorization_code WHERE used_at IS NOT NULL")
    granted = number("SELECT count(*) FROM audit_event WHERE kind = 'authorization.granted'")
    first_tokens = number("SELECT count(*) FROM refresh_token WHERE generation = 0")
    sign_ins = number("SELECT count(*) FROM audit_event WHERE kind = 'resident.signed_in'")
    families = number("SELECT count(DISTINCT grant_id) FROM refresh_token")
    print(f"database: {used} codes used, {granted} granted, {families} families, {sign_ins} sign-ins")
    assert used >= record.counts["codes redeemed"]
    assert granted >= record.counts["codes received"] + record.counts["silent codes received"]
    assert sign_ins >= record.counts["whole sign-ins"]
    assert first_tokens == families <= used, "a code began two families"
