"""Whole sign-ins while things break: people and agencies who ask again when they got no answer, and a record of every answer."""

import collections
import concurrent.futures
import dataclasses
import json
import threading
import time
import urllib.parse

import requests

from . import loopback
from .registrations import EVERY_SCOPE
from .visitor import Visitor

ATTEMPTS = 60


class Record:
    """What was answered to everybody."""

    def __init__(self):
        self.lock = threading.Lock()
        self.counts = collections.Counter()
        self.faults = []
        self.redemptions = collections.defaultdict(list)

    def count(self, what, number=1):
        with self.lock:
            self.counts[what] += number

    def note(self, method, url, form, answer, attempt):
        path = urllib.parse.urlsplit(url).path
        fault = fault_of(answer)
        with self.lock:
            self.counts["requests"] += 1
            self.counts[f"answers {answer.status_code}"] += 1
            if attempt:
                self.counts["repeated requests"] += 1
            if fault:
                self.faults.append(f"{method} {path}: {answer.status_code} {fault}: {answer.text[:300]}")
            if form.get("code"):
                self.redemptions[form["code"]].append(answer.status_code)

    def was_unanswered(self, code):
        """Whether an attempt to redeem the code ended without the word of a node."""
        with self.lock:
            return any(status >= 500 for status in self.redemptions[code])

    def text(self):
        return json.dumps(dict(sorted(self.counts.items())))


def fault_of(answer):
    """What is wrong with a failure; None where it is a clean one. Failures of the balancer's own are always clean."""
    if answer.status_code < 500 or "X-Balancer" in answer.headers:
        return None
    if answer.status_code != 503:
        return "is no clean failure"
    if not answer.headers.get("Retry-After", "").isdecimal():
        return "without Retry-After"
    kind = answer.headers.get("Content-Type", "")
    if kind.startswith("application/json"):
        return None if answer.json().get("error") == "temporarily_unavailable" else "with another error"
    return None if kind.startswith("text/html") else "is neither an OAuth error nor a page"


class Persistent(requests.Session):
    """Asks again, with the same words, while the answer is that nobody could answer."""

    def __init__(self, record, headers=None):
        super().__init__()
        self.trust_env = False
        self.headers.update(headers or {})
        self.record = record

    def request(self, method, url, **options):
        for attempt in range(ATTEMPTS):
            answer = super().request(method, url, **options)
            self.record.note(method.upper(), url, options.get("data") or {}, answer, attempt)
            if answer.status_code not in (502, 503):
                return answer
            time.sleep(min(0.1 * (attempt + 1), 1))
        raise AssertionError(f"{method} {url} was not answered in {ATTEMPTS} attempts")


@dataclasses.dataclass
class Stay:
    """A sign-in that came to its end: the browser, and the refresh tokens in the order in which they were received."""

    visitor: Visitor
    subject: str
    refresh_tokens: list


class Worker:
    """Signs in its own residents at one agency, again and again."""

    def __init__(self, server, agency, people, record):
        self.server, self.agency, self.people, self.record = server, agency, people, record
        self.agency.http = Persistent(record)
        self.stays = []

    def work_until(self, is_over):
        """At most three minutes, of which some ten seconds should do."""
        end = time.monotonic() + 180
        while not is_over() and time.monotonic() < end:
            self.stays.append(self.sign_in(self.people[len(self.stays) % len(self.people)]))
            self.record.count("whole sign-ins")

    def sign_in(self, person):
        visitor = Visitor(self.server.issuer)
        visitor.session = Persistent(self.record, visitor.session.headers)
        tokens = self.tokens(visitor, person)
        told = self.agency.userinfo(tokens["access_token"])
        assert told.status_code == 200, told.text
        assert told.json()["email"] == person.claims["email"]
        stay = Stay(visitor, told.json()["sub"], [tokens["refresh_token"]])
        for _ in range(2):
            self.refresh(stay)
        return stay

    def tokens(self, visitor, person):
        """A code whose redemption was not answered may be spent; then the way is gone again, as an agency would."""
        for _ in range(ATTEMPTS):
            request = self.agency.request(scope=EVERY_SCOPE, prompt="consent")
            arrival = visitor.authorize(request.url, person)
            if arrival.error == "temporarily_unavailable":
                self.record.count("agencies told temporarily_unavailable")
                continue
            assert arrival.error is None, arrival.parameters
            self.record.count("codes received")
            answer = self.agency.redeem(arrival.code, request.verifier)
            if answer.status_code == 200:
                self.record.count("codes redeemed")
                return answer.json()
            assert answer.status_code == 400 and answer.json()["error"] == "invalid_grant", answer.text
            assert self.record.was_unanswered(arrival.code), f"a code that was never used is refused: {answer.text}"
            self.record.count("codes spent by a lost answer")
        raise AssertionError("no code could be redeemed")

    def refresh(self, stay):
        answer = self.agency.refresh(stay.refresh_tokens[-1])
        assert answer.status_code == 200, f"refresh {len(stay.refresh_tokens)}: {answer.status_code} {answer.text}"
        stay.refresh_tokens.append(answer.json()["refresh_token"])
        self.record.count("refreshes")

    def is_signed_in(self, stay):
        answer = stay.visitor.open(self.agency.request(prompt="none").url)
        self.record.count("silent codes received", answer.error is None)
        return answer.error is None


class Storm:
    """Lets workers work, and meanwhile kills each node twice in turn and crashes the database once. Every blow waits until sign-ins
    came to their end since the last: so each falls on work."""

    def __init__(self, nodes, workers, record, cluster=None):
        self.nodes, self.workers, self.record, self.cluster = nodes, workers, record, cluster
        self.failed = threading.Event()

    def rage(self, sign_ins):
        """Until all blows have fallen and so many sign-ins are done."""
        with concurrent.futures.ThreadPoolExecutor(len(self.workers) + 1) as pool:
            blows = pool.submit(self.guarded, self.strike)
            working = [pool.submit(self.guarded, each.work_until, lambda: self.is_over(blows, sign_ins)) for each in self.workers]
            for each in [*working, blows]:
                each.result()
        assert self.record.counts["whole sign-ins"] >= sign_ins, self.record.text()

    def guarded(self, work, *arguments):
        try:
            work(*arguments)
        except BaseException:
            self.failed.set()
            raise

    def is_over(self, blows, sign_ins):
        return self.failed.is_set() or (blows.done() and self.record.counts["whole sign-ins"] >= sign_ins)

    def strike(self):
        for again in (False, True):
            for node in self.nodes.nodes:
                self.let_work_go_on()
                node.kill()
                self.record.count("nodes killed")
                self.let_work_go_on()
                node.start()
                self.record.count("nodes restarted")
            if self.cluster and not again:
                self.let_work_go_on()
                self.cluster.restart("immediate")
                self.record.count("database crashes")
        self.let_work_go_on()

    def let_work_go_on(self, more=4):
        wanted = self.record.counts["whole sign-ins"] + more
        loopback.wait_for(
            lambda: self.failed.is_set() or self.record.counts["whole sign-ins"] >= wanted, f"{more} more sign-ins", seconds=60
        )
        assert not self.failed.is_set(), "a worker failed"
