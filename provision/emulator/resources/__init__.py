"""Everything inside an instance, generic: put, get, patch, delete, list, actions, views, OData."""
