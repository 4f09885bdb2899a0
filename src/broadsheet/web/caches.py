"""Django's cache in Valkey, or Redis: Django speaks to it by the library that the ledger uses already."""

from __future__ import annotations

from typing import Any

from django.core.cache.backends.redis import RedisCache, RedisCacheClient, RedisSerializer


class Client(RedisCacheClient):
    """Django's own client, over Valkey's library, which has the same shape as the one that Django names."""

    def __init__(self, servers: list[str], **options: Any) -> None:
        import valkey

        self._lib = valkey
        self._servers = servers
        self._pools: dict[int, Any] = {}
        self._client = valkey.Valkey
        self._pool_class = valkey.ConnectionPool
        self._serializer = RedisSerializer()
        self._pool_options = options


class ValkeyCache(RedisCache):
    """The cache at `valkey://…`, `redis://…`, or with TLS at `valkeys://…`, `rediss://…`."""

    def __init__(self, server: str, params: dict[str, Any]) -> None:
        super().__init__(server, params)
        self._class = Client
        self._servers = [server]
