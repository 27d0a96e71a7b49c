"""Access to Kubernetes API servers: the only package that knows how a request is made."""
