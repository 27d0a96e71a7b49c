// Package conformance holds what Kubernetes' own end-to-end tests need in go.mod.
package conformance

import _ "k8s.io/kubernetes/test/e2e"
