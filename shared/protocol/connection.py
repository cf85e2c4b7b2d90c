"""The protocol's core: turns calls into bytes and bytes into events."""

import struct
from collections.abc import Callable

from shared.errors import Failure, ProtocolError
from shared.exchange import Delivery
from shared.http.heads import Fields, RequestHead, ResponseHead
from shared.protocol import codec, control, events, frames
from shared.protocol.codes import (
    DATA_BYTES,
    END_STREAM,
    HEADS_BYTES,
    MESSAGE_BYTES,
    RESET_OF_FAILURE,
    TRAILERS,
    FrameType,
    ResetCode,
)
from shared.protocol.hello import Limits, Reset
from shared.protocol.outgoing import Outgoing
from shared.protocol.states import Half, Moment
from shared.protocol.streams import Stream, Streams
from shared.protocol.window import ReceiveWindow, SendWindow

_INCREMENT = struct.Struct(">I")
_COUNT = struct.Struct(">Q")
_PING_BYTES = 8


def acknowledgement(count: int) -> bytes:
    """Give the transport message that acknowledges `count` messages. It is not numbered itself."""
    return frames.encode(FrameType.ACK, 0, 0, _COUNT.pack(count))


def is_acknowledgement(message: bytes) -> bool:
    """Tell whether a transport message is nothing but an acknowledgement."""
    return len(message) == _ACK_BYTES and message[_TYPE_AT] == FrameType.ACK


_ACK_BYTES = frames.HEADER_BYTES + _COUNT.size
_TYPE_AT = 3


class Connection:
    """One side of a link. What is to be sent waits in `outgoing`."""

    def __init__(self, *, relay: bool, limits: Limits | None = None) -> None:
        """Begin a link.

        Args:
            relay: this is the relay's side, which opens streams; the client's accepts them.
            limits: what both sides keep to; None: the protocol's defaults.
        """
        limits = limits or Limits()
        self.streams = Streams(opens=relay, most=limits.streams, window_bytes=limits.stream_window_bytes)
        self._send_window = SendWindow(limits.link_window_bytes)
        self._receive_window = ReceiveWindow(limits.link_window_bytes)
        self.outgoing = Outgoing()
        self._readers: dict[int, Callable[[int, int, bytes, list[events.Event]], None]] = {
            FrameType.DATA: self._on_data,
            FrameType.HEADERS: self._on_headers,
            FrameType.RESET: self._on_reset,
            FrameType.WINDOW_UPDATE: self._on_window_update,
            FrameType.PING: self._on_ping,
            FrameType.PONG: self._on_pong,
            FrameType.ACK: self._on_ack,
        }

    # --- sending -------------------------------------------------------------------------------------------------

    def open_stream(self, head: RequestHead, delivery: Delivery, *, end: bool) -> int:
        """Begin an exchange and give its stream's number. Asked for only while `streams.full` is False."""
        stream = self.streams.open()
        payload = codec.encode(codec.RequestPayload(head, delivery))
        self._send(stream, Moment.HEAD, FrameType.HEADERS, payload, end=end)
        return stream.number

    def send_response(self, number: int, head: ResponseHead, *, end: bool) -> None:
        """Send the head of the answer. Does nothing when the stream has ended."""
        stream = self.streams.find(number)
        if stream is not None:
            self._send(stream, Moment.HEAD, FrameType.HEADERS, codec.encode(head), end=end)

    def send_data(self, number: int, data: bytes | memoryview, *, end: bool) -> None:
        """Send content, at most what `credit` said. Does nothing when the stream has ended."""
        stream = self.streams.find(number)
        if stream is None:
            return
        if data:
            stream.send_window.spend(len(data))
            self._send_window.spend(len(data))
        if len(data) <= DATA_BYTES:
            self._send(stream, Moment.DATA, FrameType.DATA, data, end=end)
            return
        for start in range(0, len(data), DATA_BYTES):
            piece = data[start : start + DATA_BYTES]
            self._send(stream, Moment.DATA, FrameType.DATA, piece, end=end and start + DATA_BYTES >= len(data))

    def send_trailers(self, number: int, fields: Fields) -> None:
        """End content with trailers. Does nothing when the stream has ended."""
        stream = self.streams.find(number)
        if stream is not None:
            self.outgoing.write(FrameType.HEADERS, END_STREAM | TRAILERS, number, codec.encode(fields))
            self._ended_sending(stream)

    def credit(self, number: int) -> int:
        """Give how many bytes of content may be sent on a stream now; 0 also when it has ended."""
        stream = self.streams.find(number)
        if stream is None:
            return 0
        return min(stream.send_window.credit_bytes, self._send_window.credit_bytes)

    def reset(self, number: int, failure: Failure | None, detail: str = "", delivered: str = "unknown") -> None:
        """End a stream early, both ways. Does nothing when it has ended."""
        code = ResetCode.NO_ERROR
        if failure is not None:
            code = RESET_OF_FAILURE.get(failure, ResetCode.INTERNAL_ERROR)
        self._reset(number, Reset(code, detail, failure or "", delivered))

    def taken(self, number: int, count: int) -> None:
        """Account for content that the consumer took: the peer may send as much again on this stream."""
        stream = self.streams.find(number)
        if stream is not None and stream.remote is not Half.CLOSED:
            granted = stream.receive_window.take(count)
            if granted:
                self.outgoing.write(FrameType.WINDOW_UPDATE, 0, number, _INCREMENT.pack(granted))

    def ping(self, opaque: bytes) -> None:
        """Ask the peer for a sign of life; eight bytes come back."""
        self.outgoing.write(FrameType.PING, 0, 0, opaque)

    def say(self, message: events.LinkEvent) -> None:
        """Send a frame about the link itself: HELLO, WELCOME, BIND, GOAWAY and the like."""
        kind, payload = control.encode(message)
        self.outgoing.write(kind, 0, 0, payload)

    def _send(self, stream: Stream, moment: Moment, kind: int, payload: bytes | memoryview, *, end: bool) -> None:
        stream.sends(moment)
        self.outgoing.write(kind, END_STREAM if end else 0, stream.number, payload)
        if end:
            self._ended_sending(stream)

    def _ended_sending(self, stream: Stream) -> None:
        stream.sends(Moment.END)
        if stream.closed:
            self.streams.forget(stream.number)

    def _reset(self, number: int, reset: Reset) -> None:
        if self.streams.find(number) is not None:
            self.streams.forget(number)
            self.outgoing.write(FrameType.RESET, 0, number, codec.encode(reset))

    # --- receiving -----------------------------------------------------------------------------------------------

    def receive(self, message: bytes) -> list[events.Event]:
        """Take a transport message and give what it means, in order.

        Raises:
            ProtocolError: the peer broke the protocol in a way that is the whole link's fault.
        """
        found: list[events.Event] = []
        for kind, flags, number, payload in frames.decode(message):
            reader = self._readers.get(kind)
            if reader is not None:
                reader(flags, number, payload, found)
            elif (event := control.decode(kind, payload)) is not None:
                found.append(event)
        return found

    def _on_headers(self, flags: int, number: int, payload: bytes, found: list[events.Event]) -> None:
        if len(payload) > HEADS_BYTES:
            raise ProtocolError(f"head of {len(payload)} bytes")
        ended = bool(flags & END_STREAM)
        if flags & TRAILERS:
            self._on_trailers(number, payload, found)
            return
        if not self.streams.opens:
            stream = self.streams.accept(number)
            opened = codec.decode(codec.request_decoder, payload)
            stream.receives(Moment.HEAD)
            found.append(events.RequestReceived(number, opened.head, opened.delivery, ended))
        else:
            answering = self.streams.find(number)
            if answering is None or not self._allowed(answering, Moment.HEAD, found):
                return
            stream = answering
            head = codec.decode(codec.response_decoder, payload)
            found.append(events.ResponseReceived(number, head, ended))
        if ended:
            self._ended_receiving(stream)

    def _on_trailers(self, number: int, payload: bytes, found: list[events.Event]) -> None:
        stream = self.streams.find(number)
        if stream is not None and self._allowed(stream, Moment.DATA, found):
            found.append(events.TrailersReceived(number, codec.decode(codec.trailers_decoder, payload)))
            self._ended_receiving(stream)

    def _on_data(self, flags: int, number: int, payload: bytes, found: list[events.Event]) -> None:
        if len(payload) > DATA_BYTES:
            raise ProtocolError(f"DATA of {len(payload)} bytes")
        if not self._receive_window.receive(len(payload)):
            raise ProtocolError("more content than the link had credit for")
        # The link's credit bounds what is under way; were it withheld until content is taken, a few streams whose
        # consumers stall would use it up and stop all others. What waits here is bounded by the streams' own credit.
        granted = self._receive_window.take(len(payload))
        if granted:
            self.outgoing.write(FrameType.WINDOW_UPDATE, 0, 0, _INCREMENT.pack(granted))
        stream = self.streams.find(number)
        if stream is None or not self._allowed(stream, Moment.DATA, found):
            return
        if not stream.receive_window.receive(len(payload)):
            self._fault(number, ResetCode.FLOW_CONTROL_ERROR, "more content than there was credit for", found)
            return
        ended = bool(flags & END_STREAM)
        found.append(events.DataReceived(number, payload, ended))
        if ended:
            self._ended_receiving(stream)

    def _on_reset(self, _flags: int, number: int, payload: bytes, found: list[events.Event]) -> None:
        if self.streams.find(number) is not None:
            self.streams.forget(number)
            found.append(events.ResetReceived(number, codec.decode(codec.reset_decoder, payload)))

    def _on_window_update(self, _flags: int, number: int, payload: bytes, found: list[events.Event]) -> None:
        if len(payload) != _INCREMENT.size:
            raise ProtocolError(f"window update of {len(payload)} bytes")
        (increment,) = _INCREMENT.unpack(payload)
        if number == 0:
            self._send_window.grant(increment)
        else:
            stream = self.streams.find(number)
            if stream is None:
                return
            stream.send_window.grant(increment)
        found.append(events.CreditReceived(number))

    def _on_ping(self, _flags: int, _number: int, payload: bytes, _found: list[events.Event]) -> None:
        if len(payload) != _PING_BYTES:
            raise ProtocolError(f"ping of {len(payload)} bytes")
        if self.outgoing.pending_bytes <= MESSAGE_BYTES // 2:  # who asks and does not read gets no pile of answers
            self.outgoing.write(FrameType.PONG, 0, 0, payload)

    def _on_pong(self, _flags: int, _number: int, payload: bytes, found: list[events.Event]) -> None:
        found.append(events.PongReceived(payload))

    def _on_ack(self, _flags: int, _number: int, payload: bytes, found: list[events.Event]) -> None:
        if len(payload) != _COUNT.size:
            raise ProtocolError(f"acknowledgement of {len(payload)} bytes")
        found.append(events.AckReceived(*_COUNT.unpack(payload)))

    def _allowed(self, stream: Stream, moment: Moment, found: list[events.Event]) -> bool:
        """Move the peer's direction on; where it may not, end the stream: that fault is not the link's."""
        try:
            stream.receives(moment)
        except ProtocolError as error:
            self._fault(stream.number, ResetCode.PROTOCOL_ERROR, str(error), found)
            return False
        return True

    def _fault(self, number: int, code: ResetCode, detail: str, found: list[events.Event]) -> None:
        reset = Reset(code, detail)
        self._reset(number, reset)
        found.append(events.ResetReceived(number, reset))

    def _ended_receiving(self, stream: Stream) -> None:
        stream.receives(Moment.END)
        if stream.closed:
            self.streams.forget(stream.number)
