"""The syncer's configuration, filled from vcluster.yaml: the only thing the running syncer ever reads."""

from __future__ import annotations

from typing import TYPE_CHECKING

from vcluster_config.compile import coredns, manifests
from vcluster_config.compile.central_admission import webhooks
from vcluster_config.compile.resolve import extra_sans
from vcluster_config.compile.tolerations import toleration
from vcluster_contract import config as contract

if TYPE_CHECKING:
    from vcluster_config.compile.resolve import Resolved
    from vcluster_config.model import Config
    from vcluster_config.model.export_kube_config import KubeConfigProperties
    from vcluster_config.model.shared import Resources
    from vcluster_config.objects import Json


def syncer_config(resolved: Resolved) -> contract.SyncerConfig:
    """Translate switch by switch; defaults of the contract are never relied upon."""
    config = resolved.config
    return contract.SyncerConfig(
        distro=resolved.distro,
        kubernetes_version=resolved.kubernetes_version,
        to_host=_to_host(config),
        from_host=_from_host(config),
        networking=_networking(config),
        dns=contract.Dns(enabled=config.control_plane.coredns.enabled),
        metrics_server=_metrics_server(config),
        kubeconfigs=_kubeconfigs(config),
        extra_sans=extra_sans(config),
        leadership=_leadership(resolved),
        set_owner=config.experimental.sync_settings.set_owner,
        workload_service_account=config.control_plane.advanced.workload_service_account.name,
        manifests=_manifests(config),
        virtual_scheduler=resolved.virtual_scheduler,
        k0s_config=resolved.control_plane.k0s_config,
        etcd=resolved.datastore.etcd,
        webhooks=webhooks(resolved),
        pod_security_standard=config.policies.pod_security_standard,
    )


def _to_host(config: Config) -> contract.ToHost:
    sync = config.sync.to_host
    return contract.ToHost(
        pods=_pods(config),
        services=contract.Switch(enabled=sync.services.enabled),
        endpoints=contract.Switch(enabled=sync.endpoints.enabled),
        endpoint_slices=contract.Switch(enabled=sync.endpoint_slices.enabled),
        config_maps=contract.UsedOrAll(enabled=sync.config_maps.enabled, all=sync.config_maps.all),
        secrets=contract.UsedOrAll(enabled=sync.secrets.enabled, all=sync.secrets.all),
        persistent_volume_claims=contract.Switch(enabled=sync.persistent_volume_claims.enabled),
        service_accounts=contract.Switch(enabled=sync.service_accounts.enabled),
        priority_classes=contract.Switch(enabled=sync.priority_classes.enabled),
    )


def _pods(config: Config) -> contract.PodSync:
    pods = config.sync.to_host.pods
    rewrite = pods.rewrite_hosts
    return contract.PodSync(
        enabled=pods.enabled,
        translate_image=dict(pods.translate_image),
        enforce_tolerations=tuple(toleration(item) for item in pods.enforce_tolerations),
        runtime_class_name=pods.runtime_class_name,
        priority_class_name=pods.priority_class_name,
        rewrite_hosts=contract.RewriteHosts(
            enabled=rewrite.enabled,
            image=rewrite.init_container.image,
            resources=_resources(rewrite.init_container.resources),
        ),
    )


def _from_host(config: Config) -> contract.FromHost:
    sync = config.sync.from_host
    return contract.FromHost(
        events=contract.Switch(enabled=sync.events.enabled),
        nodes=contract.NodeSync(
            enabled=sync.nodes.enabled,
            selector=contract.NodeSelector(all=sync.nodes.selector.all, labels=dict(sync.nodes.selector.labels)),
            clear_image_status=sync.nodes.clear_image_status,
        ),
        storage_classes=contract.Switch(enabled=sync.storage_classes.enabled is True),
    )


def _networking(config: Config) -> contract.Networking:
    advanced = config.networking.advanced
    return contract.Networking(
        service_cidr=config.networking.service_cidr or config.service_cidr,
        cluster_domain=advanced.cluster_domain,
        proxy_kubelets_by_hostname=advanced.proxy_kubelets.by_hostname,
        proxy_kubelets_by_ip=advanced.proxy_kubelets.by_ip,
    )


def _metrics_server(config: Config) -> contract.MetricsServer:
    metrics = config.integrations.metrics_server
    return contract.MetricsServer(enabled=metrics.enabled, nodes=metrics.nodes, pods=metrics.pods)


def _kubeconfigs(config: Config) -> tuple[contract.KubeconfigExport, ...]:
    """The default Secret first, then the old single extra Secret with the same properties, then the additional ones."""
    export = config.export_kube_config
    exports = [_export(export, "", "")]
    if export.secret.name or export.secret.namespace:
        exports.append(_export(export, export.secret.name, export.secret.namespace))
    exports += [_export(item, item.name, item.namespace) for item in export.additional_secrets]
    return tuple(exports)


def _export(properties: KubeConfigProperties, name: str, namespace: str) -> contract.KubeconfigExport:
    account = properties.service_account
    return contract.KubeconfigExport(
        secret_name=name,
        secret_namespace=namespace,
        context=properties.context,
        server=properties.server,
        insecure=properties.insecure,
        service_account=contract.KubeconfigServiceAccount(
            name=account.name, namespace=account.namespace, cluster_role=account.cluster_role
        ),
    )


def _leadership(resolved: Resolved) -> contract.Leadership:
    timing = resolved.config.control_plane.stateful_set.high_availability
    return contract.Leadership(
        enabled=resolved.replicas > 1,
        lease_duration=timing.lease_duration,
        renew_deadline=timing.renew_deadline,
        retry_period=timing.retry_period,
    )


def _manifests(config: Config) -> tuple[Json, ...]:
    """DNS first, because what the user deploys may need names."""
    dns = config.control_plane.coredns
    own = manifests.read(dns.overwrite_manifests, "controlPlane.coredns.overwriteManifests")
    theirs = manifests.read(config.experimental.deploy.vcluster.manifests, "experimental.deploy.vcluster.manifests")
    return (*((own or coredns.manifests(config)) if dns.enabled else ()), *theirs)


def _resources(resources: Resources) -> Json:
    found = {"limits": dict(resources.limits), "requests": dict(resources.requests)}
    return {key: value for key, value in found.items() if value}
