import NIOCore
import NIOHTTP1

/// What asvin's device clients expect of a connection beyond HTTP/1.1, seen before the version is lost.
///
/// - A request of HTTP/1.0 is answered, and the connection closed, unless the client asks to keep it: MicroPython reads to
///   the end of the connection.
/// - pycom's second download is HTTP/1.1 without a `Connection` or a `User-Agent` field, and reads to the end too. It
///   looks for the end of the header in slices of 100 bytes: only where the header is whole slices does every body arrive
///   as it is. It writes the body of any reply over its configuration, whatever the status: the header of an error ends one
///   to three bytes into a slice, so that the client does not find its end and writes nothing.
final class ClientManners: ChannelDuplexHandler, RemovableChannelHandler {
  typealias InboundIn = HTTPServerRequestPart
  typealias InboundOut = HTTPServerRequestPart
  typealias OutboundIn = HTTPServerResponsePart
  typealias OutboundOut = HTTPServerResponsePart

  static let pycomSlice = 100

  private struct Manner {
    var keepsOldConnection = false
    var isPycomDownload = false
  }
  private var manners: [Manner] = []

  func channelRead(context: ChannelHandlerContext, data: NIOAny) {
    guard case .head(var head) = unwrapInboundIn(data) else { return context.fireChannelRead(data) }
    var manner = Manner()
    if head.version == .http1_0 {
      manner.keepsOldConnection = head.headers[canonicalForm: "connection"].contains { $0.lowercased() == "keep-alive" }
      if !manner.keepsOldConnection { head.headers.replaceOrAdd(name: "connection", value: "close") }
    } else if head.method == .POST, head.uri == "/firmware/download", !head.headers.contains(name: "user-agent"),
      !head.headers.contains(name: "connection")
    {
      manner.isPycomDownload = true
      head.headers.replaceOrAdd(name: "connection", value: "close")
    }
    manners.append(manner)
    context.fireChannelRead(wrapInboundOut(.head(head)))
  }

  func write(context: ChannelHandlerContext, data: NIOAny, promise: EventLoopPromise<Void>?) {
    guard case .head(var head) = unwrapOutboundIn(data), head.status.code >= 200, !manners.isEmpty else {
      return context.write(data, promise: promise)
    }
    let manner = manners.removeFirst()
    if manner.keepsOldConnection { head.headers.replaceOrAdd(name: "Connection", value: "keep-alive") }
    if manner.isPycomDownload {
      // Another client that sends no `User-Agent` learns that its connection ends.
      head.headers.replaceOrAdd(name: "Connection", value: "close")
      Self.pad(&head)
    }
    context.write(wrapOutboundOut(.head(head)), promise: promise)
  }

  /// Bytes that the header of an error has beyond whole slices: two of its last four are in one slice, two in the next.
  private static let errorOffset = 2

  /// Makes a header, with its status line and the empty line, a multiple of 100 bytes; of an error, 2 more.
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
