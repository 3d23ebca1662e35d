import AsvinHost
import HTTPTypes
import NIOCore
import NIOHTTP2
import NIOHTTPTypes
import NIOHTTPTypesHTTP2

/// Ends a connection whose client is too slow, or continues to send a refused request.
///
/// - A request must be complete within a time that depends on its length.
/// - While the server waits for bytes of a request, or a reply waits for the client, the connection must transfer data at
///   the minimum rate. Bytes count that TCP has received, or that the client has acknowledged, so that filling the buffers
///   of the system does not count as progress.
/// - At most 64 KiB of an answered request are still read, so that the client sees the answer.
///
/// Over HTTP/2 each request has a channel of its own, a stream. It counts as a connection, because it needs as much memory
/// and as many descriptors. TCP counts no bytes for it, so that each piece of a reply must be sent in a time instead.
final class ConnectionGuard: ChannelDuplexHandler, RemovableChannelHandler {
  typealias InboundIn = HTTPRequestPart
  typealias InboundOut = HTTPRequestPart
  typealias OutboundIn = HTTPResponsePart
  typealias OutboundOut = HTTPResponsePart

  private static let mostReadOn = 65_536
  /// Bytes of a reply over HTTP/2 that are written at once.
  private static let pieceBytes = 8192

  private let table: ConnectionTable
  /// The connection of a stream.
  private let connection: StreamedConnection?
  private var isRefused = false
  /// Whether the stream was ended. The client may not have read it yet.
  private var hasEnded = false
  private var check: Scheduled<Void>?
  /// Whether the header of a request was received and its end was not.
  private var isReading = false
  /// Whether the server waits for bytes.
  private var awaitsBytes = false
  /// Bytes of the request received after its answer; `nil` if it is not answered.
  private var readOn: Int?
  private var deadline = NIODeadline.distantFuture
  /// The number of requests that are not completely answered.
  private var open = 0
  private var hasBegunAnswer = false
  /// The sizes of the writes that were not accepted yet, from the first to the last.
  private var waitingWrites: [Int] = []
  /// Since when the first of them has waited.
  private var waitsSince = NIODeadline.now()
  /// Bytes received in bodies.
  private var received: UInt64 = 0
  private var samples: [TransferCounters] = []

  /// Creates the guard of a connection with HTTP/1, or of a stream of a connection with HTTP/2.
  init(_ table: ConnectionTable, of connection: StreamedConnection? = nil) {
    (self.table, self.connection) = (table, connection)
  }

  private var limits: ConnectionLimits { table.limits }
  private var isStream: Bool { connection != nil }

  func handlerAdded(context: ChannelHandlerContext) {
    if isStream { isRefused = !table.admit(stream: context.channel) }
  }

  func handlerRemoved(context: ChannelHandlerContext) { check?.cancel() }

  func channelInactive(context: ChannelHandlerContext) {
    check?.cancel()
    context.fireChannelInactive()
  }

  func read(context: ChannelHandlerContext) {
    awaitsBytes = true
    context.read()
  }

  func channelReadComplete(context: ChannelHandlerContext) {
    awaitsBytes = false
    context.fireChannelReadComplete()
  }

  func channelRead(context: ChannelHandlerContext, data: NIOAny) {
    switch unwrapInboundIn(data) {
    case .head where isRefused:
      end(context, .refusedStream)
      connection?.noteRefusal()
      return
    case .head(let head):
      (isReading, readOn) = (true, nil)
      open += 1
      if check == nil { scheduleTick(context) }
      let length = head.headerFields[.contentLength].flatMap { Int64($0) }
      let isOpen = isStream ? length == nil : head.headerFields.contains(.transferEncoding)
      deadline = .now() + limits.requestTime(length: isOpen ? nil : length ?? 0)
    case .body(let bytes):
      if isRefused { return }
      received += UInt64(bytes.readableBytes)
      if let count = readOn {
        readOn = count + bytes.readableBytes
        guard count + bytes.readableBytes <= Self.mostReadOn else { return end(context, .noError) }
      }
    case .end:
      if isRefused { return }
      (isReading, readOn) = (false, nil)
    }
    context.fireChannelRead(data)
  }

  func write(context: ChannelHandlerContext, data: NIOAny, promise: EventLoopPromise<Void>?) {
    var isEnd = false
    var size = 0
    switch unwrapOutboundIn(data) {
    case .head(let head):
      if head.status.kind != .informational { hasBegunAnswer = true }
      // What follows waits at least as long.
      return context.write(data, promise: promise)
    case .body(let bytes):
      size = bytes.readableBytes
      if isStream, size > Self.pieceBytes { return writePieces(of: bytes, context, promise) }
    case .end: isEnd = true
    }
    let promise = promise ?? context.eventLoop.makePromise()
    if waitingWrites.isEmpty { waitsSince = .now() }
    waitingWrites.append(size)
    promise.futureResult.assumeIsolatedUnsafeUnchecked().whenComplete { [self] _ in
      waitingWrites.removeFirst()
      waitsSince = .now()
    }
    context.write(data, promise: promise)
    guard isEnd else { return }
    (open, hasBegunAnswer) = (max(open - 1, 0), false)
    if isReading { readOn = 0 }
  }

  /// Writes pieces that each have their own time.
  private func writePieces(of bytes: ByteBuffer, _ context: ChannelHandlerContext, _ promise: EventLoopPromise<Void>?) {
    var rest = bytes
    while let piece = rest.readSlice(length: min(rest.readableBytes, Self.pieceBytes)), piece.readableBytes > 0 {
      let isLast = rest.readableBytes == 0
      write(context: context, data: wrapOutboundOut(.body(piece)), promise: isLast ? promise : nil)
    }
  }

  private func scheduleTick(_ context: ChannelHandlerContext) {
    check = context.eventLoop.assumeIsolatedUnsafeUnchecked().scheduleTask(in: .seconds(1)) { [self] in tick(context) }
  }

  private func tick(_ context: ChannelHandlerContext) {
    check = nil
    if open > 0 || isReading || !waitingWrites.isEmpty { scheduleTick(context) }
    if isReading, readOn == nil, .now() >= deadline { return refuse(context) }
    if isStream, let size = waitingWrites.first {
      let seconds = limits.rateSeconds + size / max(limits.minimumRate, 1)
      if .now() - waitsSince >= .seconds(Int64(seconds)) { return abort(context) }
    }
    guard isReading && awaitsBytes || !isStream && !waitingWrites.isEmpty else {
      return samples.removeAll(keepingCapacity: true)
    }
    if isStream {
      compare(TransferCounters(acknowledged: 0, received: received), context)
    } else {
      TransferCounters.read(of: context.channel) { [self] counters in
        if let counters { compare(counters, context) }
      }
    }
  }

  /// Compares the counters with those at the beginning of the measured time.
  private func compare(_ counters: TransferCounters, _ context: ChannelHandlerContext) {
    samples.append(counters)
    guard samples.count > limits.rateSeconds else { return }
    let first = samples.removeFirst()
    let least = UInt64(limits.minimumRate * limits.rateSeconds)
    let moved = max(counters.received &- first.received, counters.acknowledged &- first.acknowledged)
    if moved < least { isReading && waitingWrites.isEmpty ? refuse(context) : abort(context) }
  }

  /// Ends a connection or a stream whose client does not read.
  private func abort(_ context: ChannelHandlerContext) {
    guard let connection else { return context.channel.reset() }
    // If the client reads nothing at all, it would not read of the end of the stream either.
    if !connection.resetIfStalled() { end(context, .cancel) }
  }

  /// Closes the connection, or ends the stream with a reason.
  private func end(_ context: ChannelHandlerContext, _ reason: NIOHTTP2.HTTP2ErrorCode) {
    guard isStream else { return context.close(promise: nil) }
    if hasEnded { return }
    hasEnded = true
    context.triggerUserOutboundEvent(NIOHTTP2FramePayloadToHTTPEvent.reset(code: reason), promise: nil)
  }

  /// Closes the connection of a request that takes too long, after a reply if none was begun.
  private func refuse(_ context: ChannelHandlerContext) {
    guard open == 1, !hasBegunAnswer else { return end(context, .cancel) }
    var head = HTTPResponse(status: .requestTimeout, headerFields: [.contentLength: "0"])
    // A connection with HTTP/2 has other requests.
    if !isStream { head.headerFields[.connection] = "close" }
    hasBegunAnswer = true
    context.write(wrapOutboundOut(.head(head)), promise: nil)
    context.writeAndFlush(wrapOutboundOut(.end(nil)), promise: nil)
    end(context, .noError)
  }
}

extension Channel {
  /// Resets a connection. Otherwise the system would keep the unsent bytes, and the client would not learn of the end.
  func reset() {
    guard let options = self as? any SocketOptionProvider else { return close(promise: nil) }
    options.setSoLinger(SocketOption.reset).whenComplete { _ in self.close(promise: nil) }
  }
}

/// The bytes that TCP has transferred over a connection (`struct tcp_info` of linux/tcp.h).
struct TransferCounters: Sendable {
  /// Bytes that the client has acknowledged.
  let acknowledged: UInt64
  /// Bytes that were received from the client.
  let received: UInt64
  /// Whether bytes wait for the client: sent without an acknowledgement, or not sent.
  var isWaiting = false

  /// The first 19 64-bit words of the structure.
  private struct Words: Sendable {
    var words = InlineArray<19, UInt64>(repeating: 0)

    /// The 32 bits at an offset in bytes.
    func part(at offset: Int) -> UInt32 {
      let word = words[offset / 8]
      return UInt32(truncatingIfNeeded: offset % 8 == 0 ? UInt64(littleEndian: word) : UInt64(littleEndian: word) >> 32)
    }
  }

  /// Reads the counters; `nil` if the channel is not a TCP connection, or the system does not count.
  static func read(of channel: any Channel, _ body: @escaping (TransferCounters?) -> Void) {
    guard let options = channel as? any SocketOptionProvider else { return body(nil) }
    let answer: EventLoopFuture<Words> = options.unsafeGetSocketOption(level: .tcp, name: .tcp_info)
    answer.assumeIsolatedUnsafeUnchecked().whenComplete { result in
      let words = try? result.get()  // a connection that has just ended has no counters
      // A system that counts has received at least the request.
      guard let words, words.words[16] != 0 else { return body(nil) }
      // tcpi_bytes_acked, tcpi_bytes_received, tcpi_unacked and tcpi_notsent_bytes.
      body(
        TransferCounters(
          acknowledged: words.words[15], received: words.words[16],
          isWaiting: words.part(at: 24) > 0 || words.part(at: 144) > 0))
    }
  }
}
