"""Pure functions between the virtual and the host form of each kind: no I/O, no clock, no randomness."""
