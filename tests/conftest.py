"""Settings of every tier: a slow machine must never fail a property that holds."""

from hypothesis import settings

settings.register_profile("project", deadline=None)
settings.load_profile("project")
