"""An installed wheel finds its schemas, wherever it is run."""

import os
import subprocess
import sys
import venv
from pathlib import Path
from zipfile import ZipFile

import pytest

pytest.importorskip("build")
pytest.importorskip("hatchling")

STATE = """\
version: 1
api: atlas
projects:
  - name: payments
    integrations:
      - type: PAGER_DUTY
        serviceKey: {env: KEY}
"""


def call(*command, **options):
    return subprocess.run(command, check=True, capture_output=True, **options)


@pytest.fixture(scope="module")
def wheel(tmp_path_factory, pytestconfig):
    folder = tmp_path_factory.mktemp("dist")
    offline = [sys.executable, "-m", "build", "--wheel", "--no-isolation"]
    call(*offline, "--outdir", folder, pytestconfig.rootpath)
    return next(folder.glob("*.whl"))


@pytest.fixture(scope="module")
def installed(wheel, tmp_path_factory):
    """Install into an environment of its own, which borrows the dependencies of this one."""
    folder = tmp_path_factory.mktemp("user") / "venv"
    venv.create(folder, symlinks=os.name != "nt")
    scripts = folder / ("Scripts" if os.name == "nt" else "bin")
    pip = [sys.executable, "-m", "pip", "--python", scripts / "python"]
    call(*pip, "install", "--no-deps", "--no-index", "--disable-pip-version-check", wheel)
    found = call(
        scripts / "python", "-c", "import site; print(site.getsitepackages()[0])", text=True
    )
    borrowed = "\n".join(path for path in sys.path if path.endswith("site-packages"))
    Path(found.stdout.strip(), "borrowed.pth").write_text(f"{borrowed}\n")
    return scripts


@pytest.fixture
def elsewhere(installed, tmp_path):
    """Run an installed script in a folder that has nothing to do with the sources."""
    environ = {name: value for name, value in os.environ.items() if not name.startswith("PYTHON")}

    def run(script, *arguments):
        command = [installed / script, *arguments]
        return call(*command, cwd=tmp_path, env=environ, text=True).stdout

    return run


def test_the_wheel_holds_the_package_with_its_schemas_and_nothing_else(wheel):
    with ZipFile(wheel) as archive:
        names = [name for name in archive.namelist() if ".dist-info/" not in name]
    assert {name.split("/")[0] for name in names} == {"reconciler"}
    assert "reconciler/schemas/integrations/PAGER_DUTY.schema.json" in names
    assert "reconciler/py.typed" in names


def test_it_is_the_installed_package_that_runs(elsewhere, installed):
    code = "import reconciler.catalogue as found; print(found.__file__)"
    assert elsewhere("python", "-c", code).startswith(str(installed.parent))


def test_the_schema_is_the_one_of_the_sources(elsewhere, pytestconfig):
    expected = pytestconfig.rootpath / "examples/desired-state.schema.json"
    assert elsewhere("reconciler", "schema") == expected.read_text()


def test_a_file_can_be_validated(elsewhere, tmp_path):
    (tmp_path / "state.yaml").write_text(STATE)
    assert elsewhere("reconciler", "validate", "state.yaml") == "The desired state is valid.\n"
