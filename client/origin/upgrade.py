"""What an exchange does after it became another protocol (RFC 9110 section 7.8).

The app's bytes come as the response's content, through the connection. The sender's go out from here.
"""

from client.origin.connection import Connection
from client.origin.states import State
from shared.errors import ContentBroken
from shared.exchange import Content


async def pump(connection: Connection, content: Content) -> None:
    """Send raw bytes as they come, after a switch of protocols; then say that no more follow."""
    try:
        while data := await content.read():
            connection.out.write(data)
            await connection.out.drained()
            if connection.state is State.CLOSED:
                return
    except ContentBroken as error:
        connection.abort(error)
    else:
        connection.sent()
