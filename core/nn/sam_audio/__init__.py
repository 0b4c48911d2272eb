"""The networks of SAM Audio (papers/004) under the names their official checkpoints use."""
