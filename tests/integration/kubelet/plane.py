"""A stock kube-apiserver on kine whose egress selector points at our socket: a control plane without a syncer."""

from __future__ import annotations

import asyncio
import json
import shutil
import socket
import ssl
from collections.abc import Callable
from pathlib import Path
from typing import Self

from vcluster_syncer.bootstrap import certs
from vcluster_syncer.bootstrap.leaves import control_plane_leaves
from vcluster_syncer.clock import SystemClock

Report = Callable[[str], None]
API_SERVER_PART = "kube-apiserver"
_SQLITE = "_journal_mode=WAL&_synchronous=NORMAL&_busy_timeout=30000&_txlock=immediate&cache=shared"


class Plane:
    """kine and kube-apiserver as processes, files in one folder."""

    def __init__(self, directory: Path, binaries: dict[str, str]) -> None:
        self.pki = directory / "pki"
        self.socket = directory / "egress.sock"
        self.kubeconfig = directory / "admin.conf"
        self.port = _free_port()
        self._directory = directory
        self._binaries = binaries
        self._processes: list[asyncio.subprocess.Process] = []

    async def __aenter__(self) -> Self:
        self._prepare()
        kine = self._directory / "kine.sock"
        try:
            await self._run_kine(kine)
            await self._run(API_SERVER_PART, *self._arguments(kine))
            await _wait_for(self._ready)
        except BaseException:
            await self.__aexit__()
            raise
        return self

    async def __aexit__(self, *_: object) -> None:
        for process in reversed(self._processes):
            process.terminate()
            await process.wait()

    def _prepare(self) -> None:
        now = SystemClock().now()
        self.pki.mkdir(parents=True)
        authorities = {}
        for name in ("ca", "front-proxy-ca"):
            pair = certs.new_authority(name, now)
            self._write(name, pair)
            authorities[name] = certs.load_authority(name, pair)
        for leaf in control_plane_leaves(("127.0.0.1", "localhost")):
            self._write(leaf.name, certs.issue(authorities[leaf.issuer], leaf, now))
        signing = certs.new_service_account_key()
        (self.pki / "sa.pub").write_bytes(signing.cert)
        (self.pki / "sa.key").write_bytes(signing.key)
        self.kubeconfig.write_text(json.dumps(self._config()))
        connection = {"proxyProtocol": "HTTPConnect", "transport": {"uds": {"udsName": str(self.socket)}}}
        egress = {
            "apiVersion": "apiserver.k8s.io/v1beta1",
            "kind": "EgressSelectorConfiguration",
            "egressSelections": [{"name": "cluster", "connection": connection}],
        }
        (self._directory / "egress.yaml").write_text(json.dumps(egress))

    def _write(self, name: str, pair: certs.Pair) -> None:
        (self.pki / f"{name}.crt").write_bytes(pair.cert)
        (self.pki / f"{name}.key").write_bytes(pair.key)

    def _config(self) -> dict[str, object]:
        cluster = {"server": f"https://127.0.0.1:{self.port}", "certificate-authority": str(self.pki / "ca.crt")}
        user = {"client-certificate": str(self.pki / "admin.crt"), "client-key": str(self.pki / "admin.key")}
        return {
            "apiVersion": "v1",
            "kind": "Config",
            "current-context": "virtual",
            "clusters": [{"name": "virtual", "cluster": cluster}],
            "users": [{"name": "admin", "user": user}],
            "contexts": [{"name": "virtual", "context": {"cluster": "virtual", "user": "admin"}}],
        }

    def _arguments(self, kine: Path) -> tuple[str, ...]:
        pki = self.pki
        return (
            f"--secure-port={self.port}",
            "--bind-address=127.0.0.1",
            "--advertise-address=127.0.0.1",
            f"--etcd-servers=unix://{kine}",
            "--service-cluster-ip-range=10.111.0.0/16",
            "--authorization-mode=Node,RBAC",
            "--endpoint-reconciler-type=none",
            "--disable-admission-plugins=ServiceAccount",
            f"--client-ca-file={pki}/ca.crt",
            f"--tls-cert-file={pki}/apiserver.crt",
            f"--tls-private-key-file={pki}/apiserver.key",
            f"--kubelet-certificate-authority={pki}/ca.crt",
            f"--kubelet-client-certificate={pki}/apiserver-kubelet-client.crt",
            f"--kubelet-client-key={pki}/apiserver-kubelet-client.key",
            "--kubelet-preferred-address-types=InternalIP,Hostname",
            f"--egress-selector-config-file={self._directory}/egress.yaml",
            f"--proxy-client-cert-file={pki}/front-proxy-client.crt",
            f"--proxy-client-key-file={pki}/front-proxy-client.key",
            "--requestheader-allowed-names=front-proxy-client",
            f"--requestheader-client-ca-file={pki}/front-proxy-ca.crt",
            "--requestheader-extra-headers-prefix=X-Remote-Extra-",
            "--requestheader-group-headers=X-Remote-Group",
            "--requestheader-username-headers=X-Remote-User",
            "--service-account-issuer=https://kubernetes.default.svc.cluster.local",
            f"--service-account-key-file={pki}/sa.pub",
            f"--service-account-signing-key-file={pki}/sa.key",
        )

    async def _run(self, name: str, *arguments: str) -> None:
        with (self._directory / f"{name}.log").open("wb") as log:
            binary = self._binaries.get(name) or shutil.which(name)
            assert binary, f"{name} has not been built"
            process = await asyncio.create_subprocess_exec(
                binary, *arguments, stdout=log, stderr=log, cwd=self._directory
            )
        self._processes.append(process)

    async def _run_kine(self, kine: Path) -> None:
        endpoint = f"sqlite://{self._directory}/state.db?{_SQLITE}"
        await self._run("kine", f"--listen-address=unix://{kine}", f"--endpoint={endpoint}", "--metrics-bind-address=0")
        await _wait_for(kine.exists)

    async def _ready(self) -> bool:
        context = ssl.create_default_context(cafile=str(self.pki / "ca.crt"))
        context.load_cert_chain(self.pki / "admin.crt", self.pki / "admin.key")
        try:
            reader, writer = await asyncio.open_connection("127.0.0.1", self.port, ssl=context)
        except OSError:
            return False
        writer.write(b"GET /readyz HTTP/1.0\r\n\r\n")
        answer = await reader.read()
        writer.close()
        return answer.startswith(b"HTTP/1.0 200") or b" 200 OK" in answer[:20]


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


async def _wait_for(condition: Callable[[], object], seconds: float = 60.0) -> None:
    async with asyncio.timeout(seconds):
        while True:
            met = condition()
            if asyncio.iscoroutine(met):
                met = await met
            if met:
                return
            await asyncio.sleep(0.1)
