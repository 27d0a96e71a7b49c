"""What only ``helm install`` knows, the release, as two tokens: compiled values then fit any release name.

The chart replaces the tokens in every object it places. Names of objects come from the contract, computed on the token.
"""

from __future__ import annotations

from typing import Final

from vcluster_contract import names

RELEASE: Final = "@release@"
NAMESPACE: Final = "@namespace@"
TOKENS: Final = (RELEASE, NAMESPACE)

CONFIG_SECRET: Final = names.config_secret(RELEASE)
DATASTORE_SECRET: Final = names.datastore_secret(RELEASE)
K3S_TOKEN_SECRET: Final = names.k3s_token_secret(RELEASE)
RUNTIME_CONFIG_MAP: Final = names.runtime_config_map(RELEASE)
HEADLESS_SERVICE: Final = names.headless_service(RELEASE)
SERVICE_ACCOUNT: Final = names.control_plane_service_account(RELEASE)
WORKLOAD_SERVICE_ACCOUNT: Final = names.workload_service_account(RELEASE)
CLUSTER_ROLE: Final = names.cluster_role(RELEASE, NAMESPACE)
