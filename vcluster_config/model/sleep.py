"""``sleepMode``, ``sleep`` and ``deletion``: what happens to virtual clusters nobody uses."""

from vcluster_config.model.base import Section, section
from vcluster_config.model.shared import LabelSelector
from vcluster_config.model.types import OptionalCron, OptionalDuration, OptionalTimeZone


class SleepExclusion(Section):
    """Workloads that never sleep."""

    selector: LabelSelector = section()
    """Which ones, by label."""


class AutoSleep(Section):
    """When workloads go to sleep."""

    after_inactivity: OptionalDuration = ""
    """Duration without requests, such as ``1h30m``."""
    schedule: OptionalCron = ""
    """Cron expression."""
    exclude: SleepExclusion = section()
    """Workloads that never sleep."""


class Wakeup(Section):
    """When workloads wake up."""

    schedule: OptionalCron = ""
    """Cron expression."""


class SleepMode(Section):
    """Sleep as v0.24 spells it."""

    enabled: bool = False
    """Turn it on."""
    time_zone: OptionalTimeZone = ""
    """IANA time zone of the schedules; empty means UTC."""
    auto_sleep: AutoSleep = section()
    """When workloads go to sleep."""
    auto_wakeup: Wakeup = section()
    """When workloads wake up."""


class SleepAuto(AutoSleep):
    """When workloads sleep and wake."""

    wakeup: Wakeup = section()
    """When workloads wake up."""
    timezone: OptionalTimeZone = ""
    """IANA time zone of the schedules; empty means UTC."""


class Sleep(Section):
    """Sleep as v0.32 and later spell it."""

    auto: SleepAuto = section()
    """When workloads sleep and wake."""
