"""The reconcile engine and one syncer for each kind, on top of narrow interfaces and without any transport."""
