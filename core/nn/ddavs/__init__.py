"""DDAVS: which pixels make the sound. `network.Ddavs` is the whole of it."""
