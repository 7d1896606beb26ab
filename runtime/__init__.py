"""How processes talk and live: messages, wire format, sockets, nodes, supervisor."""
