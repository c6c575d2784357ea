"""The types of .NET that expressions may use: a module for each family, their members in tables."""
