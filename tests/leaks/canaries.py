"""Secrets that nobody has: one for every place that may hold one, the same for the same seed."""

from __future__ import annotations

import random
import string

from reconciler import catalogue
from reconciler.core.kind import Mask

DIALECTS = ("atlas", "atlas-v1", "cloud-manager", "ops-manager")
OWN = {
    "MONGODB_ATLAS_PRIVATE_API_KEY": "private key",
    "MONGODB_ATLAS_CLIENT_SECRET": "client secret",
    "RECEIPTS_KEY": "receipts key",
    "OLD_RECEIPTS_KEY": "old receipts key",
    "GITHUB_TOKEN": "CI token",
    "VAULT_TOKEN": "Vault token",
    "AWS_SECRET_ACCESS_KEY": "AWS key",
    "AZURE_CLIENT_SECRET": "Azure secret",
    "OP_SERVICE_ACCOUNT_TOKEN": "1Password token",
    "SOPS_AGE_KEY": "age key",
    "BYSTANDER": "somebody else's variable",
}
"""Variables that a job has beside the secrets of integrations, and what they hold."""

_LETTERS = string.ascii_letters + string.digits
_TAIL = "~^"
_HARD = '&/+=%"'
"""What every encoding writes in a way of its own."""


class Canaries:
    """Makes values as they are asked for, and remembers each under its name."""

    def __init__(self, seed: int = 1) -> None:
        self._chance = random.Random(seed)
        self.values: dict[str, str] = {}
        self.addresses: dict[str, str] = {}
        """Those of webhooks, as a whole."""

    def text(self, name: str) -> str:
        """Give 36 random characters; the last four are like nothing that a report says."""
        parts = [self._some(_LETTERS, 10) for _ in range(3)]
        return self._keep(name, self._chance.choice(_HARD).join(parts) + self._some(_TAIL, 4))

    def is_tail(self, text: str) -> bool:
        """Tell whether these signs in a row can only be the end of a canary."""
        return set(text) <= set(_TAIL)

    def word(self, name: str) -> str:
        """Give 32 letters and digits, for what goes where nothing else may."""
        return self._keep(name, "x" + self._some(_LETTERS, 30) + self._some(string.digits, 1))

    def key(self, name: str) -> str:
        """Give 32 hexadecimal digits, in both cases: an id is never taken for a part of one."""
        digits = "0123456789abcdefABCDEF"
        return self._keep(name, self._some(digits, 32))

    def url(self, name: str) -> str:
        """Give a webhook address; what it is made of beside chance is no secret."""
        url = f"https://hooks.example.com/services/{self.word(name)}"
        return self.addresses.setdefault(name, url)

    def of_setting(self, name: str, type_: str, setting: str) -> str:
        """Give a value that the type takes."""
        part = catalogue.schema(f"integrations/{type_}")["properties"][setting]
        if part.get("x-mask") == Mask.URL:
            return self.url(name)
        if "A-Fa-f" in part.get("pattern", ""):
            return self.key(name)
        return self.text(name)

    def _some(self, signs: str, count: int) -> str:
        return "".join(self._chance.choices(signs, k=count))

    def _keep(self, name: str, value: str) -> str:
        return self.values.setdefault(name, value)
