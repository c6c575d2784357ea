"""The surface of Azure Resource Manager: routes, resource groups, directory, and what is covered."""
