"""What every room stands on: state, clock, long-running operations, and the shape of requests and answers."""
