"""Downward API fields, because a host pod's own name, labels and UID are not those its containers should see."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Final

from vcluster_contract import markers
from vcluster_syncer.kube.api import JSON
from vcluster_syncer.translate.scope import Scope

ALL_ANNOTATIONS: Final = "metadata.annotations"

_FROM_ANNOTATION: Final[Mapping[str, str]] = {
    "metadata.name": markers.POD_NAME,
    "metadata.namespace": markers.POD_NAMESPACE,
    "metadata.uid": markers.POD_UID,
    "metadata.labels": markers.POD_LABELS,
    ALL_ANNOTATIONS: markers.POD_ANNOTATIONS,
    "spec.serviceAccountName": markers.POD_SERVICE_ACCOUNT,
}
_ONE_LABEL: Final = re.compile(r"metadata\.labels\['(.+)'\]")
_GO_ESCAPES: Final[Mapping[str, str]] = {
    "\a": r"\a",
    "\b": r"\b",
    "\f": r"\f",
    "\n": r"\n",
    "\r": r"\r",
    "\t": r"\t",
    "\v": r"\v",
    "\\": r"\\",
    '"': r"\"",
}


def host_field_ref(scope: Scope, field_ref: JSON) -> JSON:
    """The ``ObjectFieldSelector`` that gives on the host what ``field_ref`` means for the virtual pod."""
    return {**field_ref, "fieldPath": _host_path(scope, field_ref["fieldPath"])}


def format_map(values: Mapping[str, str]) -> str:
    """A map as the kubelet writes it into a downward API file: sorted lines ``key="escaped value"``."""
    return "\n".join(f"{key}={_go_quote(value)}" for key, value in sorted(values.items()))


def shows_all_annotations(spec: JSON) -> bool:
    """Whether a volume of the pod contains all annotations; the API allows that in volumes only."""
    return any(
        (item.get("fieldRef") or {}).get("fieldPath") == ALL_ANNOTATIONS
        for volume in spec.get("volumes") or ()
        for item in _downward_items(volume)
    )


def _downward_items(volume: JSON) -> list[JSON]:
    if "projected" in volume:
        sources = [source.get("downwardAPI") for source in volume["projected"].get("sources") or ()]
    else:
        sources = [volume.get("downwardAPI")]
    return [item for source in sources if source for item in source.get("items") or ()]


def _host_path(scope: Scope, path: str) -> str:
    if path in _FROM_ANNOTATION:
        return f"metadata.annotations['{_FROM_ANNOTATION[path]}']"
    label = _ONE_LABEL.fullmatch(path)
    if label:
        return f"metadata.labels['{markers.host_label_key(label[1], scope.vcluster)}']"
    return path


def _go_quote(text: str) -> str:
    """``text`` as Go's ``%q`` prints it, which is the format the kubelet uses."""
    return '"' + "".join(_go_escape(char) for char in text) + '"'


def _go_escape(char: str) -> str:
    if char in _GO_ESCAPES:
        return _GO_ESCAPES[char]
    if char.isprintable():
        return char
    code = ord(char)
    if code < 0x80:
        return f"\\x{code:02x}"
    return f"\\u{code:04x}" if code < 0x10000 else f"\\U{code:08x}"
