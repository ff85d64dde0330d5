"""Password sign-ins: what one costs beyond its hash, how the rest fares while they saturate the pool, and what five times too many do."""

import collections
import concurrent.futures
import copy
import itertools
import threading
import time

from browser import Browser
from house import PASSWORD
from work import Cost


class Door:
    """One resident before the sign-in form, in a browser that has fetched it. Each calls from an address of its own, as in life."""

    def __init__(self, house, number):
        username = house.usernames[number % len(house.usernames)]
        self.browser = Browser(house.port, address=f"127.0.{1 + number // 250}.{1 + number % 250}")
        page = self.browser.get("/sign-in")
        self.form = {**page.form("/sign-in"), "identifier": username, "password": PASSWORD}
        self.anonymous = dict(self.browser.cookies)

    def sign_in(self):
        """(answer, milliseconds) of sending the form as someone who is not signed in."""
        self.browser.cookies = dict(self.anonymous)
        begin = time.monotonic()
        answer = self.browser.post("/sign-in", self.form)
        return answer, (time.monotonic() - begin) * 1000

    def is_in(self):
        return self.browser.get("/").status == 200

    def close(self):
        self.browser.close()


def percentile(values, share):
    ordered = sorted(values)
    return ordered[min(len(ordered) - 1, int(share * len(ordered)))] if ordered else float("nan")


class SignInCost:
    """`cost` is the whole sign-in, `hash_ms` what its hashing threads took of it, `beyond` the same sign-in without that."""

    def __init__(self, cost, hash_ms):
        self.cost, self.hash_ms = cost, hash_ms
        self.beyond = copy.copy(cost)
        self.beyond.cpu_ms -= hash_ms


def measure_sign_in(house, count=48, at_once=2):
    """The hash is told from the rest by thread, since a hash takes a hundred times the rest and varies by more than that."""
    doors = [Door(house, number) for number in range(count)]
    for door in doors[:at_once]:
        door.sign_in()
    with concurrent.futures.ThreadPoolExecutor(at_once) as pool, house.meter() as used:
        outcomes = list(pool.map(lambda door: door.sign_in(), doors))
    for door in doors:
        door.close()
    failed = sum(answer.status != 303 for answer, _ in outcomes)
    if failed:
        raise RuntimeError(f"{failed} of {count} sign-ins failed: {collections.Counter(answer.status for answer, _ in outcomes)}")
    times = [time for _, time in outcomes]
    cost = Cost("password sign-in", house.engine, used, {
        "operations": count, "failed": 0, "seconds": used.seconds, "p50_ms": percentile(times, 0.5), "p99_ms": percentile(times, 0.99)})
    return SignInCost(cost, cost.hash_ms)


def measure_beside_sign_ins(house, workload, seconds=8, at_once=8):
    """The token endpoint at a steady rate while more sign-ins than there are workers keep every one busy. (Cost, sign-ins done.)"""
    doors = [Door(house, number) for number in range(at_once)]
    stopping = threading.Event()

    def keep_signing_in(door):
        done = 0
        while not stopping.is_set():
            done += door.sign_in()[0].status == 303
        return done

    with concurrent.futures.ThreadPoolExecutor(at_once) as pool:
        running = [pool.submit(keep_signing_in, door) for door in doors]
        time.sleep(0.5)
        try:
            cost = workload.client_credentials(seconds=seconds, connections=4, variables={"PAUSE": 20})
        finally:
            stopping.set()
        done = sum(job.result() for job in running)
    for door in doors:
        door.close()
    cost.name = "client_credentials beside sign-ins"
    return cost, done


class Overload:
    """What became of the sign-ins that were offered."""

    def __init__(self, offered, answers, latencies, signed_in_for_real):
        statuses = collections.Counter(answer.status for answer in answers if answer is not None)
        self.offered = offered
        self.signed_in = statuses.pop(303, 0)
        self.busy = statuses.pop(503, 0)
        self.other = dict(statuses)
        self.lost = offered - sum(answer is not None for answer in answers)
        self.without_retry_after = sum(a is not None and a.status == 503 and not a.headers.get("Retry-After") for a in answers)
        self.sessions_missing = self.signed_in - signed_in_for_real
        self.busy_p99_ms = percentile([ms for answer, ms in zip(answers, latencies) if answer is not None and answer.status == 503], 0.99)


def measure_overload(house, capacity, seconds=6, factor=5):
    """Sign-ins at `factor` times `capacity` a second, sent at their time whether or not the ones before were answered."""
    count = int(capacity * factor * seconds)
    doors = [Door(house, number) for number in range(count)]
    interval = 1 / (capacity * factor)
    begin = time.monotonic() + 0.2

    def arrive(number, door):
        time.sleep(max(0.0, begin + number * interval - time.monotonic()))
        try:
            return door.sign_in()
        except OSError:
            return None, float("nan")

    with concurrent.futures.ThreadPoolExecutor(min(count, 400)) as pool:
        outcomes = list(pool.map(arrive, itertools.count(), doors))
    answers, latencies = zip(*outcomes)
    # A sign-in that was acknowledged must have left a session behind.
    real = sum(door.is_in() for door, answer in zip(doors, answers) if answer is not None and answer.status == 303)
    for door in doors:
        door.close()
    return Overload(count, answers, latencies, real)
