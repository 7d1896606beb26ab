"""What spatial words mean on a map: where, how near, on which side, in which room, seen when."""
