"""`{aws-sm: ID#KEY}`, against moto's server and the real boto3."""

import json
from datetime import UTC, datetime, timedelta

import pytest
import requests

boto3 = pytest.importorskip("boto3", reason="pip install '.[sources]'")
moto = pytest.importorskip("moto.server", reason="pip install '.[sources]'")

AGAINST = "boto3 and moto's server"
pytestmark = pytest.mark.filterwarnings("ignore::DeprecationWarning", "ignore::ResourceWarning")

PAGER = json.dumps({"key": "s3cret", "number": 5, "a@b": "at"})


@pytest.fixture(scope="module")
def address():
    server = moto.ThreadedMotoServer("127.0.0.1", 0, verbose=False)
    server.start()
    host, port = server.get_host_and_port()
    yield f"http://{host}:{port}"
    server.stop()


@pytest.fixture
def aws(address, monkeypatch):
    """Start with an account that has no secrets, and be signed in to it."""
    for name, value in {
        "ENDPOINT_URL": address,
        "REGION": "eu-west-1",
        "DEFAULT_REGION": "eu-west-1",
        "ACCESS_KEY_ID": "made-up",
        "SECRET_ACCESS_KEY": "made-up",
        "EC2_METADATA_DISABLED": "true",
    }.items():
        monkeypatch.setenv(f"AWS_{name}", value)
    client = boto3.client("secretsmanager")
    requests.post(f"{address}/moto-api/reset", timeout=10).raise_for_status()
    return client


def test_a_key_of_the_json_and_the_whole_text(aws, resolved):
    aws.create_secret(Name="payments/pager", SecretString=PAGER)
    assert resolved("aws-sm", "payments/pager#key") == "s3cret"
    assert resolved("aws-sm", "payments/pager") == PAGER


def test_version_comes_along_and_the_time_of_what_is_alone(aws, fetched):
    made = aws.create_secret(Name="pager", SecretString=PAGER)
    aws.create_secret(Name="alone", SecretString='{"key": "s3cret"}')
    several, whole, alone = fetched("aws-sm", "pager#key", "pager", "alone#key")
    assert several.version == whole.version == made["VersionId"]
    assert several.created is None
    for secret in (whole, alone):
        assert abs(datetime.now(UTC) - secret.created) < timedelta(minutes=5)


def test_a_version_is_an_id_or_a_stage(aws, resolved):
    first = aws.create_secret(Name="pager", SecretString="old")["VersionId"]
    aws.put_secret_value(SecretId="pager", SecretString="new")
    assert resolved("aws-sm", "pager") == "new"
    assert resolved("aws-sm", "pager@AWSPREVIOUS") == "old"
    assert resolved("aws-sm", f"pager@{first}") == "old"


def test_a_name_that_holds_an_at_sign_is_given_with_its_version(aws, resolved):
    aws.create_secret(Name="team@example/pager", SecretString=PAGER)
    assert resolved("aws-sm", "team@example/pager#key") == "s3cret"
    assert resolved("aws-sm", "team@example/pager@AWSCURRENT") == PAGER
    assert resolved("aws-sm", "team@example/pager#a@b@AWSCURRENT") == "at"


@pytest.mark.parametrize("name", ["AWS_REGION", "AWS_DEFAULT_REGION"])
def test_either_variable_names_the_region(aws, resolved, monkeypatch, name):
    aws.create_secret(Name="payments/pager", SecretString=PAGER)
    for other in ("AWS_REGION", "AWS_DEFAULT_REGION"):
        monkeypatch.delenv(other)
    monkeypatch.setenv(name, "eu-west-1")
    assert resolved("aws-sm", "payments/pager#key") == "s3cret"


def test_an_arn_names_its_own_region(aws, resolved):
    elsewhere = boto3.client("secretsmanager", region_name="us-east-1")
    arn = elsewhere.create_secret(Name="pager", SecretString="there")["ARN"]
    assert resolved("aws-sm", arn) == "there"
    assert resolved("aws-sm", "pager").code == "unresolved-secret"


@pytest.mark.parametrize(
    ("name", "sentence"),
    [
        ("no", "AWS Secrets Manager: there is no no"),
        ("pager@" + "0" * 36, "AWS Secrets Manager: there is no pager"),
        ("pager#no", "the secret pager in AWS has no field no"),
        ("pager#number", "the field number of the secret pager in AWS is not text"),
        ("plain#key", "the secret plain in AWS is not JSON"),
        ("list#key", "the secret list in AWS has no fields"),
        ("binary", "the secret binary in AWS is not text"),
    ],
)
def test_what_cannot_be_had_is_told(aws, resolved, name, sentence):
    aws.create_secret(Name="pager", SecretString=PAGER)
    aws.create_secret(Name="plain", SecretString="s3cret")
    aws.create_secret(Name="list", SecretString='["s3cret"]')
    aws.create_secret(Name="binary", SecretBinary=b"s3cret")
    problem = resolved("aws-sm", name)
    assert (problem.code, problem.message) == ("unresolved-secret", sentence)


def test_a_secret_marked_for_deletion_is_told(aws, resolved):
    aws.create_secret(Name="pager", SecretString=PAGER)
    aws.delete_secret(SecretId="pager")
    assert "cannot be read in its state" in resolved("aws-sm", "pager").message


def test_each_secret_is_read_once_and_all_failures_are_told(aws, fetched, monkeypatch):
    aws.create_secret(Name="pager", SecretString=PAGER)
    problems = fetched("aws-sm", "pager#key", "pager#no", "absent#a", "absent#b")
    assert [problem.at.line for problem in problems] == [4, 6, 8]


@pytest.mark.parametrize(
    ("variables", "sentence"),
    [
        ({"AWS_REGION": None, "AWS_DEFAULT_REGION": None}, "no AWS region is set"),
        (
            {"AWS_ACCESS_KEY_ID": None, "AWS_SECRET_ACCESS_KEY": None},
            "there are no credentials for AWS",
        ),
        ({"AWS_ENDPOINT_URL": "http://127.0.0.1:9"}, "AWS Secrets Manager cannot be reached"),
        ({"AWS_PROFILE": "no-such-profile"}, "the configuration of AWS is not valid"),
    ],
)
def test_what_is_wrong_with_all_is_told_once(aws, fetched, monkeypatch, variables, sentence):
    for name, value in variables.items():
        monkeypatch.setenv(name, value) if value else monkeypatch.delenv(name)
    [problem] = fetched("aws-sm", "b", "a", "c")
    assert (problem.code, problem.message, problem.at.line) == ("source-unavailable", sentence, 2)


@pytest.mark.parametrize(
    ("code", "expected", "everywhere"),
    [
        ("AccessDeniedException", "AWS Secrets Manager: may not be read: pager", False),
        ("DecryptionFailure", "AWS Secrets Manager: cannot be decrypted: pager", False),
        (
            "ExpiredTokenException",
            "AWS Secrets Manager refuses the request: ExpiredTokenException",
            True,
        ),
        ("s3cretException", "AWS Secrets Manager refuses the request", True),
    ],
)
def test_a_refusal_is_told_by_its_code_alone(
    aws, serve, fetched, monkeypatch, code, expected, everywhere
):
    answer = {"__type": code, "Message": "the secret is s3cret"}
    with serve(lambda path, headers: (400, answer)) as address:
        monkeypatch.setenv("AWS_ENDPOINT_URL", address)
        problems = fetched("aws-sm", "pager#a", "pager#b")
    assert {problem.message for problem in problems} == {expected}
    assert len(problems) == (1 if everywhere else 2)
