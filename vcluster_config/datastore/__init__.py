"""Datastores: each module turns one choice of ``controlPlane.backingStore`` into what the pod needs for it."""
