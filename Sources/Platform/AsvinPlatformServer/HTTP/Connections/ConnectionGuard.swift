import AsvinHost
import NIOCore
import NIOHTTP1

/// Ends a connection whose client is too slow, or continues to send a refused request.
///
/// - A request must be complete within a time that depends on its length.
/// - While the server waits for bytes of a request, or a reply waits for the client, the connection must transfer data at
///   the minimum rate. Bytes count that TCP has received, or that the client has acknowledged, so that filling the buffers
///   of the system does not count as progress.
/// - At most 64 KiB of an answered request are still read, so that the client sees the answer.
final class ConnectionGuard: ChannelDuplexHandler, RemovableChannelHandler {
  typealias InboundIn = HTTPServerRequestPart
  typealias InboundOut = HTTPServerRequestPart
  typealias OutboundIn = HTTPServerResponsePart
  typealias OutboundOut = HTTPServerResponsePart

  private static let mostReadOn = 65_536

  private let limits: ConnectionLimits
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
  /// The number of writes that the system has not accepted.
  private var waitingWrites = 0
  private var samples: [TransferCounters] = []

  init(_ limits: ConnectionLimits) { self.limits = limits }

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
    case .head(let head):
      (isReading, readOn) = (true, nil)
      open += 1
      if check == nil { scheduleTick(context) }
      let length = head.headers.first(name: "content-length").flatMap { Int64($0) }
      let isChunked = head.headers.contains(name: "transfer-encoding")
      deadline = .now() + limits.requestTime(length: isChunked ? nil : length ?? 0)
    case .body(let bytes):
      if let count = readOn {
        readOn = count + bytes.readableBytes
        guard count + bytes.readableBytes <= Self.mostReadOn else { return context.close(promise: nil) }
      }
    case .end: (isReading, readOn) = (false, nil)
    }
    context.fireChannelRead(data)
  }

  func write(context: ChannelHandlerContext, data: NIOAny, promise: EventLoopPromise<Void>?) {
    let isEnd: Bool
    switch unwrapOutboundIn(data) {
    case .head(let head):
      if head.status.code >= 200 { hasBegunAnswer = true }
      isEnd = false
    case .body: isEnd = false
    case .end: isEnd = true
    }
    let promise = promise ?? context.eventLoop.makePromise()
    waitingWrites += 1
    promise.futureResult.assumeIsolatedUnsafeUnchecked().whenComplete { [self] _ in waitingWrites -= 1 }
    context.write(data, promise: promise)
    guard isEnd else { return }
    (open, hasBegunAnswer) = (max(open - 1, 0), false)
    if isReading { readOn = 0 }
  }

  private func scheduleTick(_ context: ChannelHandlerContext) {
    check = context.eventLoop.assumeIsolatedUnsafeUnchecked().scheduleTask(in: .seconds(1)) { [self] in tick(context) }
  }

  private func tick(_ context: ChannelHandlerContext) {
    check = nil
    if open > 0 || isReading || waitingWrites > 0 { scheduleTick(context) }
    if isReading, readOn == nil, .now() >= deadline { return refuse(context) }
    guard isReading && awaitsBytes || waitingWrites > 0 else { return samples.removeAll(keepingCapacity: true) }
    TransferCounters.read(of: context.channel) { [self] counters in
      guard let counters else { return }
      samples.append(counters)
      guard samples.count > limits.rateSeconds else { return }
      let first = samples.removeFirst()
      let least = UInt64(limits.minimumRate * limits.rateSeconds)
      let moved = max(counters.received &- first.received, counters.acknowledged &- first.acknowledged)
      if moved < least { isReading && waitingWrites == 0 ? refuse(context) : abort(context) }
    }
  }

  /// Resets a connection whose client does not read. Otherwise the system would keep the unsent bytes, and the client would
  /// not learn of the end.
  private func abort(_ context: ChannelHandlerContext) {
    guard let options = context.channel as? any SocketOptionProvider else { return context.close(promise: nil) }
    options.setSoLinger(SocketOption.reset).assumeIsolatedUnsafeUnchecked().whenComplete { _ in
      context.close(promise: nil)
    }
  }

  /// Closes the connection of a request that takes too long, after a reply if none was begun.
  private func refuse(_ context: ChannelHandlerContext) {
    guard open == 1, !hasBegunAnswer else { return context.close(promise: nil) }
    let head = HTTPResponseHead(
      version: .http1_1, status: .requestTimeout, headers: ["content-length": "0", "connection": "close"])
    hasBegunAnswer = true
    context.write(wrapOutboundOut(.head(head)), promise: nil)
    context.writeAndFlush(wrapOutboundOut(.end(nil)), promise: nil)
    context.close(promise: nil)
  }
}

/// The bytes that TCP has transferred over a connection (`struct tcp_info` of linux/tcp.h).
struct TransferCounters: Sendable {
  /// Bytes that the client has acknowledged.
  let acknowledged: UInt64
  /// Bytes that were received from the client.
  let received: UInt64

  /// The first 17 64-bit words of the structure. The last two are `tcpi_bytes_acked` and `tcpi_bytes_received`.
  private struct Words: Sendable {
    var words = InlineArray<17, UInt64>(repeating: 0)
  }

  /// Reads the counters; `nil` if the channel is not a TCP connection, or the system does not count.
  static func read(of channel: any Channel, _ body: @escaping (TransferCounters?) -> Void) {
    guard let options = channel as? any SocketOptionProvider else { return body(nil) }
    let answer: EventLoopFuture<Words> = options.unsafeGetSocketOption(level: .tcp, name: .tcp_info)
    answer.assumeIsolatedUnsafeUnchecked().whenComplete { result in
      let words = try? result.get().words  // a connection that has just ended has no counters
      // A system that counts has received at least the request.
      body(words.flatMap { $0[16] == 0 ? nil : TransferCounters(acknowledged: $0[15], received: $0[16]) })
    }
  }
}
