"""HTTP: the server and its listeners, the certificate, the identity endpoint, the admin surface."""
