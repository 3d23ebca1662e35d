import HummingbirdCore
import Logging
import NIOCore
import NIOHTTP2
import NIOHTTPTypesHTTP2
import NIOSSL

/// A connection with TLS, with the certificate of the moment at which it is opened. The client chooses HTTP/2 or HTTP/1.1
/// during the handshake; without a choice it is HTTP/1.1, as for asvin's device clients.
struct SecureChannel: ServerChildChannel {
  typealias Streams = NIOHTTP2Handler.AsyncStreamMultiplexer<HTTP1Channel.Value>

  struct Value: ServerChildChannelValue {
    let version: EventLoopFuture<NIONegotiatedHTTPVersion<HTTP1Channel.Value, Streams>>
    let channel: any Channel
  }

  let base: DeviceChannel
  let certificates: Certificates

  func setup(channel: any Channel, logger: Logger) -> EventLoopFuture<Value> {
    base.table.admit(channel)
    let context = certificates.context
    return channel.eventLoop.makeCompletedFuture {
      let pipeline = channel.pipeline.syncOperations
      try pipeline.addHandler(NIOSSLServerHandler(context: context))
      try pipeline.addHandler(HandshakeLimit(), name: HandshakeLimit.name)
    }.flatMap {
      channel.configureHTTP2AsyncSecureUpgrade(
        http1ConnectionInitializer: { base.addHandlers(to: $0, logger: logger) },
        http2ConnectionInitializer: { addStreams(to: $0) })
    }.map { version in
      version.whenSuccess { _ in channel.pipeline.removeHandler(name: HandshakeLimit.name, promise: nil) }
      return Value(version: version, channel: channel)
    }
  }

  private func addStreams(to channel: any Channel) -> EventLoopFuture<Streams> {
    channel.eventLoop.makeCompletedFuture {
      let connection = StreamedConnection(base.table)
      let bound = NIOLoopBound(connection, eventLoop: channel.eventLoop)
      let pipeline = channel.pipeline.syncOperations
      var configuration = NIOHTTP2Handler.Configuration()
      // More than the streams of a client, because bytes for a refused one that is forgotten end the connection.
      configuration.connection.maximumRecentlyResetStreams = 256
      let count = StreamCount(connection, eventLoop: channel.eventLoop)
      let streams: Streams = try pipeline.configureAsyncHTTP2Pipeline(
        mode: .server, streamDelegate: count, frameDelegate: count, configuration: configuration
      ) { stream in
        stream.eventLoop.makeCompletedFuture {
          try stream.pipeline.syncOperations.addHandlers(
            HTTP2FramePayloadToHTTPServerCodec(), ConnectionGuard(base.table, of: bound.value))
          return try HTTP1Channel.Value(wrappingChannelSynchronously: stream)
        }
      }
      try pipeline.addHandler(connection)
      return streams
    }
  }

  func handle(value: Value, logger: Logger) async {
    do {
      switch try await value.version.get() {
      case .http1_1(let value): await base.handle(value: value, logger: logger)
      case .http2(let streams):
        try await withThrowingDiscardingTaskGroup { group in
          for try await stream in streams.inbound {
            group.addTask { await base.handle(value: stream, logger: logger) }
          }
        }
      }
    } catch {
      logger.debug("a connection with TLS ended", metadata: ["error": "\(error)"])
    }
  }
}

/// Closes a connection whose handshake takes too long, or is not complete when the server begins to end.
private final class HandshakeLimit: ChannelInboundHandler, RemovableChannelHandler {
  typealias InboundIn = NIOAny

  static let name = "handshake limit"
  private static let most = TimeAmount.seconds(30)

  private var end: Scheduled<Void>?

  func handlerAdded(context: ChannelHandlerContext) {
    end = context.eventLoop.assumeIsolatedUnsafeUnchecked().scheduleTask(in: Self.most) { context.close(promise: nil) }
  }

  func handlerRemoved(context: ChannelHandlerContext) { end?.cancel() }

  func userInboundEventTriggered(context: ChannelHandlerContext, event: Any) {
    if event is ChannelShouldQuiesceEvent { return context.close(promise: nil) }
    context.fireUserInboundEventTriggered(event)
  }
}
