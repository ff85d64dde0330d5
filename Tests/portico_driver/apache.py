"""A private Apache with Debian's mod_auth_openidc that protects one page."""

import os
import pathlib
import shutil
import subprocess
import tempfile

from . import loopback

PROGRAM = "/usr/sbin/apache2"
MODULES = pathlib.Path("/usr/lib/apache2/modules")
NEEDED = ["mpm_event", "authn_core", "authz_core", "authz_user", "alias", "dir", "headers", "env", "auth_openidc"]

CONFIGURATION = """
ServerRoot {folder}
DefaultRuntimeDir {folder}/run
PidFile {folder}/run/apache.pid
ErrorLog {folder}/error.log
LogLevel warn auth_openidc:info
ServerName 127.0.0.1
Listen 127.0.0.1:{port}
DocumentRoot {folder}/pages
{identity}
{modules}

OIDCProviderMetadataURL {issuer}/.well-known/openid-configuration
OIDCClientID {client_id}
OIDCClientSecret "{secret}"
OIDCProviderTokenEndpointAuth client_secret_basic
OIDCRedirectURI {origin}/private/callback
OIDCDefaultLoggedOutURL {origin}/public.html
OIDCCryptoPassphrase "{passphrase}"
OIDCPKCEMethod S256
OIDCResponseMode {response_mode}
OIDCScope "openid profile email"
OIDCRemoteUserClaim email
OIDCPassClaimsAs environment
OIDCCookieSameSite On

<Directory {folder}/pages>
    Require all granted
</Directory>

<Location /private>
    AuthType openid-connect
    Require valid-user
    Header set X-Remote-User "expr=%{{REMOTE_USER}}"
    Header set X-Given-Name "%{{OIDC_CLAIM_given_name}}e"
    Header set X-Subject "%{{OIDC_CLAIM_sub}}e"
    Header set X-Issuer "%{{OIDC_CLAIM_iss}}e"
</Location>
"""


class Apache:
    def __init__(self, port=None):
        # Not below the test runner's own folder: when started as root, Apache's workers are somebody else and must be able to read it.
        self.folder = pathlib.Path(tempfile.mkdtemp(prefix="portico-apache-"))
        self.folder.chmod(0o755)
        self.port = port or loopback.free_port()
        self.origin = f"http://{loopback.HOST}:{self.port}"
        self.process = None

    def registration(self, secret):
        return {
            "client_id": "apache", "client_name": "Apache", "client_secret": secret, "token_endpoint_auth_method": "client_secret_basic",
            "redirect_uris": [f"{self.origin}/private/callback"], "post_logout_redirect_uris": [f"{self.origin}/public.html"],
            "grant_types": ["authorization_code"], "response_types": ["code"], "scope": "openid profile email",
        }  # fmt: skip

    def start(self, issuer, secret, response_mode):
        for name, text in (("private/index.html", "the private page"), ("public.html", "the public page")):
            page = self.folder / "pages" / name
            page.parent.mkdir(parents=True, exist_ok=True)
            page.write_text(f"<!doctype html><title>{text}</title><p>{text}</p>")
        (self.folder / "run").mkdir()
        configuration = self.folder / "apache.conf"
        configuration.write_text(CONFIGURATION.format(
            folder=self.folder, port=self.port, origin=self.origin, issuer=issuer, client_id="apache", secret=secret,
            passphrase=secret[::-1], response_mode=response_mode, identity="User www-data\nGroup www-data" if os.geteuid() == 0 else "",
            modules="\n".join(f"LoadModule {name}_module {MODULES}/mod_{name}.so" for name in NEEDED),
        ))  # fmt: skip
        output = open(self.folder / "output.log", "wb")
        self.process = subprocess.Popen([PROGRAM, "-f", configuration, "-DFOREGROUND"], stdin=subprocess.DEVNULL, stdout=output, stderr=output)
        output.close()
        loopback.wait_for(self.is_ready, "Apache answered", seconds=20)
        return self

    def is_ready(self):
        assert self.process.poll() is None, f"Apache ended:\n{self.log_text()}"
        return loopback.answers(self.port, "/public.html")

    def log_text(self):
        return "\n".join(file.read_text(errors="replace")[-3000:] for file in self.folder.glob("*.log"))

    def end(self):
        if self.process and self.process.poll() is None:
            self.process.terminate()
            self.process.wait(timeout=20)
        shutil.rmtree(self.folder, ignore_errors=True)
