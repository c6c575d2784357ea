"""The gateway: what callers of the provisioned APIs reach."""
