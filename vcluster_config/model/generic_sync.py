"""``experimental.genericSync``: the older way to copy custom resources, replaced by ``customResources``."""

from typing import Any, Literal

from vcluster_config.model.base import Section, section
from vcluster_config.model.types import PolicyRule, StringMap

Operation = Literal[
    "rewriteName",
    "rewriteLabelKey",
    "rewriteLabelSelector",
    "rewriteLabelExpressionsSelector",
    "copyFromObject",
    "add",
    "replace",
    "remove",
]
Verb = Literal["get", "list", "create", "update", "patch", "watch", "delete", "deletecollection"]


class PatchCondition(Section):
    """When a patch applies."""

    path: str | None = None
    """Path from the root of the object."""
    sub_path: str | None = None
    """Path below the patched field."""
    equal: Any = None
    """The field must equal this."""
    not_equal: Any = None
    """The field must differ from this."""
    empty: bool | None = None
    """The field must be empty, or must not."""


class PatchSync(Section):
    """Whether the object named by the field is copied too."""

    secret: bool | None = None
    """It is a Secret."""
    configmap: bool | None = None
    """It is a ConfigMap."""


class GenericPatch(Section):
    """One operation on an object while it is copied."""

    op: Operation | None = None
    """The operation."""
    from_path: str | None = None
    """Field of the other object to copy from."""
    path: str | None = None
    """Field to change."""
    name_path: str | None = None
    """Field below that holds a name."""
    namespace_path: str | None = None
    """Field below that holds a namespace."""
    value: Any = None
    """New value."""
    regex: str | None = None
    """Pattern with groups NAME and NAMESPACE that finds the name within a text."""
    conditions: list[PatchCondition] = []
    """When the patch applies."""
    ignore: bool | None = None
    """Leave the field alone."""
    sync: PatchSync | None = None
    """Whether the object named by the field is copied too."""


class GenericImport(Section):
    """A kind imported from the host."""

    api_version: str | None = None
    """API version."""
    kind: str | None = None
    """Kind."""
    optional: bool | None = None
    """Carry on when the host does not have it."""
    replace_on_conflict: bool | None = None
    """Replace objects that exist already."""
    patches: list[GenericPatch] = []
    """Operations on the way to the target."""
    reverse_patches: list[GenericPatch] = []
    """Operations on the way back."""


class GenericSelector(Section):
    """Objects chosen by labels."""

    label_selector: StringMap = {}
    """Labels an object must carry."""


class GenericExport(GenericImport):
    """A kind copied to the host."""

    selector: GenericSelector | None = None
    """Which objects."""


class Hook(Section):
    """Operations on objects that something else copies."""

    api_version: str | None = None
    """API version."""
    kind: str | None = None
    """Kind."""
    verbs: list[Verb] = []
    """Requests it looks at."""
    patches: list[GenericPatch] = []
    """Operations."""


class Hooks(Section):
    """Operations on objects that something else copies."""

    host_to_virtual: list[Hook] = []
    """On the way in."""
    virtual_to_host: list[Hook] = []
    """On the way out."""


class ExtraRules(Section):
    """Extra RBAC rules."""

    extra_rules: list[PolicyRule] = []
    """Rules added to the computed ones."""


class GenericSync(Section):
    """The older way to copy custom resources."""

    version: str | None = None
    """Version of this section's format."""
    export: list[GenericExport] = []
    """Kinds copied to the host."""
    import_: list[GenericImport] = []
    """Kinds imported from the host."""
    hooks: Hooks | None = None
    """Operations on objects that something else copies."""
    cluster_role: ExtraRules = section()
    """Extra rules for the whole host."""
    role: ExtraRules = section()
    """Extra rules in the namespace of the release."""
