"""Policy documents, which are nearly XML, and the C# in them."""
