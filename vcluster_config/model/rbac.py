"""``rbac``: the Role and ClusterRole of the control plane."""

from vcluster_config.model.base import Section, section
from vcluster_config.model.types import AutoBool, PolicyRule


class Role(Section):
    """Rules in the namespace of the release."""

    enabled: bool = True
    """Render the Role and its binding; without them somebody else must grant the rules."""
    extra_rules: list[PolicyRule] = []
    """Rules added to the computed ones."""
    overwrite_rules: list[PolicyRule] = []
    """Rules that replace the computed ones."""


class ClusterRole(Section):
    """Rules for the whole host."""

    enabled: AutoBool = "auto"
    """Render the ClusterRole and its binding; auto means only when a setting needs it."""
    extra_rules: list[PolicyRule] = []
    """Rules added to the computed ones."""
    overwrite_rules: list[PolicyRule] = []
    """Rules that replace the computed ones."""


class Rbac(Section):
    """The Role and ClusterRole of the control plane."""

    role: Role = section()
    """Rules in the namespace of the release."""
    cluster_role: ClusterRole = section()
    """Rules for the whole host."""
