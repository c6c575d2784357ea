"""The backend of the worked example: a Studio web service, request-response and batch, and the blobs of its batches."""
