"""The arithmetic of scripts/capacity, on figures that can be worked out by hand, and the generated residents it measures with."""

import pathlib
import sys
import unittest

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[2] / "benchmarks" / "driver"))

import population  # noqa: E402
from capacity import Assumptions, Derivation, Figures  # noqa: E402
from counting import Count  # noqa: E402


def count(name, milliseconds, **rows):
    return Count(
        name, server_ms=milliseconds, database_ms=milliseconds, wal_bytes=1000, writes=1, round_trips=2, rows=rows)


FIGURES = Figures(
    hash_ms=100, page_ms=0, sign_in=count("sign-in", 1, audit_event=1), single_sign_on=count("single sign-on", 1, audit_event=1),
    refresh=count("refresh", 0), token=count("token", 0), bytes_a_row={
        name: (100, 0) for name in ("resident", "consent", "session", "access_grant", "authorization_code", "refresh_token", "audit_event")},
    node_mib=50)
# One sign-in a second on average for every 31,536,000 residents.
ASSUMED = Assumptions(
    sign_ins_a_year=1, peak_factor=10, attempts=1, single_sign_ons=1, refreshes=0, tokens=0, audit_years=2, target=0.5, cores_a_node=4, pool=16,
    agencies_a_resident=1, offline_share=0)


class CapacityTests(unittest.TestCase):
    def needed(self, residents, assumed=ASSUMED):
        return Derivation(residents, assumed, FIGURES).result

    def test_nodes_follow_from_the_cpu_of_the_peak(self):
        # 10 a second × (100 + 1 + 1) ms = 1.02 processors; 1.02 / 0.5 / 4 = 0.51, so one and a spare.
        self.assertEqual(self.needed(31_536_000)["nodes of 4 processors"], "2")
        # Ten times as many: 5.1, so six and a spare.
        self.assertEqual(self.needed(315_360_000)["nodes of 4 processors"], "7")

    def test_connections_are_every_nodes_pool_and_one_that_listens(self):
        self.assertEqual(self.needed(315_360_000)["connections"], "119")

    def test_the_audit_trail_grows_by_every_record_for_as_long_as_it_is_kept(self):
        # 315 million × 1 × 2 records × 100 bytes = 63 GB a year.
        needed = self.needed(315_360_000)
        self.assertEqual(needed["audit trail a year, GB"], "63")
        # Two years, residents and consents of 63 GB, and what passes: 432,000 sessions and grants, 36,600 codes, twice 100 bytes each.
        self.assertEqual(needed["disk after 2 years, GB"], "189")

    def test_wrong_passwords_cost_a_hash_as_well(self):
        twice = Assumptions(**{**vars(ASSUMED), "attempts": 2})
        self.assertEqual(self.needed(315_360_000, twice)["processors busy with Portico"], "20.3")


class PopulationTests(unittest.TestCase):
    def test_generated_tokens_have_the_form_that_is_minted(self):
        token = population.token("pts_", "session 1")
        self.assertRegex(token, r"^pts_[A-Za-z0-9_-]{43}[0-9A-Za-z]{6}$")
        self.assertNotEqual(token, population.token("pts_", "session 2"))


if __name__ == "__main__":
    unittest.main()
