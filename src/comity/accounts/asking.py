"""Asking an identity provider over HTTPS, within limits of size and time; a redirect is not followed."""

from __future__ import annotations

import asyncio
import ssl
from collections.abc import Callable, Coroutine, Mapping
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from functools import partial
from typing import Any

from .errors import IssuerUnreachable, WrongIssuer

LIMIT = 256 * 1024
ADVICE = "The organisation's provider does not answer. Sign in with a key of your own, and tell whoever runs it."


@dataclass(frozen=True)
class Limits:
    """How long a step and the whole may take in seconds, and how many bytes an answer may have."""

    step: float = 5.0
    whole: float = 10.0
    answer: int = LIMIT


def ask(
    url: str, trust: ssl.SSLContext, *, form: Mapping[str, str] | None = None,
    headers: Mapping[str, str] | None = None, limits: Limits = Limits(),
) -> tuple[int, bytes]:  # fmt: skip
    """Ask for a document, or send a *form*; gives the status and the bytes of the answer.

    Raises:
        IssuerUnreachable: there was no whole answer in time.
        WrongIssuer: the answer is too large, compressed, or leads elsewhere.
    """
    import httpx2

    try:
        with ThreadPoolExecutor(1) as apart:
            return apart.submit(_now, partial(_asked, url, trust, form, headers or {}, limits)).result()
    except TimeoutError as e:
        raise IssuerUnreachable("got no answer in time, expected one", file=url, advice=ADVICE) from e
    except (httpx2.HTTPError, httpx2.InvalidURL, httpx2.StreamError, OSError, UnicodeError) as e:
        raise IssuerUnreachable(
            f"got no answer ({str(e) or type(e).__name__}), expected one", file=url, advice=ADVICE
        ) from e


def _now(asked: Callable[[], Coroutine[Any, Any, tuple[int, bytes]]]) -> tuple[int, bytes]:
    """Run to the end in a loop of its own, which does not wait for a resolver that still hangs when the time is over.

    The loop runs in a thread of its own, so that whoever asks may have one already.
    """
    loop = asyncio.new_event_loop()
    try:
        return loop.run_until_complete(asked())
    finally:
        loop.run_until_complete(loop.shutdown_asyncgens())
        loop.close()


async def _asked(
    url: str, trust: ssl.SSLContext, form: Mapping[str, str] | None, headers: Mapping[str, str], limits: Limits
) -> tuple[int, bytes]:
    import httpx2

    sent = {"accept": "application/json", "accept-encoding": "identity", "user-agent": "comity", **headers}
    async with (
        asyncio.timeout(limits.whole),
        httpx2.AsyncClient(verify=trust, trust_env=False, timeout=limits.step, follow_redirects=False) as client,
        client.stream("GET" if form is None else "POST", url, data=form, headers=sent) as response,
    ):
        if 300 <= response.status_code < 400 or "content-encoding" in response.headers:
            raise WrongIssuer("got a redirect or a compressed answer, expected the document as it is", file=url)
        body = b""
        async for piece in response.aiter_raw():
            body += piece
            if len(body) > limits.answer:
                raise WrongIssuer(f"got more than {limits.answer} bytes, expected at most so many", file=url)
        return response.status_code, body
