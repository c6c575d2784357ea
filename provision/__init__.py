"""Infrastructure as code for Azure API Management."""

__version__ = "0.1.0"
