"""Users, the organisations they belong to, in which role and from when to when."""
