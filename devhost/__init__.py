"""A real Kubernetes on a bare machine, so that the demo and the tests need no cluster of their own."""
