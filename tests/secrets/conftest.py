"""Integrations that refer to secrets, and no secrets of anybody else."""

import json
import os
import sys
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from threading import Thread

import pytest

from reconciler.core.policy import NO_POLICY
from reconciler.core.problem import Invalid, pack
from reconciler.core.secret import Reference
from reconciler.core.state import Desired, DesiredProject, Integration, ProjectRef
from reconciler.secrets.resolve import resolve

OTHERS = ("MONGODB_", "KEY", "SOPS_", "VAULT_", "BAO_", "AWS_", "GOOGLE_", "AZURE_", "OP_", "CI")


@pytest.fixture(autouse=True)
def environment(monkeypatch, tmp_path):
    """Start with an empty environment, in an empty folder."""
    for name in list(os.environ):
        if name.startswith(OTHERS):
            monkeypatch.delenv(name)
    monkeypatch.setenv("HOME", str(tmp_path / "home"))
    for name in ("CACHE", "CONFIG", "DATA"):
        monkeypatch.delenv(f"XDG_{name}_HOME", raising=False)
    monkeypatch.chdir(tmp_path)


@pytest.fixture
def install(tmp_path, monkeypatch):
    """Put a program of Python on PATH; one of nothing makes the name one that nobody has."""
    monkeypatch.setenv("PATH", f"{tmp_path / 'bin'}{os.pathsep}/usr/bin{os.pathsep}/bin")

    def put(name, text):
        file = tmp_path / "bin" / name
        file.parent.mkdir(exist_ok=True)
        file.write_text(f"#!{sys.executable}\nimport json, os, sys, time\n{text}")
        file.chmod(0o755)
        return file

    return put


@pytest.fixture
def serve():
    """Answer HTTP requests by a function from (path, headers) to (status, JSON)."""

    @contextmanager
    def serving(answer, context=None):
        class Handler(BaseHTTPRequestHandler):
            def do_GET(self):
                self.rfile.read(int(self.headers.get("Content-Length", 0)))
                status, document = answer(self.path, self.headers)
                content = json.dumps(document).encode()
                self.send_response(status)
                self.send_header("Content-Type", "application/json")
                self.send_header("Content-Length", str(len(content)))
                more = document.get("headers", {}) if isinstance(document, dict) else {}
                for name, value in more.items():
                    self.send_header(name, value)
                self.end_headers()
                self.wfile.write(content)

            do_POST = do_GET  # noqa: N815 - the name that http.server calls

            def log_message(self, *_):
                pass

        with ThreadingHTTPServer(("127.0.0.1", 0), Handler) as server:
            if context:
                server.socket = context.wrap_socket(server.socket, server_side=True)
            thread = Thread(target=server.serve_forever)
            thread.start()
            yield f"http{'s' if context else ''}://127.0.0.1:{server.server_port}"
            server.shutdown()
            thread.join()

    return serving


@pytest.fixture
def declare():
    """Declare projects, each a list of (type, settings); every setting stands in its own line."""

    def declared(*projects):
        lines = iter(range(1000))
        return Desired(
            "atlas",
            tuple(
                DesiredProject(
                    ProjectRef(None, f"project-{number}"),
                    prune=False,
                    integrations=tuple(
                        Integration(
                            type_,
                            {"type": type_, **settings},
                            absent=False,
                            file="state.yaml",
                            mark=0,
                            marks=[pack(next(lines), 8) for _ in range(1 + len(settings))],
                        )
                        for type_, settings in integrations
                    ),
                    file="state.yaml",
                    mark=0,
                )
                for number, integrations in enumerate(projects)
            ),
        )

    return declared


@pytest.fixture
def resolved(declare):
    """Resolve one secret, of a type that takes any text, and give its value or the problem."""

    def value(source, name, type_="OPS_GENIE", setting="apiKey"):
        desired = declare([(type_, {setting: Reference(source, name)})])
        try:
            done = resolve(desired)
        except Invalid as invalid:
            [problem] = invalid.problems
            return problem
        return done.projects[0].integrations[0].settings[setting].reveal()

    return value


@pytest.fixture
def fetched(declare):
    """Resolve names of a source, each in a project of its own, and give secrets or problems."""

    def values(source, *names, policy=NO_POLICY):
        desired = declare(*([("OPS_GENIE", {"apiKey": Reference(source, name)})] for name in names))
        try:
            done = resolve(desired, policy)
        except Invalid as invalid:
            return list(invalid.problems)
        return [project.integrations[0].settings["apiKey"] for project in done.projects]

    return values
