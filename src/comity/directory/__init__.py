"""Who is who: parties, roles, keys and call-back contacts, and who may do what at a time."""
