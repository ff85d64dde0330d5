"""Portico as it is installed, in a root of its own: nothing of this machine but the named Debian packages, read-only, and no rights."""

import base64
import contextlib
import functools
import json
import os
import pathlib
import re
import shutil
import signal
import subprocess
import tempfile

from . import loopback, server

# What the smallest Debian image has that a shell needs, and the C library.
BASE = ["base-files", "bash", "coreutils", "dash", "libc6"]
USER = 65532
# Who the sandbox belongs to outside, where the tests run as root.
NOBODY = 65534
STATE, SETTINGS, KEY = "/var/lib/portico", "/etc/portico", "/run/portico"


class Root:
    """The files of some Debian packages, of those they depend on, and an installed Portico."""

    def __init__(self, packages):
        # Not below the test runner's own folder: whoever the sandbox runs as must be able to read it.
        self.folder = pathlib.Path(tempfile.mkdtemp(prefix="portico-root-", dir="/tmp"))
        self.folder.chmod(0o755)
        for name in ("bin", "sbin", "lib", "lib64"):
            (self.folder / "usr" / name).mkdir(parents=True)
            (self.folder / name).symlink_to(f"usr/{name}")
        for place in ("proc", "dev", "tmp", STATE, SETTINGS, KEY):
            (self.folder / place.lstrip("/")).mkdir(parents=True)
        for package in closure([*BASE, *packages]):
            self.copy(package)
        (self.folder / "etc/passwd").write_text(f"root:x:0:0::/root:/bin/sh\nportico:x:{USER}:{USER}::{STATE}:/bin/false\n")
        install(self.folder)

    def copy(self, package):
        listed = subprocess.run(["dpkg-query", "--listfiles", package], capture_output=True, text=True, check=True)
        for name in listed.stdout.splitlines():
            source, target = pathlib.Path(name), self.folder / name.lstrip("/")
            if name.startswith(("/usr/share/", "/var/")) or not (source.is_symlink() or source.is_file()):
                continue
            target.parent.mkdir(parents=True, exist_ok=True)
            target.unlink(missing_ok=True)
            shutil.copy2(source, target, follow_symlinks=False)

    def command(self, *arguments, folder, environment, options=(), writable=True):
        """The command line that runs something in here; the folder's `state` is writable, its `settings` and `key` are not."""
        outside = ["setpriv", f"--reuid={NOBODY}", f"--regid={NOBODY}", "--clear-groups", "--no-new-privs"] if os.geteuid() == 0 else []
        variables = [part for name, value in {"PATH": "/usr/bin", **environment}.items() for part in ("--setenv", name, value)]
        return [
            *outside, "bwrap", "--unshare-user", "--uid", str(USER), "--gid", str(USER), "--unshare-pid", "--as-pid-1", "--unshare-ipc",
            "--unshare-uts", "--cap-drop", "ALL", "--die-with-parent", "--new-session", "--clearenv", *variables,
            "--ro-bind", str(self.folder), "/", "--proc", "/proc", "--dev", "/dev", "--bind" if writable else "--ro-bind", str(folder / "state"), STATE,
            "--ro-bind", str(folder / "settings"), SETTINGS, "--ro-bind", str(folder / "key"), KEY, "--chdir", STATE, *options, *arguments,
        ]  # fmt: skip

    def end(self):
        shutil.rmtree(self.folder, ignore_errors=True)


class SandboxedServer(server.Server):
    """`portico serve` as the first process of a sandbox, and the other commands in sandboxes of the same kind."""

    def __init__(self, folder, root, settings=None, filter=None, environment=None):
        self.root, self.filter, self.environment = root, filter, environment or {}
        self.pid = None
        for name in ("state", "settings", "key"):
            (folder / name).mkdir()
        inside = {"database": {"url": f"sqlite:{STATE}/portico.db"}, "keys": {"master-file": f"{KEY}/master.key"}}
        super().__init__(folder, {**inside, **(settings or {})})
        self.settings_file = folder / "settings/portico.yaml"
        (folder / "portico.yaml").rename(self.settings_file)
        self.make_key()
        give_away(folder)

    def make_key(self):
        """As deploy/README.md tells an operator to make one."""
        key = self.folder / "key/master.key"
        key.write_text(base64.urlsafe_b64encode(os.urandom(32)).decode().rstrip("=") + "\n")
        key.chmod(0o400)

    def start(self):
        self.log = open(self.folder / "portico.log", "ab")
        reading, writing = os.pipe()
        with self.opened_filter() as (options, descriptors):
            self.process = subprocess.Popen(
                self.command("serve", "--config", f"{SETTINGS}/portico.yaml", options=("--info-fd", str(writing), *options)),
                stdin=subprocess.DEVNULL, stdout=self.log, stderr=self.log, pass_fds=(writing, *descriptors),
            )  # fmt: skip
        os.close(writing)
        with open(reading) as info:
            text = info.read()
        assert text, self.log_text()
        self.pid = json.loads(text)["child-pid"]
        loopback.wait_for(self.is_ready, "portico serve became ready", seconds=30)
        return self

    def stop(self):
        os.kill(self.pid, signal.SIGTERM)
        status = self.process.wait(timeout=30)
        self.log.close()
        assert status == 0, f"after SIGTERM portico serve ended with {status}:\n{self.log_text()[-3000:]}"

    def run(self, *arguments, text="", check=True):
        arguments = [self.carried_in(argument) for argument in arguments]
        finished = self.run_inside("/usr/bin/portico", *arguments, "--config", f"{SETTINGS}/portico.yaml", text=text)
        if check:
            assert finished.returncode == 0, f"portico {' '.join(arguments)}: {finished.stderr}{finished.stdout}"
        return finished

    def run_inside(self, *command, text=""):
        with self.opened_filter() as (options, descriptors):
            return subprocess.run(
                self.root.command(*command, folder=self.folder, environment=self.environment, options=options),
                input=text, capture_output=True, text=True, timeout=60, pass_fds=descriptors,
            )  # fmt: skip

    def command(self, *arguments, options=()):
        return self.root.command("/usr/bin/portico", *arguments, folder=self.folder, environment=self.environment, options=options)

    def carried_in(self, argument):
        """A file that a command reads has to be where the sandbox sees it."""
        file = pathlib.Path(argument)
        if not file.is_file():
            return str(argument)
        shutil.copy(file, self.folder / "settings" / file.name)
        give_away(self.folder / "settings")
        return f"{SETTINGS}/{file.name}"

    def opened_filter(self):
        return OpenedFilter(self.filter)


@contextlib.contextmanager
def running(root, **options):
    """A sandboxed server in a folder that whoever it runs as can reach."""
    folder = pathlib.Path(tempfile.mkdtemp(prefix="portico-inside-", dir="/tmp"))
    running = None
    try:
        running = SandboxedServer(folder, root, **options)
        yield running.start()
    finally:
        if running:
            running.end()
        shutil.rmtree(folder, ignore_errors=True)


class OpenedFilter:
    """bubblewrap reads a system call filter once, from the descriptor's position on."""

    def __init__(self, file):
        self.file = file

    def __enter__(self):
        self.opened = open(self.file, "rb") if self.file else None
        return (("--seccomp", str(self.opened.fileno())), (self.opened.fileno(),)) if self.opened else ((), ())

    def __exit__(self, *_):
        if self.opened:
            self.opened.close()


def install(destination):
    """What an installation puts on a machine, from the built program."""
    script = server.REPOSITORY / "scripts/install-tree"
    finished = subprocess.run([script, server.BINARY.parent, destination], stdin=subprocess.DEVNULL, capture_output=True, text=True, timeout=120)
    assert finished.returncode == 0, finished.stderr


def give_away(folder):
    if os.geteuid() == 0:
        for place in (folder, *folder.rglob("*")):
            os.chown(place, NOBODY, NOBODY, follow_symlinks=False)


def closure(packages):
    """The packages and all that they depend on, as far as they are installed here."""
    wanted, found = list(packages), set()
    while wanted:
        package = wanted.pop()
        if package not in found:
            found.add(package)
            wanted += dependencies(package)
    return sorted(found)


@functools.cache
def dependencies(package):
    shown = subprocess.run(["dpkg-query", "--show", "--showformat=${Pre-Depends}, ${Depends}", package], capture_output=True, text=True)
    assert shown.returncode == 0, f"the Debian package {package} is not installed"
    names = [choice.split("(")[0].split(":")[0].strip() for group in shown.stdout.split(",") for choice in group.split("|")]
    return [name for name in names if name and is_installed(name)]


@functools.cache
def is_installed(package):
    shown = subprocess.run(["dpkg-query", "--show", "--showformat=${db:Status-Abbrev}", package], capture_output=True, text=True)
    return shown.returncode == 0 and shown.stdout.startswith("ii")


def packages_of(program):
    """The Debian packages of the libraries that the program is linked against."""
    return {owner(library) for library in libraries_of(program)}


def libraries_of(program):
    """The paths of Debian's libraries that the program itself, or Swift's library under it, names."""
    where = dict(re.findall(r"(\S+) => (/\S+)", subprocess.run(["ldd", program], capture_output=True, text=True, check=True).stdout))
    found, wanted = set(), [str(program)]
    while wanted:
        headers = subprocess.run(["objdump", "-p", wanted.pop()], capture_output=True, text=True, check=True).stdout
        for name in re.findall(r"NEEDED\s+(\S+)", headers):
            path = where.get(name)
            if path and path not in found:
                found.add(path)
                if "/swift/linux/" in path:
                    wanted.append(path)
    return {path for path in found if "/swift/linux/" not in path}


def owner(library):
    # The package knows its file by the name it had before /lib became a link to /usr/lib, or by the one since.
    real = pathlib.Path(library).resolve()
    for name in (str(real), str(real).removeprefix("/usr")):
        shown = subprocess.run(["dpkg-query", "--search", name], capture_output=True, text=True)
        if shown.returncode == 0:
            return shown.stdout.split(":")[0]
    raise AssertionError(f"no Debian package has {library}")
