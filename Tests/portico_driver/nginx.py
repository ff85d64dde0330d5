"""A private nginx that runs deploy/nginx/portico.conf, with certificates made on the spot."""

import os
import pathlib
import shutil
import subprocess
import tempfile


from . import loopback
from .certificates import make_certificates
from .server import REPOSITORY

PROGRAM = "/usr/sbin/nginx"
SHIPPED = REPOSITORY / "deploy/nginx/portico.conf"
NAME = "localhost"

# What Debian's nginx.conf says around the shipped file, as far as it matters.
AROUND = """
{user}
worker_processes 1;
daemon off;
pid {folder}/nginx.pid;
error_log {folder}/error.log info;
events {{}}
http {{
    gzip on;
    ssl_protocols TLSv1 TLSv1.1 TLSv1.2 TLSv1.3;
    ssl_prefer_server_ciphers on;
    client_body_temp_path {folder}/body;
    proxy_temp_path {folder}/proxy;
    fastcgi_temp_path {folder}/fastcgi;
    uwsgi_temp_path {folder}/uwsgi;
    scgi_temp_path {folder}/scgi;
    include {folder}/portico.conf;
}}
"""


class Nginx:
    def __init__(self):
        # Not below the test runner's own folder: when started as root, nginx's workers are somebody else and must be able to read it.
        self.folder = pathlib.Path(tempfile.mkdtemp(prefix="portico-nginx-", dir="/tmp"))
        self.folder.chmod(0o755)
        self.port, self.plain_port = loopback.free_port(), loopback.free_port()
        self.origin = f"https://{NAME}:{self.port}"
        self.authority = self.folder / "authority.crt"
        self.process = None
        make_certificates(self.folder, NAME, loopback.HOST)

    def configure(self, nodes):
        """The shipped file, but for names, places and ports."""
        text = SHIPPED.read_text()
        for shipped, ours in [
            ("listen [::]:80 default_server;", ""), ("listen [::]:443 ssl default_server;", ""), ("listen [::]:80;", ""),
            ("listen [::]:443 ssl http2;", ""),
            ("listen 80", f"listen {loopback.HOST}:{self.plain_port}"), ("listen 443", f"listen {loopback.HOST}:{self.port}"),
            ("https://id.example.org$", f"{self.origin}$"), ("server_name id.example.org;", f"server_name {NAME};"),
            ("/etc/nginx/tls/id.example.org", f"{self.folder}/{NAME}"), ("/var/log/nginx/portico.log", f"{self.folder}/portico.log"),
            ("server 127.0.0.1:8080", f"server {loopback.HOST}:{nodes[0]}"), ("server 127.0.0.1:8081", f"server {loopback.HOST}:{nodes[1]}"),
        ]:  # fmt: skip
            assert shipped in text, f"deploy/nginx/portico.conf no longer says {shipped!r}"
            text = text.replace(shipped, ours)
        (self.folder / "portico.conf").write_text(text)
        user = "user www-data;" if os.geteuid() == 0 else ""
        (self.folder / "nginx.conf").write_text(AROUND.format(folder=self.folder, user=user))

    def check(self):
        """nginx -t: its words, and whether it is content."""
        finished = subprocess.run([*self.command(), "-t"], stdin=subprocess.DEVNULL, capture_output=True, text=True, timeout=20)
        return finished.returncode == 0, finished.stderr

    def start(self, nodes):
        self.configure(nodes)
        output = open(self.folder / "output.log", "wb")
        self.process = subprocess.Popen(self.command(), stdin=subprocess.DEVNULL, stdout=output, stderr=output)
        output.close()
        loopback.wait_for(self.is_ready, "nginx answered", seconds=20)
        return self

    def command(self):
        return [PROGRAM, "-p", self.folder, "-e", self.folder / "error.log", "-c", self.folder / "nginx.conf"]

    def is_ready(self):
        assert self.process.poll() is None, f"nginx ended:\n{self.log_text()}"
        # The default server closes without a word; that it took the request is enough.
        try:
            loopback.exchange(self.plain_port, b"GET / HTTP/1.1\r\nHost: nobody\r\n\r\n", seconds=2)
        except OSError:
            return False
        return True

    def log_text(self):
        return "\n".join(file.read_text(errors="replace")[-3000:] for file in self.folder.glob("*.log"))

    def end(self):
        if self.process and self.process.poll() is None:
            self.process.terminate()
            self.process.wait(timeout=20)
        shutil.rmtree(self.folder, ignore_errors=True)
