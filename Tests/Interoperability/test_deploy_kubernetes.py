"""deploy/kubernetes: no cluster runs here, so the manifests are held to Kubernetes' schemas and to what the server, the image and the database say."""

import copy
import json
import os
import re
import subprocess

import kubernetes_validate
import pytest
import requests
import yaml

from portico_driver import sandbox, server
from portico_driver.server import REPOSITORY

pytestmark = pytest.mark.chooses_its_engine

FOLDER = REPOSITORY / "deploy/kubernetes"
VERSIONS = ["1.27.0", "1.34.0"]


def objects():
    return [found for file in sorted(FOLDER.glob("*.yaml")) for found in yaml.safe_load_all(file.read_text())]


def the(kind, name="portico"):
    found = [each for each in objects() if each["kind"] == kind and each["metadata"]["name"] == name]
    assert len(found) == 1, f"{len(found)} objects {kind}/{name}"
    return found[0]


DEPLOYMENT, JOB = the("Deployment"), the("Job", "portico-migrate")
NODE = DEPLOYMENT["spec"]["template"]
SETTINGS = the("ConfigMap", "portico-settings")["data"]


def templates():
    return [DEPLOYMENT["spec"]["template"], JOB["spec"]["template"]]


def containers(template):
    return template["spec"].get("initContainers", []) + template["spec"]["containers"]


def container(template, name):
    return next(each for each in containers(template) if each["name"] == name)


def matches(selector, template):
    return selector.items() <= template["metadata"]["labels"].items()


# The manifests by themselves


@pytest.mark.parametrize("version", VERSIONS)
@pytest.mark.parametrize("manifest", objects(), ids=lambda each: f"{each['kind']}-{each['metadata']['name']}")
def test_every_object_is_what_kubernetes_knows(manifest, version):
    kubernetes_validate.validate(manifest, version, strict=True)


def test_a_field_that_kubernetes_does_not_know_is_noticed():
    wrong = copy.deepcopy(DEPLOYMENT)
    wrong["spec"]["template"]["spec"]["containers"][0]["readynessProbe"] = {}
    with pytest.raises(kubernetes_validate.ValidationError):
        kubernetes_validate.validate(wrong, VERSIONS[-1], strict=True)


def test_selectors_find_the_nodes_and_only_them():
    selectors = [
        DEPLOYMENT["spec"]["selector"]["matchLabels"], the("Service")["spec"]["selector"], the("PodDisruptionBudget")["spec"]["selector"]["matchLabels"],
        the("NetworkPolicy", "requests")["spec"]["podSelector"]["matchLabels"],
        *(each["labelSelector"]["matchLabels"] for each in NODE["spec"]["topologySpreadConstraints"]),
    ]  # fmt: skip
    for selector in selectors:
        assert [matches(selector, template) for template in templates()] == [True, False]
    database = the("NetworkPolicy", "database")["spec"]["podSelector"]["matchLabels"]
    assert all(matches(database, template) for template in templates())


def test_one_port_runs_through_from_the_setting_to_the_policy():
    port = container(NODE, "portico")["ports"][0]
    assert str(port["containerPort"]) == SETTINGS["PORTICO_SERVER_PORT"]
    probes = [container(NODE, "portico")[name] for name in ("livenessProbe", "readinessProbe", "startupProbe")]
    assert {probe["httpGet"]["port"] for probe in probes} == {port["name"]} == {the("Service")["spec"]["ports"][0]["targetPort"]}
    assert the("NetworkPolicy", "requests")["spec"]["ingress"][0]["ports"][0]["port"] == port["containerPort"]


@pytest.mark.parametrize("template", templates(), ids=["node", "migration"])
def test_every_container_is_held_to_the_restricted_standard(template):
    pod = template["spec"]["securityContext"]
    assert pod["runAsNonRoot"] and pod["seccompProfile"] == {"type": "RuntimeDefault"}
    assert pod["runAsUser"] == pod["runAsGroup"] == pod["fsGroup"] == sandbox.USER
    assert template["spec"]["automountServiceAccountToken"] is False
    for each in containers(template):
        context = each["securityContext"]
        assert context["readOnlyRootFilesystem"] and context["allowPrivilegeEscalation"] is False and context["capabilities"] == {"drop": ["ALL"]}
        assert each["resources"]["limits"]["memory"] and each["resources"]["requests"]["cpu"]


def test_the_image_runs_as_the_same_user():
    assert f"\nUSER {sandbox.USER}:{sandbox.USER}\n" in (REPOSITORY / "deploy/container/Containerfile").read_text()


def test_what_is_mounted_or_read_exists_and_secrets_hold_no_secret():
    made = {(each["kind"], each["metadata"]["name"]) for each in objects()}
    made |= {("ConfigMap", name) for name in re.findall(r"create configmap (\S+)", (FOLDER / "README.md").read_text())}
    for template in templates():
        volumes = {volume["name"]: volume for volume in template["spec"]["volumes"]}
        for each in containers(template):
            assert {mount["name"] for mount in each["volumeMounts"]} <= volumes.keys()
            for source in each.get("envFrom", []):
                assert ("ConfigMap", source["configMapRef"]["name"]) in made
        for volume in volumes.values():
            assert "secret" not in volume or ("Secret", volume["secret"]["secretName"]) in made
            assert "configMap" not in volume or ("ConfigMap", volume["configMap"]["name"]) in made
    for each in objects():
        if each["kind"] == "Secret":
            assert set(each["stringData"].values()) == {"replace-me"}
            assert f"create secret generic {each['metadata']['name']} " in (FOLDER / "README.md").read_text()


def test_an_update_never_has_fewer_nodes_and_a_drain_takes_one():
    spec = DEPLOYMENT["spec"]
    assert spec["replicas"] == 3 and spec["strategy"]["rollingUpdate"] == {"maxUnavailable": 0, "maxSurge": 1}
    assert the("PodDisruptionBudget")["spec"]["maxUnavailable"] == 1


# Against what they speak of


def test_a_node_has_time_to_finish():
    drain = int(re.search(r"drainTime = Duration\.seconds\((\d+)\)", (REPOSITORY / "Sources/App/portico/Serving/Server.swift").read_text())[1])
    waited = int(container(NODE, "portico")["lifecycle"]["preStop"]["exec"]["command"][1])
    assert NODE["spec"]["terminationGracePeriodSeconds"] > waited + drain


def test_all_nodes_of_an_update_fit_into_the_serving_roles_limit():
    limit = int(re.search(r"\\set serving_connections (\d+)", (REPOSITORY / "deploy/postgres/roles.sql").read_text())[1])
    nodes = DEPLOYMENT["spec"]["replicas"] + DEPLOYMENT["spec"]["strategy"]["rollingUpdate"]["maxSurge"]
    assert nodes * (int(SETTINGS["PORTICO_DATABASE_CONNECTIONS"]) + 1) < limit


def test_a_node_has_the_memory_that_its_settings_can_use():
    hashing = int(SETTINGS["PORTICO_PASSWORD_WORKERS"]) * int(SETTINGS["PORTICO_PASSWORD_MEMORY_KIB"]) // 1024
    limits = container(NODE, "portico")["resources"]
    assert int(limits["limits"]["memory"].removesuffix("Mi")) >= 2 * (hashing + 45)
    assert int(limits["requests"]["memory"].removesuffix("Mi")) >= hashing + 45


def test_the_probes_paths_answer_on_the_real_server(portico):
    for name in ("livenessProbe", "readinessProbe", "startupProbe"):
        path = container(NODE, "portico")[name]["httpGet"]["path"]
        assert requests.get(portico.url(path), timeout=10).status_code == 200


def configured(environment):
    return subprocess.run(
        [server.BINARY, "config", "--json"], cwd="/", env={**server.plain_environment(), **environment}, capture_output=True, text=True, timeout=60
    )


@pytest.mark.parametrize("who", ["node", "migration"])
def test_portico_takes_every_setting(who):
    own = {each["name"]: each["value"] for each in container(JOB["spec"]["template"], "migrate")["env"]} if who == "migration" else {}
    environment = {**SETTINGS, **own}
    shown = configured(environment)
    assert shown.returncode == 0, shown.stderr
    in_force = {each["environment"]: each["source"] for each in json.loads(shown.stdout)["settings"]}
    assert {in_force[name] for name in environment} == {"environment"}


def test_what_kubernetes_would_add_for_the_service_is_kept_away_since_portico_refuses_it():
    assert all(template["spec"]["enableServiceLinks"] is False for template in templates())
    refused = configured({**SETTINGS, "PORTICO_SERVICE_HOST": "192.0.2.1", "PORTICO_PORT": "tcp://192.0.2.1:8080"})
    assert refused.returncode != 0 and "There is no setting PORTICO_SERVICE_HOST" in refused.stderr


def test_the_database_is_reached_with_certificates_that_are_mounted_and_no_password():
    owner = container(JOB["spec"]["template"], "migrate")["env"][0]["value"]
    for template, url in ((NODE, SETTINGS["PORTICO_DATABASE_URL"]), (JOB["spec"]["template"], owner)):
        assert re.match(r"postgres://portico_(serving|owner)@", url) and "sslmode=verify-full" in url
        secret = next(volume["secret"] for volume in template["spec"]["volumes"] if volume["name"] == "database")
        files = the("Secret", secret["secretName"])["stringData"]
        assert {f"/etc/portico/database/{name}" for name in files} == set(re.findall(r"=(/[^&]+)", url))
        assert secret["secretName"].removeprefix("portico-database-") == re.match(r"postgres://portico_(\w+)@", url)[1]


# The way of the master key


@pytest.fixture(scope="module")
def root():
    root = sandbox.Root(sandbox.packages_of(server.BINARY))
    try:
        yield root
    finally:
        root.end()


def test_the_key_comes_out_of_the_secret_by_the_init_container_and_by_no_other_way(root):
    """The secret laid out as the kubelet does: a link to a link to a folder that can be exchanged, open to the group."""
    copying = container(NODE, "master-key")
    mounts = {mount["name"]: mount["mountPath"] for mount in copying["volumeMounts"]}
    with sandbox.running(root) as running:
        running.stop()
        secret, memory = running.folder / "secret", running.folder / "memory"
        (secret / "..first").mkdir(parents=True)
        memory.mkdir()
        (running.folder / "key/master.key").rename(secret / "..first/master.key")
        (secret / "..first/master.key").chmod(0o440)
        (secret / "..data").symlink_to("..first")
        (secret / "master.key").symlink_to("..data/master.key")
        sandbox.give_away(running.folder)
        binds = ["--tmpfs", "/run", "--ro-bind", secret, mounts["master-key-secret"], "--bind", memory, mounts["master-key"]]

        def inside(*command, **environment):
            line = root.command(*command, folder=running.folder, environment=environment, options=[str(each) for each in binds])
            return subprocess.run(line, stdin=subprocess.DEVNULL, capture_output=True, text=True, timeout=60)

        settings = ("--config", f"{sandbox.SETTINGS}/portico.yaml")
        directly = inside("/usr/bin/portico", "keys", "list", *settings, PORTICO_KEYS_MASTER_FILE=f"{mounts['master-key-secret']}/master.key")
        assert directly.returncode != 0 and "symbolic link" in directly.stderr, directly.stderr
        copied = inside(*copying["command"])
        assert copied.returncode == 0, copied.stderr
        assert os.stat(memory / "master.key").st_mode & 0o777 == 0o400
        listed = inside("/usr/bin/portico", "keys", "list", *settings, PORTICO_KEYS_MASTER_FILE=SETTINGS["PORTICO_KEYS_MASTER_FILE"])
        assert listed.returncode == 0 and "ES256" in listed.stdout, listed.stderr


def test_the_shell_commands_of_the_image_are_in_the_image(root):
    for command in (container(NODE, "master-key")["command"], container(NODE, "portico")["lifecycle"]["preStop"]["exec"]["command"]):
        assert (root.folder / "usr/bin" / command[0]).exists() or (root.folder / "bin" / command[0]).exists()
