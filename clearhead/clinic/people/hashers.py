"""A quick hash for databases of invented people: the demo and rehearsals. Settings choose it; `serve` refuses it."""

from django.contrib.auth.hashers import Argon2PasswordHasher


class QuickArgon2(Argon2PasswordHasher):
    """Argon2 at its least cost."""

    time_cost = 1
    memory_cost = 8
    parallelism = 1
