"""The cognitive map as a plain library: no sockets, no processes."""
