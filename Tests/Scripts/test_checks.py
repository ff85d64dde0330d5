"""The checks refuse what they exist to refuse. Each test writes a small tree and runs the script on it."""

import base64
import json
import pathlib
import subprocess
import tempfile
import unittest

SCRIPTS = pathlib.Path(__file__).resolve().parents[2] / "scripts"


class CheckCase(unittest.TestCase):
    def setUp(self):
        folder = tempfile.TemporaryDirectory()
        self.addCleanup(folder.cleanup)
        self.root = pathlib.Path(folder.name)

    def write(self, name, text):
        file = self.root / name
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_text(text)

    def run_script(self, name, *arguments):
        return subprocess.run([SCRIPTS / name, "--root", self.root, *arguments], capture_output=True, text=True)

    def assert_refused(self, run, fault):
        self.assertEqual(run.returncode, 1, run.stdout + run.stderr)
        self.assertIn(fault, run.stdout)

    def assert_accepted(self, run):
        self.assertEqual(run.returncode, 0, run.stdout + run.stderr)


class Floors(CheckCase):
    TARGETS = [
        ("CThing", "system", "Sources/C/CThing", []),
        ("Low", "regular", "Sources/Base/Low", ["CThing"]),
        ("Beside", "regular", "Sources/Base/Beside", ["Low"]),
        ("High", "regular", "Sources/Web/High", ["Low", ("Mustache", "swift-mustache")]),
    ]

    def check(self, targets=None):
        graph = {"targets": [self.target(*target) for target in targets or self.TARGETS]}
        self.write("graph.json", json.dumps(graph))
        (self.root / "Sources").mkdir(exist_ok=True)
        return self.run_script("check-floors", "--graph", self.root / "graph.json")

    def target(self, name, kind, path, needs):
        named = [{"byName": [need, None]} if isinstance(need, str) else {"product": [*need, None, None]} for need in needs]
        return {"name": name, "type": kind, "path": path, "dependencies": named}

    def test_declared_imports_pass(self):
        self.write("Sources/Base/Low/A.swift", "internal import CThing\nimport Foundation\n")
        self.write("Sources/Web/High/B.swift", "public import Low\nimport struct Mustache.Template\n")
        self.assert_accepted(self.check())

    def test_an_undeclared_import_is_refused(self):
        self.write("Sources/Web/High/B.swift", "import Beside\n")
        self.assert_refused(self.check(), "Sources/Web/High/B.swift:1: High imports Beside, which its line in Package.swift does not name")

    def test_a_transitive_package_module_is_refused(self):
        self.write("Sources/Web/High/B.swift", "import NIOCore\n")
        self.assert_refused(self.check(), "High imports NIOCore")

    def test_an_upward_import_is_refused(self):
        self.write("Sources/Base/Low/A.swift", "import High\n")
        self.assert_refused(self.check(), "Low (Base) imports High from a higher floor (Web)")

    def test_an_upward_line_is_refused(self):
        targets = [("Low", "regular", "Sources/Base/Low", ["High"]), ("High", "regular", "Sources/Web/High", [])]
        self.assert_refused(self.check(targets), "Low (Base) names High, which is on a higher floor")

    def test_a_later_module_of_the_same_floor_is_refused(self):
        targets = [("First", "regular", "Sources/Base/First", ["Second"]), ("Second", "regular", "Sources/Base/Second", [])]
        self.assert_refused(self.check(targets), "First names Second, which comes after it on the same floor")

    def test_a_c_module_with_two_importers_is_refused(self):
        targets = [*self.TARGETS[:2], ("Beside", "regular", "Sources/Base/Beside", ["CThing"])]
        self.write("Sources/Base/Low/A.swift", "internal import CThing\n")
        self.write("Sources/Base/Beside/A.swift", "internal import CThing\n")
        self.assert_refused(self.check(targets), "the C module CThing is imported by Beside, Low")

    def test_a_public_import_of_a_c_module_is_refused(self):
        self.write("Sources/Base/Low/A.swift", "public import CThing\n")
        self.assert_refused(self.check(), "it must be internal")

    def test_benchmarks_stand_outside(self):
        self.write("Sources/Base/Low/A.swift", "internal import CThing\n")
        self.write("benchmarks/low/A.swift", "import CThing\n")
        self.assert_accepted(self.check([*self.TARGETS, ("bench-low", "executable", "benchmarks/low", ["CThing", "Low"])]))

    def test_a_source_of_no_target_is_refused(self):
        self.write("Sources/Base/Lost/A.swift", "let a = 1\n")
        self.assert_refused(self.check(), "Sources/Base/Lost/A.swift: belongs to no target")

    def test_a_testable_import_is_refused(self):
        self.write("Sources/Web/High/B.swift", "@testable import Low\n")
        self.assert_refused(self.check(), "@testable import")

    def test_comments_and_literals_are_not_imports(self):
        text = '/* \nimport Beside\n/* import High */ */\n// import Beside\nlet example = """\n    import Beside\n    """\n'
        self.write("Sources/Base/Low/A.swift", text)
        self.assert_accepted(self.check())


class Secrets(CheckCase):
    BODY = base64.b64encode(bytes(range(48))).decode()

    def check(self):
        subprocess.run(["git", "init", "--quiet", self.root], check=True)
        return self.run_script("check-secrets")

    def pem(self, kind):
        return f"-----BEGIN {kind}-----\n{self.BODY}\n-----END {kind}-----\n"

    def jwk(self, **members):
        return json.dumps({"kty": "EC", "crv": "P-256", "x": "A" * 43, "y": "B" * 43, **members})

    def test_private_keys_in_pem_are_refused(self):
        for kind in ("PRIVATE" + " KEY", "RSA PRIVATE" + " KEY", "EC PRIVATE" + " KEY"):
            with self.subTest(kind):
                self.write("docs/key.txt", self.pem(kind))
                self.assert_refused(self.check(), "docs/key.txt: holds a private key in PEM")

    def test_public_keys_pass(self):
        self.write("key.pem", self.pem("PUBLIC KEY"))
        self.write("key.json", self.jwk())
        self.assert_accepted(self.check())

    def test_a_private_jwk_is_refused(self):
        self.write("a/key.json", '{"keys": [\n' + self.jwk(d="C" * 43) + "]}")
        self.assert_refused(self.check(), "a/key.json:2: holds a private or symmetric JWK")

    def test_a_private_jwk_inside_a_string_is_refused(self):
        self.write("A.swift", "let key = " + json.dumps(self.jwk(d="C" * 43)))
        self.assert_refused(self.check(), "A.swift:1: holds a private or symmetric JWK")

    def test_a_master_key_file_is_refused(self):
        self.write("deploy/master.key", "x")
        self.assert_refused(self.check(), "deploy/master.key")

    def test_a_forced_file_under_keys_local_is_refused(self):
        self.write(".gitignore", "keys/local/\n")
        self.write("keys/local/anything", "x")
        subprocess.run(["git", "init", "--quiet", self.root], check=True)
        subprocess.run(["git", "-C", self.root, "add", "--force", "keys/local/anything"], check=True)
        self.assert_refused(self.check(), "keys/local/anything")

    def test_a_published_vector_is_accepted_and_its_listing_must_be_true(self):
        self.write("Tests/vector.json", self.jwk(d="C" * 43))
        self.write("scripts/published-keys", "Tests/vector.json  # RFC 7515 appendix A.3\n")
        self.assert_accepted(self.check())
        (self.root / "Tests/vector.json").unlink()
        self.assert_refused(self.check(), "Tests/vector.json does not exist")


class Documents(CheckCase):
    def check(self):
        return self.run_script("check-documents")

    def test_links_that_lead_somewhere_pass(self):
        self.write("README.md", "# One\n[a](docs/a.md#two-words) [b](#one) [c](https://example.org/x)\n```\n[d](nowhere.md)\n```\n")
        self.write("docs/a.md", "## Two words\n")
        self.assert_accepted(self.check())

    def test_a_link_that_leads_nowhere_is_refused(self):
        self.write("README.md", "[a](docs/a.md)")
        self.assert_refused(self.check(), "README.md: the link docs/a.md leads nowhere")

    def test_a_link_to_a_missing_heading_is_refused(self):
        self.write("README.md", "# One\n[a](#two)")
        self.assert_refused(self.check(), "README.md: the link #two names no heading")

    def test_a_long_source_is_refused(self):
        self.write("Sources/A.swift", "let a = 1\n" * 501)
        self.assert_refused(self.check(), "Sources/A.swift: 501 lines")


if __name__ == "__main__":
    unittest.main()
