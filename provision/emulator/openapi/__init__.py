"""Imports and exports of OpenAPI and Swagger documents."""
