"""The life of an instance: creation, factory objects, transitions, backups, soft delete."""
