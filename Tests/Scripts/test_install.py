"""scripts/install reads dpkg's state letters and says what is wrong in words. A stand-in dpkg-query answers for each package."""

import os
import pathlib
import subprocess
import tempfile
import unittest

REPOSITORY = pathlib.Path(__file__).resolve().parents[2]


class Install(unittest.TestCase):
    def run_install(self, letters):
        with tempfile.TemporaryDirectory() as folder:
            self.write_program(folder, "dpkg-query", f"[ -z '{letters}' ] && exit 1\nprintf '%s' '{letters}'")
            self.write_program(folder, "apt-get", f"echo \"apt-get $*\" >> {folder}/calls")
            self.write_program(folder, "id", "echo 0")
            path = f"{folder}:{os.environ['PATH']}"
            run = subprocess.run([REPOSITORY / "scripts/install", "build"], env={"PATH": path}, capture_output=True, text=True)
            calls = pathlib.Path(folder, "calls")
            return run, calls.read_text() if calls.exists() else ""

    def write_program(self, folder, name, body):
        program = pathlib.Path(folder, name)
        program.write_text(f"#!/bin/sh\n{body}\n")
        program.chmod(0o755)

    def test_installed_packages_need_nothing(self):
        for letters in ("ii ", "hi "):
            run, calls = self.run_install(letters)
            self.assertEqual((run.returncode, calls), (0, ""), run.stderr)

    def test_missing_packages_are_installed(self):
        for letters in ("", "un ", "rc "):
            run, calls = self.run_install(letters)
            self.assertEqual(run.returncode, 0, run.stderr)
            self.assertIn("libssl-dev libargon2-dev", calls)

    def test_sick_packages_are_reported_in_words(self):
        expected = {
            "iHR": "is broken", "iH ": "is half installed", "iU ": "is unpacked but not configured",
            "iF ": "is half configured", "hn ": "is held back", "iW ": "waits for another package's trigger",
        }  # fmt: skip
        for letters, words in expected.items():
            with self.subTest(letters):
                run, calls = self.run_install(letters)
                self.assertEqual((run.returncode, calls), (1, ""))
                self.assertIn(f"binutils: {words}", run.stderr)


if __name__ == "__main__":
    unittest.main()
