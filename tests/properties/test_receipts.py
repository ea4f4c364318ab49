"""Ten thousand histories: a receipt never makes a secret `same` that is not, nor hides a rotation.

Each is a random walk of one integration: the store rotates its secret, this tool writes it, people
write it in the web interface, and the file of receipts is lost, put back, swapped or garbled.
"""

import random
from dataclasses import replace

import pytest

from reconciler import catalogue
from reconciler.core import receipt
from reconciler.core.receipt import Standing
from reconciler.core.secret import Masked, Secret, Verdict
from reconciler.core.state import LiveIntegration
from reconciler.core.witness import Sighting, Statement

HISTORIES = 10_000
STEPS = 12
HOST = "https://api.example.com"
KEY, NEXT_KEY, STRANGE_KEY = (Secret(letter * 32) for letter in "abc")
FIELDS = {
    "PAGER_DUTY": catalogue.kinds("atlas")["PAGER_DUTY"].fields["serviceKey"],
    "WEBHOOK": catalogue.kinds("atlas")["WEBHOOK"].fields["url"],
}
SECRETS = ["https://e.io/a-1111", "https://e.io/b-1111", "https://e.io/c-2222"]
"""Two of them have the same mask."""


class World:
    """One integration, the store that has its secret, and the receipts: what is really so."""

    def __init__(self, seed, *, has_ids):
        self.chosen = random.Random(seed)
        self.has_ids = has_ids
        self.type = self.chosen.choice(list(FIELDS))
        self.stored = self.chosen.choice(SECRETS)
        self.book, self.old_books, self.key = {}, [], KEY
        self._write(self.stored)

    def seen(self, project="p1"):
        live = LiveIntegration(self.type, self.id, {})
        shown = Masked("https://e.io/****" + self.live[-4:])
        return Sighting(project, live, FIELDS[self.type], shown, Secret(self.stored))

    def _write(self, value):
        self.live = value
        self.id = f"{self.chosen.getrandbits(96):024x}" if self.has_ids else None

    def _receipt(self, key, project="p1"):
        salt = f"{self.chosen.getrandbits(128):032x}"
        return receipt.write(key, HOST, self.seen(project), salt, "2026-08-10T12:00:00Z")

    def apply(self):
        self._write(self.stored)
        self.old_books.append(dict(self.book))
        made = self._receipt(self.key)
        self.book[made.subject] = made

    def rotate(self):
        self.stored = self.chosen.choice(SECRETS)

    def write_by_hand(self):
        self._write(self.chosen.choice(SECRETS))

    def lose(self):
        self.book = {}

    def put_back(self):
        self.book = dict(self.chosen.choice(self.old_books)) if self.old_books else {}

    def forge(self):
        made = self._receipt(self.chosen.choice([STRANGE_KEY, Secret("guess")]))
        self.book[made.subject] = receipt.Receipt(
            made.subject, receipt.kid(self.key), made.salt, made.secret, made.live, made.written
        )

    def swap(self):
        """Take the receipt of another project that has the same secret and the same mask."""
        made = self._receipt(self.key, "p2")
        subject = made.subject._replace(project="p1")
        self.book[subject] = receipt.Receipt(
            subject, made.kid, made.salt, made.secret, made.live, made.written
        )

    def garble(self):
        for subject, made in self.book.items():
            cut = self.chosen.randrange(8)
            self.book[subject] = receipt.Receipt(
                subject, made.kid, made.salt, made.secret[:cut], made.live[:cut], made.written
            )

    def patch(self):
        """Put another fingerprint of the secret, or another salt, into what was written."""
        for subject, made in self.book.items():
            other = self._receipt(self.key)
            part = self.chosen.choice(["secret", "salt"])
            self.book[subject] = replace(made, **{part: getattr(other, part)})

    def change_key(self):
        self.key = NEXT_KEY if self.key is KEY else KEY


STEPS_OF_A_LIFE = [
    World.apply, World.apply, World.rotate, World.write_by_hand, World.lose, World.put_back,
    World.forge, World.swap, World.garble, World.patch, World.change_key,
]  # fmt: skip


@pytest.mark.parametrize("has_ids", [True, False], ids=["ids change", "no ids"])
def test_a_receipt_never_says_what_is_not_so(has_ids):
    said_same = rotations = 0
    for seed in range(HISTORIES // 2):
        world = World(seed, has_ids=has_ids)
        for _ in range(STEPS):
            world.chosen.choice(STEPS_OF_A_LIFE)(world)
            keys = world.chosen.choice([[KEY, NEXT_KEY], [NEXT_KEY, KEY], [KEY], [STRANGE_KEY], []])
            witness = receipt.by_receipts(keys, world.book, HOST)
            verdict, evidence = witness(world.seen(), Statement(Verdict.CONSISTENT))
            if verdict is Verdict.SAME:
                assert world.live == world.stored
                said_same += 1
            if evidence == Standing.ROTATED and has_ids:
                assert world.live != world.stored
                rotations += 1
    assert bool(said_same) is has_ids
    assert bool(rotations) is has_ids


@pytest.mark.parametrize("has_ids", [True, False], ids=["ids change", "no ids"])
def test_a_rotation_is_never_lost(has_ids):
    """After a write of ours, and whatever the mask shows, another secret in the store is seen."""
    for seed in range(HISTORIES // 10):
        world = World(seed, has_ids=has_ids)
        for _ in range(STEPS):
            world.chosen.choice(STEPS_OF_A_LIFE)(world)
        world.apply()
        written = world.stored
        world.stored = world.chosen.choice([value for value in SECRETS if value != written])
        witness = receipt.by_receipts([KEY, NEXT_KEY], world.book, HOST)
        said = witness(world.seen(), Statement(Verdict.CONSISTENT))
        assert said == Statement(Verdict.DIFFERENT, Standing.ROTATED)
