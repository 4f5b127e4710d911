"""Asking an identity provider over HTTPS, within limits of size and time; a redirect is not followed."""

from __future__ import annotations

import asyncio
import ssl
from collections.abc import Mapping
from dataclasses import dataclass

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
        return asyncio.run(_asked(url, trust, form, headers or {}, limits))
    except TimeoutError as e:
        raise IssuerUnreachable("got no answer in time, expected one", file=url, advice=ADVICE) from e
    except (httpx2.HTTPError, httpx2.InvalidURL, httpx2.StreamError, OSError, UnicodeError) as e:
        raise IssuerUnreachable(
            f"got no answer ({str(e) or type(e).__name__}), expected one", file=url, advice=ADVICE
        ) from e


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
