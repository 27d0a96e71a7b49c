"""The syncer's life: what starts when, what readiness waits for, and how it ends."""

from __future__ import annotations

import asyncio
import gc
import logging
import os
import random as random_module
import signal
from collections.abc import AsyncIterator, Coroutine
from contextlib import asynccontextmanager, suppress
from pathlib import Path
from typing import Any, Final

from vcluster_contract import layout, names
from vcluster_contract.config import SyncerConfig
from vcluster_contract.kinds import SERVICES
from vcluster_syncer import admission, kubelet
from vcluster_syncer.admission import registration as webhook_registration
from vcluster_syncer.app import config_file, exports, host_dns, logs, observed
from vcluster_syncer.app.manifests import DNS_APPLIED, Manifests
from vcluster_syncer.app.operations import Operations
from vcluster_syncer.app.registrations import registrations
from vcluster_syncer.app.sides import Clients, Sides, build, wait_synced
from vcluster_syncer.bootstrap import reissue
from vcluster_syncer.bootstrap.environment import Environment, from_environ
from vcluster_syncer.clock import Clock, Random, SystemClock
from vcluster_syncer.kube import kubeconfig
from vcluster_syncer.kube.api import JSON, Client, Key
from vcluster_syncer.kube.client import KubeClient
from vcluster_syncer.kube.errors import ApiError, Unreachable
from vcluster_syncer.kube.events import EventRecorder
from vcluster_syncer.kube.lease import Elector, Timings
from vcluster_syncer.metrics import Registry
from vcluster_syncer.sync.conditions import Condition, Conditions
from vcluster_syncer.sync.engine import Engine
from vcluster_syncer.sync.instruments import Instruments
from vcluster_syncer.translate.scope import Scope

API_SERVER: Final = "ApiServerReady"
SYNCED: Final = "CachesSynced"
_AUTHORITY: Final = Path(layout.PKI_DIR, "ca.crt")
_POLL: Final = 0.1
_POLL_TIMEOUT: Final = 2.0
_logger = logging.getLogger(__name__)


class App:
    """One process; ``run`` ends when asked by a signal or when the configuration changes."""

    def __init__(self, config: SyncerConfig, raw_config: bytes, environment: Environment) -> None:
        self.config = config
        self.environment = environment
        self.clock: Clock = SystemClock()
        self.random: Random = random_module.Random()  # noqa: S311 - jitter and names, no secrets
        self.conditions = Conditions()
        self.registry = Registry()
        self._raw_config = raw_config
        self._started = self.clock.monotonic()
        self._phases = self.registry.gauge("startup_phase_seconds", "Seconds from start to each phase.", ("phase",))
        self._dns_service_seen = not config.dns.enabled
        self._stop = asyncio.Event()

    async def run(self) -> None:
        """Start everything, wait, and end everything."""
        for number in (signal.SIGTERM, signal.SIGINT):
            asyncio.get_running_loop().add_signal_handler(number, self._stop.set)
        host = KubeClient.connect(kubeconfig.in_cluster(), self.clock)
        virtual = KubeClient.connect(kubeconfig.load(layout.SYNCER_KUBECONFIG), self.clock)
        operations = Operations(self._unmet, self.conditions.all, self.registry.render)
        await operations.start(layout.OPERATIONS_PORT)
        try:
            scope = await self._scope(host)
            await self._run_with(scope, host, virtual)
        finally:
            await operations.close()
            host.close()
            virtual.close()

    async def _run_with(self, scope: Scope, host: KubeClient, virtual: KubeClient) -> None:
        instruments = Instruments(self.registry)
        engine = Engine(self.clock, self.random, instruments, self.conditions)
        recorder = EventRecorder(virtual, self.clock)
        elector = self._elector(host)
        sides = build(
            Clients(host, virtual),
            scope,
            engine=engine,
            recorder=recorder,
            instruments=instruments,
            conditions=self.conditions,
            clock=self.clock,
            random=self.random,
            leading=(lambda: elector.leading) if elector else (lambda: True),
        )
        for registration in registrations(sides.world):
            engine.add(sides.world, registration)
        for resource, cache in sides.host.items():
            cache.add_handler(engine.handler("host", resource))
        for resource, cache in sides.virtual.items():
            cache.add_handler(engine.handler("virtual", resource))
        observed.observe(self.registry, sides, engine)
        observed.observe_certificates(self.registry, self.clock, Path(layout.PKI_DIR))
        async with self._servers(sides, host) as webhook:
            await self._work(sides, engine, recorder, elector, webhook)

    @asynccontextmanager
    async def _servers(self, sides: Sides, host: KubeClient) -> AsyncIterator[admission.Server]:
        """What the virtual API server calls; it needs the webhook before it can become ready itself."""
        webhook = await admission.serve(sides.local)
        nodes = await kubelet.serve(
            sides.local, socket_path=layout.EGRESS_SOCKET, pki_dir=layout.PKI_DIR, host_raw=host.http
        )
        self._phase("servers")
        try:
            yield webhook
        finally:
            await nodes.close()
            await webhook.close()

    async def _work(
        self, sides: Sides, engine: Engine, recorder: EventRecorder, elector: Elector | None, webhook: admission.Server
    ) -> None:
        """All long-running tasks until a stop is asked for; one that fails ends the process."""
        certificates = reissue.keep(sides.local, pod_ip=self.environment.pod_ip, on_change=webhook.reload)
        tasks: list[Coroutine[Any, Any, Any]] = [
            *(cache.run() for cache in sides.host.values()),
            self._virtual_side(sides),
            self._lead(sides, engine, elector),
            self._watch_dns(sides),
            recorder.run(),
            certificates,
            observed.watch_loop(self.registry, self.clock),
            self._watch_config(),
        ]
        if elector is not None:
            tasks.append(elector.run())
        running: list[asyncio.Task[Any]] = [asyncio.create_task(task) for task in tasks]
        stopping: asyncio.Task[Any] = asyncio.create_task(self._stop.wait())
        try:
            waiting = {*running, stopping}
            while stopping in waiting:
                done, waiting = await asyncio.wait(waiting, return_when=asyncio.FIRST_COMPLETED)
                for task in done:
                    task.result()
        finally:
            for task in (*running, stopping):
                task.cancel()
            await asyncio.gather(*running, stopping, return_exceptions=True)

    async def _scope(self, host: Client) -> Scope:
        """Who we are; Service NAME owns everything we make."""
        key = Key(self.environment.namespace, self.environment.vcluster)
        owner = None
        while self.config.set_owner and owner is None:
            try:
                service = await host.get(SERVICES, key)
            except (ApiError, Unreachable) as error:
                _logger.warning("Host Service cannot be read", extra={"service": str(key), "error": str(error)})
                await self.clock.sleep(1.0)
                continue
            uid = service["metadata"]["uid"]
            owner = {"apiVersion": "v1", "kind": "Service", "name": key.name, "uid": uid}
        return Scope(
            vcluster=key.name,
            host_namespace=key.namespace,
            config=self.config,
            owner=owner,
            authority=_AUTHORITY.read_text(encoding="ascii"),
        )

    async def _virtual_side(self, sides: Sides) -> None:
        """Follow the virtual API server once it is ready."""
        await self._api_server_ready(sides.local.virtual.client)
        async with asyncio.TaskGroup() as group:
            for cache in sides.virtual.values():
                group.create_task(cache.run())
            await wait_synced({**sides.host}, self.clock)
            await wait_synced({**sides.virtual}, self.clock)
            self.conditions.set(SYNCED, True)
            self._phase("caches")
            gc.collect()
            gc.freeze()

    async def _api_server_ready(self, virtual: Client) -> None:
        while True:
            try:
                async with asyncio.timeout(_POLL_TIMEOUT):
                    await virtual.raw_get("/readyz")
            except (ApiError, Unreachable, TimeoutError) as error:
                self.conditions.set(API_SERVER, False, str(error) or f"no answer within {_POLL_TIMEOUT:.0f} s")
                await self.clock.sleep(_POLL)
            else:
                self.conditions.set(API_SERVER, True)
                self._phase("api-server")
                return

    async def _lead(self, sides: Sides, engine: Engine, elector: Elector | None) -> None:
        """What only one syncer of a virtual cluster may do; losing the lead ends the process."""
        if elector is not None:
            await elector.wait_elected()
        epoch = self.registry.gauge("leader_epoch", "Term of leadership.")
        epoch.set(elector.epoch if elector else 0)
        while not self.conditions.get(API_SERVER):
            await self.clock.sleep(_POLL)
        async with asyncio.TaskGroup() as group:
            group.create_task(engine.run(sides.world))
            group.create_task(self._apply(sides))
            group.create_task(exports.keep(sides.local, self.config))
            if webhook_registration.needed(self.config):
                group.create_task(webhook_registration.keep(sides.local, webhook_registration.wanted()))
            if elector is not None:
                group.create_task(self._until_deposed(elector))

    async def _apply(self, sides: Sides) -> None:
        client = sides.local.virtual.client
        manifests = Manifests(client, self.clock, self.random, self.conditions)
        compiled = host_dns.filled(self.config.manifests, host_dns.resolver())
        await manifests.apply((*compiled, *self._metrics_registration()))
        if not self.config.metrics_server.enabled:
            with suppress(ApiError, Unreachable):
                await kubelet.withdraw(client)
        self._phase("manifests")

    def _metrics_registration(self) -> tuple[JSON, ...]:
        return kubelet.registration(_AUTHORITY.read_bytes()) if self.config.metrics_server.enabled else ()

    async def _until_deposed(self, elector: Elector) -> None:
        while elector.leading:
            await self.clock.sleep(1.0)
        _logger.warning("Leadership was lost")
        self._stop.set()

    async def _watch_dns(self, sides: Sides) -> None:
        """Readiness includes that virtual pods can be given a DNS server."""
        dns = Key(self.config.dns.service_namespace, self.config.dns.service_name)
        while not self._dns_service_seen:
            self._dns_service_seen = sides.host[SERVICES].get(sides.world.scope.host_key(dns)) is not None
            await self.clock.sleep(_POLL)

    async def _watch_config(self) -> None:
        await config_file.changed(Path(layout.SYNCER_CONFIG), self._raw_config, self.clock)
        _logger.info("Configuration changed; the container restarts with it")
        self._stop.set()

    def _elector(self, host: Client) -> Elector | None:
        timings = self.config.leadership
        if not timings.enabled:
            return None
        key = Key(self.environment.namespace, names.leader_lease(self.environment.vcluster))
        identity = os.environ.get(layout.POD_NAME_ENV) or f"syncer-{self.random.getrandbits(32):08x}"
        return Elector(
            host,
            key,
            identity,
            self.clock,
            self.random,
            timings=Timings(timings.lease_duration, timings.renew_deadline, timings.retry_period),
        )

    def _unmet(self) -> list[Condition]:
        """Conditions that readiness still waits for; who does not lead applies nothing."""
        required = [API_SERVER, SYNCED]
        if self.config.dns.enabled and not self.config.leadership.enabled:
            required.append(DNS_APPLIED)
        known = {condition.type: condition for condition in self.conditions.all()}
        unmet = [known.get(type, Condition(type, status=False)) for type in required if not self.conditions.get(type)]
        if not self._dns_service_seen:
            unmet.append(Condition("DnsServiceSynced", status=False, message="the host has no Service for DNS yet"))
        return unmet

    def _phase(self, name: str) -> None:
        took = self.clock.monotonic() - self._started
        self._phases.set(took, name)
        _logger.info("Startup phase reached", extra={"phase": name, "seconds": round(took, 3)})


async def run() -> None:
    """Entry point of ``vcluster-syncer run``.

    Raises:
        ConfigError: the mounted configuration cannot be used.
        BootstrapError: the environment lacks a variable.
        KubeconfigError: one of the API servers is not described.
    """
    config, raw = config_file.read(Path(layout.SYNCER_CONFIG))
    logs.configure(config.log_level)
    await App(config, raw, from_environ(os.environ)).run()
