"""One file per figure the README states; run with `python -m benchmarks.<name>`."""
