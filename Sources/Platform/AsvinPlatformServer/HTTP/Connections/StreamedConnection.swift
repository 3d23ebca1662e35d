import NIOCore
import NIOHTTP2

/// Keeps a connection with HTTP/2 within its limits. It ends a connection that has no requests, announces the end of the
/// server, and resets a connection whose client does not read. It does not wait for the client's consent.
final class StreamedConnection: ChannelInboundHandler {
  typealias InboundIn = HTTP2Frame
  typealias InboundOut = HTTP2Frame
  typealias OutboundOut = HTTP2Frame

  private static let idle = TimeAmount.seconds(60)
  /// The time between the announcement of the end and the end, in which the client reads it.
  private static let notice = TimeAmount.seconds(1)
  /// Refused requests after which the connection is closed.
  private static let mostRefused = 100

  private let table: ConnectionTable
  private var context: ChannelHandlerContext?
  private var tick: Scheduled<Void>?
  private var streams = 0
  private var last = HTTP2StreamID.rootStream
  private var idleSince = NIODeadline.now()
  private var isEnding = false
  private var isLastKnown = false
  private var refused = 0
  /// The state of TCP in each of the last seconds.
  private var samples: [TransferCounters] = []

  init(_ table: ConnectionTable) { self.table = table }

  func handlerAdded(context: ChannelHandlerContext) {
    self.context = context
    scheduleTick(context)
  }

  func handlerRemoved(context: ChannelHandlerContext) {
    tick?.cancel()
    self.context = nil
  }

  func channelInactive(context: ChannelHandlerContext) {
    tick?.cancel()
    context.fireChannelInactive()
  }

  func userInboundEventTriggered(context: ChannelHandlerContext, event: Any) {
    if event is ChannelShouldQuiesceEvent { announceEnd(context) }
    // The client ended TLS. It would have no use for a reply.
    if case .inputClosed? = event as? ChannelEvent { return context.close(promise: nil) }
    context.fireUserInboundEventTriggered(event)
  }

  /// NIO reports errors of streams here as well. Those of the connection are followed by an announcement of its end.
  func errorCaught(context: ChannelHandlerContext, error: any Error) {
    if !(error is any NIOHTTP2Error) { context.close(promise: nil) }
  }

  /// Closes the connection, because NIO has announced its end with an error.
  fileprivate func fail() {
    guard let context else { return }
    context.eventLoop.assumeIsolatedUnsafeUnchecked().execute { context.close(promise: nil) }
  }

  fileprivate func begin(_ id: HTTP2StreamID) {
    streams += 1
    last = max(last, id)
  }

  fileprivate func end(_ id: HTTP2StreamID) {
    streams -= 1
    idleSince = .now()
    guard isLastKnown, streams == 0, let context else { return }
    // Deferred, because this is called while a frame is handled. Closed when the last reply has left.
    context.eventLoop.assumeIsolatedUnsafeUnchecked().execute { [self] in sayGoodbye(last, context, closes: true) }
  }

  /// Counts a refused request, and closes the connection of a client that continues to send them.
  func noteRefusal() {
    refused += 1
    if refused == Self.mostRefused { context?.close(promise: nil) }
  }

  /// Resets the connection if the client has read too little of what was sent in the last seconds.
  ///
  /// - Returns: whether it has.
  func resetIfStalled() -> Bool {
    guard let context, samples.count > table.limits.rateSeconds, let first = samples.first, let last = samples.last,
      samples.allSatisfy(\.isWaiting)
    else { return false }
    let least = UInt64(table.limits.minimumRate * table.limits.rateSeconds)
    guard last.acknowledged &- first.acknowledged < least else { return false }
    context.channel.reset()
    return true
  }

  private func scheduleTick(_ context: ChannelHandlerContext) {
    tick = context.eventLoop.assumeIsolatedUnsafeUnchecked().scheduleTask(in: .seconds(1)) { [self] in
      scheduleTick(context)
      if streams == 0 {
        samples.removeAll(keepingCapacity: true)
        if .now() - idleSince >= Self.idle { announceEnd(context) }
        return
      }
      TransferCounters.read(of: context.channel) { [self] counters in
        guard let counters else { return }
        samples.append(counters)
        if samples.count > table.limits.rateSeconds + 1 { samples.removeFirst() }
        // Also for streams that have ended, whose end the client does not read.
        _ = resetIfStalled()
      }
    }
  }

  /// Announces the end, and then names the last request that is answered (RFC 9113 §6.8). The connection is closed when all
  /// are. NIO refuses the requests that arrive after the announcement, so that the client repeats them elsewhere.
  private func announceEnd(_ context: ChannelHandlerContext) {
    if isEnding { return }
    isEnding = true
    sayGoodbye(.maxID, context)
    context.eventLoop.assumeIsolatedUnsafeUnchecked().scheduleTask(in: Self.notice) { [self] in
      guard self.context != nil else { return }
      isLastKnown = true
      sayGoodbye(last, context, closes: streams == 0)
    }
  }

  private func sayGoodbye(_ last: HTTP2StreamID, _ context: ChannelHandlerContext, closes: Bool = false) {
    let payload = HTTP2Frame.FramePayload.goAway(lastStreamID: last, errorCode: .noError, opaqueData: nil)
    let sent = context.eventLoop.makePromise(of: Void.self)
    if closes { sent.futureResult.assumeIsolatedUnsafeUnchecked().whenComplete { _ in context.close(promise: nil) } }
    context.writeAndFlush(wrapOutboundOut(HTTP2Frame(streamID: .rootStream, payload: payload)), promise: sent)
  }
}

/// Reports its requests to a connection, and the announcement of its end.
struct StreamCount: NIOHTTP2StreamDelegate, NIOHTTP2FrameDelegate {
  private let connection: NIOLoopBound<StreamedConnection>

  init(_ connection: StreamedConnection, eventLoop: any EventLoop) {
    self.connection = NIOLoopBound(connection, eventLoop: eventLoop)
  }

  func streamCreated(_ id: HTTP2StreamID, channel: any Channel) { connection.value.begin(id) }
  func streamClosed(_ id: HTTP2StreamID, channel: any Channel) { connection.value.end(id) }

  func wroteFrame(_ frame: HTTP2Frame) {
    if case .goAway(_, let code, _) = frame.payload, code != .noError { connection.value.fail() }
  }
}
