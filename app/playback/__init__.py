"""Sound in step with the picture: the audio device is the clock, everything else follows it."""
