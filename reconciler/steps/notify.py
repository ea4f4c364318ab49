"""Tells others what a run came to, where something changed; an end of the run that changes nothing.

What cannot be sent is a warning. The address is a secret: it is in no message.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from reconciler.core.problem import Failed, warning
from reconciler.report.notice import is_news, notice

if TYPE_CHECKING:
    from apprise import NotifyBase

    from reconciler.core.problem import Problem
    from reconciler.run import Run

_WEBHOOK = re.compile("^http(s?)://", re.IGNORECASE)


def tell_others(run: Run) -> None:
    """Send the notice that the user asked for; a run that was interrupted is in a hurry."""
    if run.job.notify is None or run.job.stop or not is_news(run.report()):
        return
    try:
        problem = _send(run)
    except Failed as error:
        problem = warning(error.problem.code, error.problem.message, error.problem.hint)
    except Exception as error:  # noqa: BLE001 - what a library raises may quote the address
        problem = _unsent(run, f"the library failed: {type(error).__name__}")
    run.problems += [problem] if problem else []


def _send(run: Run) -> Problem | None:
    """Send it. Raises Failed where the address cannot be had."""
    from reconciler.secrets.key import fetch_text

    assert run.job.notify  # noqa: S101 - whoever calls has looked
    target = _target(fetch_text(run.job.notify, run.policy))
    if target is None:
        return _unsent(run, "that is no address that the library knows")
    title, body = notice(run.report())
    if target.notify_format == "markdown":  # which Teams reads: it takes a line break for a space
        body = body.replace("\n", "\n\n")
    sent = target.notify(body=body, title=title, body_format="text")
    return None if sent else _unsent(run, "it was not taken")


def _target(address: str) -> NotifyBase | None:
    """Make sense of an address; a web address that is no known service's is that of a webhook.

    Nothing is kept on disk, no redirect is followed, and no picture is loaded from elsewhere.
    """
    from apprise import Apprise, AppriseAsset, PersistentStoreMode

    asset = AppriseAsset(
        app_id="reconciler",
        app_desc="reconciler",
        app_url="",
        image_url_mask="",
        image_url_logo="",
        async_mode=False,
        http_redirects=False,
        storage_mode=PersistentStoreMode.MEMORY,
    )
    for url in (address, _WEBHOOK.sub(r"json\1://", address)):
        target = Apprise.instantiate(url, asset=asset, suppress_exceptions=True)
        if target is not None:
            return target
    return None


def _unsent(run: Run, why: str) -> Problem:
    sentence = f"the notice to {run.job.notify} could not be sent: {why}"
    hint = "see that the address is right and can be reached from here; the run is not affected"
    return warning("notice-unsent", sentence, hint)
