"""What Portico aims at, and how an aim follows the machine.

The aims were set on a machine whose limits are REFERENCE. Each operation contains a known number of these limits (a refresh: one
answer, two signatures, one durable commit). On another machine an aim grows or shrinks as the sum of its operation's limits does.
"""

from dataclasses import dataclass

# Milliseconds of CPU for one of each.
REFERENCE = {"answer": 0.010, "signature": 0.014, "commit": 0.07}

# Name of the work: (aim in milliseconds of CPU on the reference machine, what it contains).
WORK = {
    "discovery": (0.035, {"answer": 1}),
    "JWKS": (0.035, {"answer": 1}),
    "client_credentials token": (0.08, {"answer": 1, "signature": 1}),
    "refresh (access and ID token)": (0.20, {"answer": 1, "signature": 2, "commit": 1}),
    "single sign-on (3 requests)": (0.6, {"answer": 3, "signature": 2, "commit": 2}),
}

# What the same work contains where the database is a program of its own: each read and each commit is asked for over a socket.
ON_POSTGRES = {
    "client_credentials token": {"answer": 1, "signature": 1},
    "refresh (access and ID token)": {"answer": 1, "signature": 2, "postgres commit": 1},
    "single sign-on (3 requests)": {"answer": 3, "signature": 2, "postgres commit": 2, "postgres read": 3},
}

BEYOND_HASH_MS = 1.0
HASH_RATIO = 1.03
TOKEN_P99_MS = 10.0
ANONYMOUS_MIB = 12.0
RESIDENT_MIB = 45.0
START_MS = 100.0


@dataclass
class Aim:
    name: str
    unit: str
    measured: float
    aim: float

    @property
    def ratio(self):
        return self.measured / self.aim

    @property
    def is_met(self):
        return self.measured <= self.aim


def scaled(name, limits):
    """The aim for a kind of work on a machine with `limits`, in milliseconds of CPU."""
    aim, contents = WORK[name]
    here = sum(count * limits[limit] for limit, count in contents.items())
    there = sum(count * REFERENCE[limit] for limit, count in contents.items())
    return aim * here / there


def at_best(name, limits):
    """What the parts of a kind of work take on PostgreSQL by themselves, in milliseconds of CPU on both sides; None where there is nothing to add up."""
    contents = ON_POSTGRES.get(name)
    return contents and sum(count * limits[limit] for limit, count in contents.items())
