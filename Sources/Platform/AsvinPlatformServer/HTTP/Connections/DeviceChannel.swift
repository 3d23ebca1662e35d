import HTTPTypes
import HummingbirdCore
import Logging
import NIOCore
import NIOHTTPTypes
import NIOHTTPTypesHTTP1

/// An HTTP/1 connection with ``ClientQuirks``, within the limits of a ``ConnectionTable``.
struct DeviceChannel: ServerChildChannel {
  private let channel: HTTP1Channel
  private let table: ConnectionTable

  init(responder: @escaping HTTPChannelHandler.Responder, table: ConnectionTable) {
    self.table = table
    channel = HTTP1Channel(responder: responder, configuration: .init(idleTimeout: .seconds(60)))
  }

  func setup(channel: any Channel, logger: Logger) -> EventLoopFuture<HTTP1Channel.Value> {
    table.admit(channel)
    return self.channel.setup(channel: channel, logger: logger).flatMapThrowing { [table] value in
      let pipeline = channel.pipeline.syncOperations
      let codec = try pipeline.handler(type: HTTP1ToHTTPServerCodec.self)
      try pipeline.addHandler(ClientQuirks(), position: .before(codec))
      try pipeline.addHandler(ConnectionGuard(table.limits), position: .before(codec))
      return value
    }
  }

  func handle(value: HTTP1Channel.Value, logger: Logger) async { await channel.handle(value: value, logger: logger) }
}
