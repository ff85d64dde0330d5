"""How the cost of one sign-in grows with the number of residents: the same work at every size, on generated data, on both engines.

Every size has a server of its own, all at once and idle except one. A round goes through the sizes one after the other with one kind of work, so
that what the machine does meanwhile meets all of them; the ratio to the smallest size is taken within each round, and its median counts.
"""

import contextlib
import statistics
import time

from house import House
from population import Population
from progress import tell
from work import RefreshTokens, Workload

SIZES = [1_000, 10_000, 100_000, 1_000_000]
ROUNDS = 5
# Below this many residents what is measured is no small part of the database, and is taken out again.
SMALL = 20_000
WARM_UP_SECONDS = 1

# The hash is not what is to be measured: with the least memory and time that Argon2 takes, thousands of sign-ins can be made instead of dozens.
# Each resident comes from an address of their own, which the driver says like a proxy.
SETTINGS = {
    "PORTICO_PASSWORD_MEMORY_KIB": "8", "PORTICO_PASSWORD_ITERATIONS": "1", "PORTICO_PASSWORD_QUEUE_LIMIT": "1000",
    "PORTICO_SERVER_TRUSTED_PROXIES": "127.0.0.1"}


class Populated:
    """A running house with `count` generated residents, and its kinds of work."""

    def __init__(self, options, stack, cluster, count, resting=False):
        self.count = count
        self.house = stack.enter_context(House(options.binaries / "portico", options.folder, residents=1, cluster=cluster, settings=SETTINGS))
        self.house.furnish()
        self.population = Population(self.house, count, resting)
        begin = time.monotonic()
        self.population.load()
        self.seconds_to_load = time.monotonic() - begin
        self.bytes = self.house.engine.size()
        self.house.start()
        self.workload = Workload(self.house, options.seconds, options.connections)
        self.tokens = RefreshTokens(self.house.folder, self.population.refresh_tokens)
        self.drives = 0

    def work(self):
        return {"single sign-on": self.single_sign_on, "refresh": self.refresh, "password sign-in beyond its hash": self.sign_in}

    def single_sign_on(self, **options):
        cookies = self.population.sessions
        # Another part of the residents each time, where there are enough.
        start = self.drives * 4000 % len(cookies)
        return self.workload.single_sign_on_of([cookie(token) for token in cookies[start:] + cookies[:start]], **options)

    def first_single_sign_on(self, **options):
        """With sessions that were not used for a while, each once: that they still are is written as well."""
        cookies = self.population.resting_sessions
        cost = self.workload.single_sign_on_of([cookie(token) for token in cookies], **options)
        begun = cost.operations + cost.failed + 4 * options.get("connections", self.workload.options["connections"])
        if begun > len(cookies):
            raise RuntimeError("too few resting sessions: take more residents, or fewer seconds")
        del cookies[:begun]
        return cost

    def refresh(self, **options):
        return self.workload.refresh_of(self.tokens, **options)

    def sign_in(self, **options):
        cost = self.workload.sign_in_of("resident-", self.count, self.drives, **options)
        cost.cpu_ms -= cost.hash_ms
        return cost

    def measure(self, kind, seconds):
        self.drives += 1
        self.population.stay_in_the_hour()
        cost = kind(seconds=seconds)
        if cost.failed > cost.operations / 10:
            raise RuntimeError(f"{cost.failed} of {cost.operations + cost.failed} failed")
        return cost


def cookie(token):
    return f"portico_session={token}"


class Growth:
    def __init__(self, options, report, cluster):
        self.options, self.report, self.cluster = options, report, cluster
        # Many short rounds tell more on a noisy machine than a few long ones.
        self.seconds = min(options.seconds, 2)

    def growth(self):
        for engine in self.options.engines:
            with contextlib.ExitStack() as stack:
                self._measure(engine, [self._populate(stack, engine, count) for count in self.options.residents])

    def _populate(self, stack, engine, count):
        tell(f"  {count:,} residents on {engine} …")
        populated = Populated(self.options, stack, self.cluster if engine == "postgres" else None, count)
        self.report.remarks.append(
            f"{populated.house.engine.name}: {count:,} residents are {populated.bytes / 1e6:,.0f} MB, loaded in {populated.seconds_to_load:.0f} s.")
        return populated

    def _measure(self, engine, houses):
        costs = {}
        for round in range(ROUNDS):
            for name in houses[0].work():
                tell(f"  round {round + 1} of {ROUNDS} on {engine}: {name} …")
                # There and back again: no size is always the one that comes first.
                for populated in houses if round % 2 == 0 else reversed(houses):
                    kind = populated.work()[name]
                    populated.measure(kind, WARM_UP_SECONDS)
                    costs.setdefault((name, populated.count), []).append(populated.measure(kind, self.seconds))
                    if populated.count < SMALL:
                        populated.population.forget_later_rows()
        for name in houses[0].work():
            smallest = costs[name, houses[0].count]
            for populated in houses:
                self.report.growth.append(self._row(name, populated.count, costs[name, populated.count], smallest))

    def _row(self, name, count, costs, smallest):
        return {
            "engine": costs[0].engine, "work": name, "residents": count, "server_ms": statistics.median(cost.cpu_ms for cost in costs),
            "database_ms": statistics.median(cost.database_ms for cost in costs), "sum_ms": statistics.median(cost.sum_ms for cost in costs),
            "ratio": statistics.median(cost.sum_ms / first.sum_ms for cost, first in zip(costs, smallest)),
            "retries": statistics.median(cost.retries for cost in costs),
            "failed": sum(cost.failed for cost in costs) / sum(cost.operations + cost.failed for cost in costs), "ratios": [cost.sum_ms / first.sum_ms for cost, first in zip(costs, smallest)]}
