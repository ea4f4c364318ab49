"""What the README shows is made here, and checked by the tests beside it.

`python -m tests.readme.generate` writes it anew: the outputs of the commands, the tables that come
from the schemas, and the picture.
"""

from __future__ import annotations

import inspect
import io
import os
import pty
import re
import shutil
import subprocess
import sys
import tempfile
import tomllib
from pathlib import Path
from typing import TYPE_CHECKING

from rich.console import Console
from rich.text import Text

from reconciler import catalogue
from reconciler.core.forbidden import BANS
from reconciler.core.kind import Echo, Mask
from reconciler.report import FORMATS

if TYPE_CHECKING:
    from reconciler.core.kind import Field

ROOT = Path(__file__).parents[2]
README = ROOT / "README.md"
PICTURE = ROOT / ".github" / "plan.svg"
_CONSOLE = re.compile(r"(?ms)^```console\n(.*?)^```")


def whole(text: str) -> str:
    """Give the README with everything that is made in it made anew."""
    text = _between(text, "quickstart", _example("quickstart/atlas.yaml"))
    text = _between(text, "prometheus", _example("prometheus/prometheus.yml"))
    text = _between(text, "types", types_table())
    text = _between(text, "sources", sources_table())
    text = _between(text, "masks", masks_table())
    text = _between(text, "formats", formats_table())
    text = _between(text, "policy", f"```yaml\n{_policy()}```\n")
    text = _between(text, "forbidden", forbidden_table())
    with tempfile.TemporaryDirectory() as folder:
        shutil.copytree(ROOT / "examples", Path(folder, "examples"))
        return _CONSOLE.sub(lambda block: f"```console\n{_session(block[1], folder)}```", text)


def picture() -> str:
    """Draw a plan in colour, as a terminal of 80 columns shows it."""
    with tempfile.TemporaryDirectory() as folder:
        shutil.copytree(ROOT / "examples", Path(folder, "examples"))
        shutil.copy(Path(__file__).with_name("picture.yaml"), Path(folder, "seed.yaml"))
        command = "reconciler plan examples/quickstart --simulate s.db"
        shown = _on_a_terminal(f"{command} --seed seed.yaml", folder)
    console = Console(record=True, width=80, file=io.StringIO())
    console.print(Text.from_ansi(f"$ {command}\n{shown.rstrip()}"))
    drawn = console.export_svg(title="reconciler plan", unique_id="plan")
    return re.sub(r"(?s)\s*@font-face \{.*?\}", "", drawn)  # fonts are the viewer's own


def types_table() -> str:
    """Give a row for each type: what every dialect has of it, and what some have, by dialect."""
    dialects = catalogue.schema("desired-state")["properties"]["api"]["enum"]
    rows = [
        f"| type | settings | {' | '.join(dialects)} |",
        f"| --- | --- |{' --- |' * len(dialects)}",
    ]
    for type_ in catalogue.types():
        offers = [_offer(type_, dialect) for dialect in dialects]
        offered = [offer for offer in offers if offer]
        shared = [name for name in offered[0] if all(name in offer for offer in offered)]
        retired = catalogue.schema(f"integrations/{type_}").get("deprecated")
        row = [f"{type_} (retired)" if retired else type_, ", ".join(shared)]
        rows.append(f"| {' | '.join(row + [_cell(offer, shared) for offer in offers])} |")
    return "\n".join(rows) + "\n"


def masks_table() -> str:
    """Give a row for each secret: what the API shows of it, and what that lets a plan tell."""
    rows = ["| secret | the API shows | so a plan tells |", "| --- | --- | --- |"]
    for type_ in catalogue.types():
        dialect = catalogue.dialects_of(type_)[0]
        for name, part in catalogue.schema(f"integrations/{type_}")["properties"].items():
            offering = next(iter(part.get("x-dialects", [dialect])))
            field = catalogue.kinds(offering)[type_].fields.get(name)
            if field and field.sensitive:
                rows.append(f"| {type_} `{name}` | {' | '.join(_evidence(field))} |")
    return "\n".join(rows) + "\n"


def _evidence(field: Field) -> tuple[str, str]:
    match field.echo, field.mask:
        case Echo.ABSENT, _:
            return "nothing", "nothing"
        case Echo.PLAIN, _:
            return "all of it, as far as is known", "whether it is another"
        case _, Mask.URL:
            return "scheme, host and the last four characters", "another host, or another end"
        case _, Mask.TEXT:
            return "not known", "nothing, unless some of it is shown"
        case _ if field.alphabet:
            return "the last four characters", "another key, but for one in 65,536"
        case _:
            return "the last four characters", "another end; on Atlas another length too"


def _offer(type_: str, dialect: str) -> list[str]:
    """Show the settings that a type has in a dialect; none, if it is not offered there."""
    kind = catalogue.kinds(dialect).get(type_)
    return [_setting(field) for field in kind.fields.values()] if kind else []


def _setting(field: Field) -> str:
    shown = f"*`{field.name}`*" if field.sensitive else f"`{field.name}`"
    return f"**{shown}**" if field.required else shown


def _cell(offer: list[str], shared: list[str]) -> str:
    if not offer:
        return "no"
    return ", ".join(name for name in offer if name not in shared) or "yes"


def forbidden_table() -> str:
    """Give a row for each reason, with the names that no integration gets for it."""
    rows: dict[tuple[str, bool], list[str]] = {}
    for source, bans in BANS.items():
        for ban in bans:
            rows.setdefault((ban.holds, ban.own), []).append(f"`{source}: {ban.glob}`")
    lines = [
        f"| {holds} | {'nothing' if own else 'a policy, by the full name'} | {', '.join(names)} |"
        for (holds, own), names in rows.items()
    ]
    head = ["| holds | allowed by | names |", "| --- | --- | --- |"]
    return "\n".join(head + lines) + "\n"


NEEDS = {
    "env": "nothing",
    "file": "nothing",
    "sops": "the program `sops`; a key, as `SOPS_AGE_KEY_FILE`",
    "vault": "`VAULT_ADDR`, `VAULT_TOKEN` or a sign-in; a policy with `read` on the path",
    "aws-sm": "a sign-in as for the AWS CLI; `secretsmanager:GetSecretValue`, `kms:Decrypt`",
    "gcp-sm": "application default credentials; the role Secret Manager Secret Accessor",
    "azure-kv": "a service principal, an identity or `az login`; the role Key Vault Secrets User",
    "op": "the program `op`; `OP_SERVICE_ACCOUNT_TOKEN` or a sign-in",
    "keyring": "a keyring that its owner has unlocked; refused in CI",
    "exec": "an operator's policy that names the program",
}


def sources_table() -> str:
    """Give a row for each source: how it is written, what it takes, and what it was tested with."""
    with (ROOT / "pyproject.toml").open("rb") as stream:
        extras = tomllib.load(stream)["project"]["optional-dependencies"]
    rows = ["| reference | extra | needs | tested against |", "| --- | --- | --- | --- |"]
    for source, part in catalogue.schema("secret")["properties"].items():
        extra = f"`{source}`" if source in extras else ""
        example = f"`{{{source}: {part['examples'][0]}}}`"
        rows.append(f"| {example} | {extra} | {NEEDS[source]} | {_tested_against(source)} |")
    return "\n".join(rows) + "\n"


def formats_table() -> str:
    """Give a row for each form of a report, in the words of the file that makes it."""
    told = {
        name: inspect.getmodule(render).__doc__.partition("\n")[0].partition("The report ")[2]
        for name, render in FORMATS.items()
    }
    rows = [f"| `{name}` | {sentence} |" for name, sentence in told.items()]
    return "\n".join(["| form | the report |", "| --- | --- |", *rows]) + "\n"


def _tested_against(source: str) -> str:
    """Read what the tests of a source say of themselves."""
    text = (ROOT / f"tests/secrets/test_{source.replace('-', '_')}.py").read_text()
    return re.search(r'(?m)^AGAINST = "(.*)"$', text)[1]


def _example(file: str) -> str:
    return f"```yaml\n{(ROOT / 'examples' / file).read_text()}```\n"


def _policy() -> str:
    return (ROOT / "examples/policy.yaml").read_text()


def _between(text: str, name: str, content: str) -> str:
    begin, end = f"<!-- {name}:begin -->\n", f"<!-- {name}:end -->"
    before, _, rest = text.partition(begin)
    return before + begin + content + end + rest.partition(end)[2]


def _session(block: str, folder: str) -> str:
    """Run each command of a block, and give the commands with what they print."""
    shown = ""
    for line in block.splitlines():
        if line.startswith("$ "):
            shown += (
                f"{line}\n{_run(f'. examples/quickstart/demo.env; {line[2:]}', folder, _environ())}"
            )
    return shown


def _run(command: str, folder: str, environ: dict[str, str]) -> str:
    done = subprocess.run(
        ["bash", "-c", command],
        cwd=folder,
        env=environ,
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        check=False,
        timeout=60,
    )
    return done.stdout


def _on_a_terminal(command: str, folder: str) -> str:
    """Run a command whose stdout is a terminal, and give what it prints, colour and all."""
    reader, terminal = pty.openpty()
    with subprocess.Popen(
        ["bash", "-c", f". examples/quickstart/demo.env; {command}"],
        cwd=folder,
        env=_environ() | {"TERM": "xterm"},
        stdout=terminal,
    ):
        os.close(terminal)
        shown = b""
        while chunk := _read(reader):
            shown += chunk
    os.close(reader)
    return shown.decode().replace("\r\n", "\n")


def _read(reader: int) -> bytes:
    """Read what there is; Linux tells the end of a terminal by an error."""
    try:
        return os.read(reader, 4096)
    except OSError:
        return b""


def _environ() -> dict[str, str]:
    return {
        "PATH": f"{Path(sys.executable).parent}{os.pathsep}{os.environ['PATH']}",
        "COLUMNS": "80",
        "LANG": "C.UTF-8",
    }


if __name__ == "__main__":
    README.write_text(whole(README.read_text()))
    PICTURE.write_text(picture())
