# SPDX-License-Identifier: Apache-2.0
"""HTTP to strangers: strict overall time, bounded answers, no redirects, no way into the private network."""

import asyncio
import ipaddress
import socket
import ssl
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from typing import Any, Final
from urllib.parse import urlsplit

import httpx

MAX_ANSWER: Final = 64 * 1024
_PORTS: Final = {"http": 80, "https": 443}


class WireError(Exception):
    """The neighbour could not be asked. ``forbidden``: the address itself is not allowed."""

    def __init__(self, message: str, *, forbidden: bool = False) -> None:
        """Keep the reason in words."""
        super().__init__(message)
        self.forbidden = forbidden


@dataclass(frozen=True, slots=True)
class Answer:
    """What came back: status, the first 64 KiB, seconds of Retry-After (0: none)."""

    status: int
    body: bytes
    retry_after: float


@cache
def _trust() -> ssl.SSLContext:
    """Read the certificates (20 ms) once per process."""
    return httpx.create_ssl_context()


def client(timeout: float) -> httpx.AsyncClient:
    """Give a client that ignores proxies of the environment and follows nothing."""
    return httpx.AsyncClient(
        verify=_trust(), timeout=httpx.Timeout(timeout), trust_env=False, follow_redirects=False
    )


def is_public(address: str) -> bool:
    """Tell whether an IP address lies in the open internet (mapped and tunnelled ones are unwrapped)."""
    ip = ipaddress.ip_address(address.split("%", 1)[0])
    if isinstance(ip, ipaddress.IPv6Address):
        inner = ip.ipv4_mapped or ip.sixtofour or (ip.teredo[1] if ip.teredo else None)
        if inner is not None:
            return inner.is_global and not inner.is_multicast
        if ip in ipaddress.ip_network("64:ff9b::/96"):
            return is_public(str(ipaddress.IPv4Address(int(ip) & 0xFFFFFFFF)))
    return ip.is_global and not ip.is_multicast


def check_url(url: str) -> str | None:
    """Say what is wrong with a target's URL, or None. Names are resolved only when sending."""
    try:
        parts = urlsplit(url)
        port = parts.port
    except ValueError:
        return "地址无法解析 (not a URL)"
    if parts.scheme not in _PORTS or not parts.hostname:
        return "地址须以 http:// 或 https:// 开头 (must be an http or https URL)"
    if parts.username or parts.password:
        return "地址中不得含有用户名或密码 (must not hold credentials)"
    if port == 0 or any(c.isspace() or not c.isprintable() for c in url):
        return "地址无法解析 (not a URL)"
    return None


async def post(
    http: httpx.AsyncClient,
    url: str,
    content: bytes,
    headers: Mapping[str, str],
    *,
    seconds: float,
    private: bool,
    method: str = "POST",
) -> Answer:
    """Send, within ``seconds`` in all however the neighbour drips. Raises WireError.

    The name is resolved once and the connection made to the very address that was checked, so that a
    name cannot point elsewhere between the two.
    """
    wrong = check_url(url)
    if wrong:
        raise WireError(wrong, forbidden=True)
    try:
        async with asyncio.timeout(seconds):
            address = await _resolve(url, private=private)
            return await _exchange(http, url, address, content, headers, method)
    except TimeoutError:
        raise WireError(f"{seconds:g} 秒内没有答复 (no answer in time)") from None
    except httpx.HTTPError as error:
        raise WireError(f"{type(error).__name__}: {error}"[:500]) from error
    except (OSError, httpx.InvalidURL, UnicodeError, ValueError) as error:
        raise WireError(f"{type(error).__name__}: {error}"[:500]) from error


async def _resolve(url: str, *, private: bool) -> str:
    parts = urlsplit(url)
    port = parts.port or _PORTS[parts.scheme]
    found = await asyncio.get_running_loop().getaddrinfo(
        parts.hostname, port, type=socket.SOCK_STREAM, proto=socket.IPPROTO_TCP
    )
    addresses = [str(entry[4][0]) for entry in found]
    if not private:
        for address in addresses:
            if not is_public(address):
                raise WireError(f"不允许访问内网地址 {address} (private address)", forbidden=True)
    return addresses[0]


async def _exchange(
    http: httpx.AsyncClient, url: str, address: str, content: bytes, headers: Mapping[str, str], method: str
) -> Answer:
    named = httpx.URL(url)
    extensions: dict[str, Any] = {"sni_hostname": named.host} if named.scheme == "https" else {}
    request = http.build_request(
        method,
        named.copy_with(host=address.split("%", 1)[0]),
        content=content,
        headers={**headers, "Host": named.netloc.decode("ascii")},
        extensions=extensions,
    )
    answer = await http.send(request, stream=True)
    try:
        body = b""
        async for block in answer.aiter_raw(8192):
            body += block
            if len(body) >= MAX_ANSWER:
                break
    finally:
        await answer.aclose()
    return Answer(answer.status_code, body[:MAX_ANSWER], _seconds(answer.headers.get("retry-after", "")))


def _seconds(text: str) -> float:
    return float(text) if text.isascii() and text.isdigit() and len(text) < 7 else 0.0  # noqa: PLR2004
