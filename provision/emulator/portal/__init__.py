"""The developer portal: what an instance offers, signing up for it, and trying it."""
