"""Measures this engine beside its peers on the same questions; `make bench` writes docs/benchmarks.md."""
