"""From a tree of C# to functions of Python that evaluate it."""
