"""The compiler: from a typed vcluster.yaml to a validated Helm chart, with every mistake found before anything runs."""
