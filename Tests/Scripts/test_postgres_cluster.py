"""scripts/postgres-cluster makes a cluster that answers, survives a crash and leaves nothing behind, and touches no folder but its own."""

import os
import pathlib
import signal
import subprocess
import tempfile
import unittest

REPOSITORY = pathlib.Path(__file__).resolve().parents[2]


def run_script(*arguments):
    return subprocess.run([REPOSITORY / "scripts/postgres-cluster", *arguments], stdin=subprocess.DEVNULL, capture_output=True, text=True)


def ask(url, statement):
    environment = {name: value for name, value in os.environ.items() if not name.startswith("PG")}
    command = ["psql", "--no-psqlrc", "--no-align", "--tuples-only", "--dbname", url, "--command", statement]
    return subprocess.run(command, stdin=subprocess.DEVNULL, capture_output=True, text=True, env=environment).stdout.strip()


class RunningCluster(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.folder = pathlib.Path(tempfile.mkdtemp(prefix="portico cluster%-", dir="/tmp"))
        started = run_script("start", cls.folder)
        assert started.returncode == 0, started.stderr
        cls.url = started.stdout.strip()

    @classmethod
    def tearDownClass(cls):
        stopped = run_script("stop", cls.folder)
        assert stopped.returncode == 0, stopped.stderr
        assert not cls.folder.exists()

    def test_it_answers_in_utf_8_and_the_locale_c(self):
        self.assertEqual(ask(self.url, "SELECT current_setting('server_encoding') || current_setting('lc_collate')"), "UTF8C")

    def test_it_listens_at_no_port_and_only_its_owner_reaches_the_socket(self):
        self.assertEqual(ask(self.url, "SHOW listen_addresses"), "")
        self.assertEqual((self.folder / "socket").stat().st_mode & 0o777, 0o700)

    def test_what_was_committed_survives_a_crash(self):
        ask(self.url, "CREATE TABLE kept AS SELECT 7 AS value")
        restarted = run_script("restart", self.folder, "immediate")
        self.assertEqual(restarted.stdout.strip(), self.url, restarted.stderr)
        self.assertEqual(ask(self.url, "SELECT value FROM kept"), "7")

    def test_it_starts_again_after_a_kill(self):
        os.kill(int((self.folder / "data/postmaster.pid").read_text().split()[0]), signal.SIGKILL)
        started = run_script("start", self.folder)
        self.assertEqual(started.returncode, 0, started.stderr)
        self.assertEqual(ask(self.url, "SELECT 1"), "1")

    def test_it_starts_again_after_a_halt(self):
        self.assertEqual(run_script("halt", self.folder).returncode, 0)
        self.assertEqual(ask(self.url, "SELECT 1"), "")
        self.assertEqual(run_script("start", self.folder).returncode, 0)
        self.assertEqual(ask(self.url, "SELECT 1"), "1")

    def test_a_running_one_is_not_started_twice(self):
        refused = run_script("start", self.folder)
        self.assertEqual(refused.returncode, 1)
        self.assertIn("runs already", refused.stderr)


class StrangeFolders(unittest.TestCase):
    def test_a_folder_that_is_not_its_own_is_refused_and_left_alone(self):
        with tempfile.TemporaryDirectory() as folder:
            kept = pathlib.Path(folder, "kept")
            kept.write_text("x")
            for command in ("start", "restart", "halt", "stop"):
                with self.subTest(command):
                    self.assertEqual(run_script(command, folder).returncode, 1)
                    self.assertEqual([*pathlib.Path(folder).iterdir()], [kept])

    def test_a_path_too_long_for_a_socket_is_refused(self):
        with tempfile.TemporaryDirectory() as folder:
            refused = run_script("start", pathlib.Path(folder, "x" * 100))
            self.assertIn("too long", refused.stderr)

    def test_an_unknown_command_or_mode_is_refused(self):
        for arguments in ((), ("begin", "/tmp/x"), ("restart", "/tmp/x", "smart"), ("start",)):
            with self.subTest(arguments):
                self.assertEqual(run_script(*arguments).returncode, 1)


if __name__ == "__main__":
    unittest.main()
