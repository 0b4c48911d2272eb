"""MMAudio and MMAudioSep: sound from pictures and words by flow matching in mel latents."""
