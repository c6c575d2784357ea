"""What a network and a busy service do to a client: faults and their scripts, throttling, latency."""
