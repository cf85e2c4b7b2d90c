"""The ways to the apps that a client has, until none of their connections is left."""

from client.origin.forward import Forward


class Forwards:
    """Knows every `Forward` that may have a connection, so that the client's end is theirs."""

    def __init__(self) -> None:
        self._used: set[Forward] = set()
        self._retired: set[Forward] = set()

    @property
    def count(self) -> int:
        """How many are known."""
        return len(self._used) + len(self._retired)

    def add(self, forward: Forward) -> Forward:
        """Know one more, and give it back."""
        self._used.add(forward)
        self._forget()
        return forward

    def retire(self, forward: Forward) -> None:
        """Nothing new goes this way; what runs may finish, and then it is forgotten."""
        self._used.discard(forward)
        self._retired.add(forward)
        self._forget()

    async def close(self) -> None:
        """Break off every exchange and close every connection."""
        for forward in (*self._used, *self._retired):
            await forward.close()

    def _forget(self) -> None:
        self._retired = {forward for forward in self._retired if forward.connected}
