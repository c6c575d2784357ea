"""C# policy expressions: their context, parsing and evaluation."""
