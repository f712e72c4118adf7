"""What an OpenAI-compatible server offers: the names of its models."""

from __future__ import annotations

import httpx

from rag.errors import ModelError


def model_names(url: str, key: str = "", timeout: float = 5.0) -> list[str]:
    """The models of the server at `url`, by name; waits at most about `timeout` seconds.

    Raises ModelError, one sentence without the key, if it cannot be asked or answers with something else.
    """
    headers = {"Authorization": f"Bearer {key}"} if key else {}
    try:
        response = httpx.get(f"{url}/models", headers=headers, timeout=timeout, follow_redirects=False)
    except (httpx.HTTPError, httpx.InvalidURL, ValueError) as error:
        raise ModelError(f"There is no server at {url} that can be reached.") from error
    if response.status_code in (401, 403):
        raise ModelError(f"The server at {url} does not accept the key (HTTP {response.status_code}).")
    if response.status_code != 200:
        raise ModelError(f"The server at {url} does not list its models (HTTP {response.status_code}).")
    try:
        names = sorted({str(each["id"]) for each in response.json()["data"]})
    except (ValueError, KeyError, TypeError) as error:
        raise ModelError(f"What answers at {url} does not speak like a language model's server.") from error
    return names
