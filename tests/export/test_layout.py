"""The whole text of an export."""

from reconciler.core.state import ProjectRef

A, B, C = (f"{number}d791c84ff7a2522cc4f9aa1" for number in "123")
MASK = "****************************2101"


def test_projects_come_by_name_then_id(exporter):
    lives = [
        exporter.live(ref=ProjectRef(B, "search")),
        exporter.live(ref=ProjectRef(C, "payments")),
        exporter.live(ref=ProjectRef(A, "search")),
        exporter.live(ref=ProjectRef(A, None)),
    ]
    text = exporter.text(*lives)
    assert [line.split()[-1] for line in text.splitlines() if "- id:" in line] == [A, C, A, B]
    assert text == exporter.text(*reversed(lives))


def test_a_project_without_integrations_stays_in(exporter):
    live = exporter.live()
    text = exporter.text(live)
    assert "    integrations: []\n" in text
    assert exporter.changes(text, live) == []


def test_what_is_left_out_is_told_where_it_belongs(exporter):
    live = exporter.live(
        {"type": "OPS_GENIE", "apiKey": MASK, "future": "f"}, {"type": "FUTURE", "a": "b"}
    )
    text = exporter.text(live)
    assert text.splitlines()[4:13] == [
        "projects:",
        "  - id: 5d791c84ff7a2522cc4f9aa1",
        "    name: payments-prod",
        "    integrations:",
        "      - type: OPS_GENIE",
        "        apiKey: {env: PAYMENTS_PROD_OPS_GENIE_API_KEY}",
        "        # future is live and not declared here: this tool does not know the setting",
        "      # FUTURE is live and not declared here: this tool does not know the type",
        "",
    ]
    assert {change.action for change in exporter.changes(text, live)} == {"keep", "leave"}


def test_the_names_of_others_cannot_break_out_of_a_comment(exporter):
    live = exporter.live(
        {"type": "X\nprojects: []\n" + "x" * 1000, "a": "b"},
        {"type": "OPS_GENIE", "apiKey": MASK, "\u2028prune: true\r\n": "f"},
    )
    text = exporter.text(live, unread=[ProjectRef(B, "\u202e\nprune: true")])
    assert {change.action for change in exporter.changes(text, live)} == {"keep", "leave"}
    assert "\nprune" not in text
    assert max(map(len, text.splitlines())) < 200


def test_secrets_to_fill_in_are_listed_as_commands_in_the_order_of_the_file(exporter):
    live = exporter.live(
        {"type": "WEBHOOK", "url": "https://example.com/****2101", "secret": MASK},
        {"type": "OPS_GENIE", "apiKey": MASK},
    )
    text = exporter.text(live)
    assert [line for line in text.splitlines() if "export" in line] == [
        "# export PAYMENTS_PROD_OPS_GENIE_API_KEY=",
        "# export PAYMENTS_PROD_WEBHOOK_URL=",
        "# export PAYMENTS_PROD_WEBHOOK_SECRET=",
    ]


def test_what_is_missing_is_named_and_the_rest_is_valid(exporter):
    live = exporter.live({"type": "OPS_GENIE", "apiKey": MASK})
    unread = [ProjectRef(C, "search"), ProjectRef(B, None)]
    text = exporter.text(live, unread=unread, cut_off=True)
    assert text.splitlines()[2:6] == [
        "# Incomplete: the run ended before everything was read.",
        "# Incomplete: these projects could not be read.",
        f"#   {B}",
        f"#   {C} search",
    ]
    assert [change.action for change in exporter.changes(text, live)] == ["keep"]


def test_nothing_at_all_is_a_valid_file(exporter):
    declared, _ = exporter.read(exporter.text(cut_off=True))
    assert (declared.api, declared.projects) == ("atlas", ())


def test_whoever_has_no_integrations_is_told_how_to_plan_that(exporter):
    live = exporter.live()
    assert "asks for --allow-empty" in exporter.text(live)
    assert "asks for --allow-empty" not in exporter.text(cut_off=True)
    assert "asks for --allow-empty" not in exporter.text(
        live, exporter.live({"type": "OPS_GENIE", "apiKey": MASK}, ref=ProjectRef(B, "search"))
    )
