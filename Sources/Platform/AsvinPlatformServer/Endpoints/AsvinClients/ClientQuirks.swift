import NIOCore
import NIOHTTP1

/// Handles the expectations of asvin's device clients that HTTP/1.1 does not cover. It is before the HTTP codec in the
/// pipeline, because later handlers do not know the version of a request.
///
/// - After a request in HTTP/1.0, the connection is closed unless the client asks to keep it, because MicroPython reads to
///   the end of the connection.
/// - pycom's second download uses HTTP/1.1 without a `Connection` or a `User-Agent` field. The client also reads to the
///   end of the connection, and looks for the end of the header in slices of 100 bytes. A body arrives unchanged only
///   if the header is a multiple of 100 bytes. The client writes the body of any reply over its configuration, whatever
///   the status. Therefore the header of an error ends one to three bytes into a slice, so that the client does not
///   find its end and writes nothing.
final class ClientQuirks: ChannelDuplexHandler, RemovableChannelHandler {
  typealias InboundIn = HTTPServerRequestPart
  typealias InboundOut = HTTPServerRequestPart
  typealias OutboundIn = HTTPServerResponsePart
  typealias OutboundOut = HTTPServerResponsePart

  static let pycomSlice = 100

  private struct Quirks {
    var keepsOldConnection = false
    var isPycomDownload = false
  }
  private var pending: [Quirks] = []

  func channelRead(context: ChannelHandlerContext, data: NIOAny) {
    guard case .head(var head) = unwrapInboundIn(data) else { return context.fireChannelRead(data) }
    var quirks = Quirks()
    if head.version == .http1_0 {
      quirks.keepsOldConnection = head.headers[canonicalForm: "connection"].contains { $0.lowercased() == "keep-alive" }
      if !quirks.keepsOldConnection { head.headers.replaceOrAdd(name: "connection", value: "close") }
    } else if head.method == .POST, head.uri == "/firmware/download", !head.headers.contains(name: "user-agent"),
      !head.headers.contains(name: "connection")
    {
      quirks.isPycomDownload = true
      head.headers.replaceOrAdd(name: "connection", value: "close")
    }
    pending.append(quirks)
    context.fireChannelRead(wrapInboundOut(.head(head)))
  }

  func write(context: ChannelHandlerContext, data: NIOAny, promise: EventLoopPromise<Void>?) {
    guard case .head(var head) = unwrapOutboundIn(data), head.status.code >= 200, !pending.isEmpty else {
      return context.write(data, promise: promise)
    }
    let quirks = pending.removeFirst()
    if quirks.keepsOldConnection { head.headers.replaceOrAdd(name: "Connection", value: "keep-alive") }
    if quirks.isPycomDownload {
      // Other clients without a `User-Agent` need the field to learn that the connection ends.
      head.headers.replaceOrAdd(name: "Connection", value: "close")
      Self.pad(&head)
    }
    context.write(wrapOutboundOut(.head(head)), promise: promise)
  }

  /// Bytes of an error's header beyond a multiple of the slice, so that its last four bytes are in two slices.
  private static let errorOffset = 2

  /// Pads a header, with its status line and the empty line, to a multiple of 100 bytes, or 2 bytes more for an error.
  private static func pad(_ head: inout HTTPResponseHead) {
    let name = "X-Pad"
    let line = "HTTP/1.1 \(head.status.code) \(head.status.reasonPhrase)\r\n".utf8.count
    let fields = head.headers.reduce(0) { $0 + $1.name.utf8.count + $1.value.utf8.count + 4 }
    let count = line + fields + 2 + name.utf8.count + 4
    let offset = head.status == .ok ? 0 : errorOffset
    let rest = (count + pycomSlice - offset) % pycomSlice
    head.headers.add(name: name, value: String(repeating: "-", count: rest == 0 ? 0 : pycomSlice - rest))
  }
}
