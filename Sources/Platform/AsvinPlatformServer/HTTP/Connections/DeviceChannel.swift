import HummingbirdCore
import Logging
import NIOCore
import NIOHTTPTypesHTTP1

/// A connection with HTTP/1 and ``ClientQuirks``, within the limits of a ``ConnectionTable``.
struct DeviceChannel: ServerChildChannel {
  let table: ConnectionTable
  private let channel: HTTP1Channel

  init(responder: @escaping HTTPChannelHandler.Responder, table: ConnectionTable) {
    self.table = table
    channel = HTTP1Channel(
      responder: responder,
      configuration: .init(additionalChannelHandlers: [ConnectionGuard(table)], idleTimeout: .seconds(60)))
  }

  func setup(channel: any Channel, logger: Logger) -> EventLoopFuture<HTTP1Channel.Value> {
    table.admit(channel)
    return addHandlers(to: channel, logger: logger)
  }

  /// Prepares a connection that is already counted.
  func addHandlers(to channel: any Channel, logger: Logger) -> EventLoopFuture<HTTP1Channel.Value> {
    self.channel.setup(channel: channel, logger: logger).flatMapThrowing { value in
      let pipeline = channel.pipeline.syncOperations
      let codec = try pipeline.handler(type: HTTP1ToHTTPServerCodec.self)
      try pipeline.addHandler(ClientQuirks(), position: .before(codec))
      return value
    }
  }

  func handle(value: HTTP1Channel.Value, logger: Logger) async { await channel.handle(value: value, logger: logger) }
}
