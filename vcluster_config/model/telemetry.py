"""``telemetry``: accepted so that existing files load; this project never sends any."""

from vcluster_config.model.base import Section


class Telemetry(Section):
    """Nothing is ever sent, whatever is set here."""

    enabled: bool = True
    """Has no effect: nothing is sent."""
    instance_creator: str = ""
    """Has no effect."""
    machine_id: str = ""
    """Has no effect."""
    platform_user_id: str = ""
    """Has no effect."""
    platform_instance_id: str = ""
    """Has no effect."""
