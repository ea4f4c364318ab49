"""`pytest tests/golden --update-golden` writes the outputs as they are now; read the diff."""


def pytest_addoption(parser):
    parser.addoption("--update-golden", action="store_true", help="Rewrite the expected outputs.")
