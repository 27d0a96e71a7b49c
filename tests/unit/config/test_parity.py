"""Every path of v0.24.2 is in the model with its type and default; each deviation is listed with its reason."""

from __future__ import annotations

import csv
import json
from pathlib import Path
from typing import Any, Literal, get_origin

import pytest

from vcluster_config.model import Config
from vcluster_config.model.base import Section
from vcluster_config.model.build import default_instance
from vcluster_config.model.shape import Form, Place, Shape, default_of, places, spell
from vcluster_config.model.values import ValueType, auto_bool

TABLE = Path(__file__).parent / "data" / "config-paths-v0.24.2.tsv"

NEWER_KUBERNETES = "the stock Kubernetes we run by default is newer"
OWN_IMAGE = "the syncer is an image of this project"
RESTRICTED = "nothing needs root, so the default meets the restricted Pod Security Standard"

DEFAULTS: dict[str, tuple[Any, str]] = {
    "controlPlane.distro.k8s.apiServer.image.tag": ("v1.36.3", NEWER_KUBERNETES),
    "controlPlane.distro.k8s.controllerManager.image.tag": ("v1.36.3", NEWER_KUBERNETES),
    "controlPlane.distro.k8s.scheduler.image.tag": ("v1.36.3", NEWER_KUBERNETES),
    "controlPlane.statefulSet.image.registry": ("", OWN_IMAGE),
    "controlPlane.statefulSet.image.repository": ("vcluster-syncer", OWN_IMAGE),
    "controlPlane.statefulSet.security.containerSecurityContext": ({}, RESTRICTED),
    "external.platform.apiKey.createRBAC": (None, "the platform does not exist here"),
    "policies.centralAdmission.validatingWebhooks[].webhooks[].clientConfig.service.port": (443, "Kubernetes' default"),
    "policies.centralAdmission.mutatingWebhooks[].webhooks[].clientConfig.service.port": (443, "Kubernetes' default"),
}
OPEN = "an open object upstream for everything but the platform, which does not exist here"
FOLDED = dict.fromkeys(("external.platform",), OPEN)


def rows() -> list[dict[str, str]]:
    with TABLE.open() as file:
        return list(csv.DictReader(file, delimiter="\t", quoting=csv.QUOTE_NONE))


MODEL: dict[str, Place] = {spell(place.path): place for place in places(Config)}
ROWS = [row for row in rows() if not row["path"].startswith(tuple(FOLDED))]


@pytest.mark.parametrize("row", ROWS, ids=lambda row: row["path"])
def test_path_type_and_default(row: dict[str, str]) -> None:
    place = MODEL.get(row["path"])
    assert place is not None, f"{row['path']} is missing from the model"
    assert _fits(row["type"], place), f"{row['type']} is modelled as {place.shape}"
    assert place.info is not None
    assert place.info.is_required() == (row["required"] == "yes")
    if row["default"] == "{...}" or place.info.is_required():
        return
    default = default_of(place.info) if place.shape.section is None else _dump(place.shape.section)
    if row["path"] in DEFAULTS:
        assert default == DEFAULTS[row["path"]][0]
    elif row["default"]:
        assert default == _as_text(json.loads(row["default"]), place)
    elif place.shape.section is None:
        assert default in (None, "", False, 0, [], {}), "upstream has no default here"


def test_deviations_are_real() -> None:
    table = {row["path"]: row for row in rows()}
    for path, (ours, reason) in DEFAULTS.items():
        theirs = table[path]["default"]
        assert reason
        assert not theirs or json.loads(theirs) != ours, f"{path} no longer deviates"


def _dump(section: type[Section]) -> Any:
    return default_instance(section).model_dump(by_alias=True)


def _as_text(value: Any, place: Place) -> Any:
    """Quantities are text in the model, whatever they were in YAML."""
    item = place.shape.item
    if isinstance(value, dict) and item is not None and isinstance(item.value, ValueType):
        return {key: str(number) for key, number in value.items()}
    return value


def _fits(kind: str, place: Place) -> bool:
    shape = place.shape
    if kind.startswith("list["):
        return shape.form is Form.LIST and shape.item is not None and _item_fits(kind[5:-1], shape.item)
    if kind.startswith("map[") or kind == "anyOf":
        return shape.form is Form.MAP and shape.item is not None
    if kind.startswith("object<"):
        return shape.form is Form.SECTION or spell(place.path) == "external"
    if kind == "object":
        return shape.form in (Form.MAP, Form.SECTION, Form.FREE)
    return kind == "any" or _value_fits(kind, shape)


def _value_fits(kind: str, shape: Shape) -> bool:
    expected = {"boolean": bool, "integer": int, "string|boolean": auto_bool}.get(kind)
    if expected is not None:
        return shape.value is expected
    is_text = shape.value is str or isinstance(shape.value, ValueType) or get_origin(shape.value) is Literal
    return kind == "string" and shape.form is Form.VALUE and is_text


def _item_fits(kind: str, item: Shape) -> bool:
    if kind == "string":
        return item.form is Form.VALUE
    if kind.startswith("object<"):
        return item.form is Form.SECTION
    return item.form in (Form.MAP, Form.FREE, Form.SECTION)
