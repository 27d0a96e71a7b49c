"""Names for diagnostic codes, in one place so that no number is given twice.

VC0 is YAML itself, VC1 the shape of the file, VC2 consistency, VC3 Kubernetes versions, VC4 networking, VC5 storage,
VC6 security, VC7 sizing, VC8 upgrades, VC9 older dialects and settings without effect.
"""

from __future__ import annotations

from enum import StrEnum


class Code(StrEnum):
    """Every code; its page is what ``explain`` prints."""

    YAML_SYNTAX = "VC001"
    YAML_TAB = "VC002"
    DUPLICATE_KEY = "VC003"
    YAML_BOOLEAN = "VC004"
    YAML_OCTAL = "VC005"
    YAML_NUMBER_AS_TEXT = "VC006"
    YAML_ALIAS = "VC007"
    YAML_DOCUMENTS = "VC008"
    YAML_TAG = "VC009"
    YAML_ENCODING = "VC010"
    YAML_ROOT = "VC011"
    YAML_KEY = "VC012"
    SET_SYNTAX = "VC013"
    IGNORE_UNUSED = "VC014"
    UNKNOWN_KEY = "VC101"
    WRONG_TYPE = "VC102"
    NOT_ONE_OF = "VC103"
    MALFORMED_VALUE = "VC104"
    MISSING_KEY = "VC105"
    EMPTY_SECTION = "VC106"
    MODE_NOT_BUILT = "VC107"
    UNKNOWN_FIELD = "VC108"
    SEVERAL_DISTROS = "VC201"
    SEVERAL_STORES = "VC202"
    STORE_NOT_SHARED = "VC203"
    SCHEDULER_NEEDS_NODES = "VC204"
    API_SERVER_NEEDED = "VC205"
    DATA_SOURCE_NEEDED = "VC206"
    LEASE_TIMES = "VC207"
    BOTH_DIRECTIONS = "VC208"
    SNAPSHOT_PAIR = "VC209"
    MAPPING_NEEDED = "VC210"
    KUBECONFIG_SECRETS = "VC211"
    NOT_COMPILED = "VC299"
    NO_EFFECT_YET = "VC901"
    NO_EFFECT = "VC902"
