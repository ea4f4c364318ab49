"""`{file: PATH}`."""

import os
from threading import Thread

import pytest

AGAINST = "the real thing"


@pytest.fixture
def secret(tmp_path, resolved):
    """Resolve a file with this content."""

    def of(content):
        (tmp_path / "secret").write_bytes(content)
        return resolved("file", "secret")

    return of


def test_a_file_gives_its_content(secret):
    assert secret(b"s3cret") == "s3cret"


@pytest.mark.parametrize(
    ("content", "value"),
    [(b"s3cret\n", "s3cret"), (b"s3cret\r\n", "s3cret"), ("ü\n".encode(), "ü")],
)
def test_one_line_break_at_the_end_is_not_part_of_it(secret, content, value):
    assert secret(content) == value


@pytest.mark.parametrize(
    "content", [b"s3cret\n\n", b"s3cret\r\n\r\n", b"s3cret\n\r\n", b"s3cret\r"]
)
def test_a_second_one_is_and_is_told(secret, content):
    assert secret(content).message == "the value of file:secret begins or ends with white space"


def test_of_a_template_exactly_one_line_break_is_taken(tmp_path, resolved):
    (tmp_path / "template").write_bytes(b'{\n\t"text": "***"[0:2]\n}\n\n'.replace(b"***", b"**"))
    value = resolved("file", "template", "WEBHOOK", "bodyTemplate")
    assert value == '{\n\t"text": "**"[0:2]\n}\n'


def test_an_absolute_path_is_taken(tmp_path, resolved):
    (tmp_path / "secret").write_text("s3cret")
    assert resolved("file", str(tmp_path / "secret")) == "s3cret"


def test_a_link_is_followed(tmp_path, resolved):
    (tmp_path / "..data").mkdir()
    (tmp_path / "..data/secret").write_text("s3cret")
    (tmp_path / "secret").symlink_to("..data/secret")
    assert resolved("file", "secret") == "s3cret"


@pytest.mark.parametrize("content", [b"", b"\n", b"\r\n"])
def test_a_file_that_holds_nothing_is_told(secret, content):
    assert secret(content).message == "the value of file:secret is empty"


@pytest.mark.parametrize("content", [b"\xff\xfes\x003\x00", b"caf\xe9", b"\xed\xa0\x80"])
def test_a_file_that_is_no_text_is_told(secret, content):
    problem = secret(content)
    assert problem.code == "unresolved-secret"
    assert problem.message == "the file secret is not UTF-8 text"


def test_a_file_may_hold_64_kib_and_not_one_byte_more(secret):
    assert secret(b"x" * 65_536) == "x" * 65_536
    problem = secret(b"x" * 65_537)
    assert problem.code == "unresolved-secret"
    assert problem.message == "the file secret is larger than 64 KiB"


def test_a_device_without_end_is_left_after_the_limit(resolved):
    assert resolved("file", "/dev/zero").message == "the file /dev/zero is larger than 64 KiB"


@pytest.mark.parametrize(
    ("path", "reason"),
    [
        ("nowhere", "no such file or directory"),
        ("nowhere/secret", "no such file or directory"),
        ("folder", "is a directory"),
        ("loop", "too many levels of symbolic links"),
        ("n" * 300, "file name too long"),
        ("nul\0", "no such path"),
    ],
)
def test_a_path_that_leads_to_no_file_is_told(tmp_path, resolved, path, reason):
    (tmp_path / "folder").mkdir()
    (tmp_path / "loop").symlink_to("loop")
    problem = resolved("file", path)
    assert problem.code == "unresolved-secret"
    assert problem.message == f"the file {path} cannot be read: {reason}"


def test_the_environment_of_the_process_is_no_secret(resolved, monkeypatch):
    monkeypatch.setenv("MONGODB_ATLAS_PRIVATE_API_KEY", "own-credentials")
    assert not isinstance(resolved("file", "/proc/self/environ"), str)


def test_a_pipe_that_nobody_writes_to_is_left(tmp_path, resolved, monkeypatch):
    monkeypatch.setattr("reconciler.secrets.file.SECONDS", 0.1)
    os.mkfifo(tmp_path / "pipe")
    problem = resolved("file", "pipe")
    assert problem.code == "unresolved-secret"
    assert problem.message == "the file pipe gave nothing for 0 seconds"


def test_a_pipe_that_is_written_to_is_read(tmp_path, resolved):
    os.mkfifo(tmp_path / "pipe")
    writer = Thread(target=lambda: (tmp_path / "pipe").write_text("s3cret\n"))
    writer.start()
    assert resolved("file", "pipe") == "s3cret"
    writer.join()


def test_a_relative_path_begins_at_the_working_directory(tmp_path, resolved, monkeypatch):
    (tmp_path / "elsewhere").mkdir()
    (tmp_path / "elsewhere/secret").write_text("s3cret")
    monkeypatch.chdir(tmp_path / "elsewhere")
    assert resolved("file", "secret") == "s3cret"
