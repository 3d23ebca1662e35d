import Hummingbird
import Logging
import NIOCore

/// The context of a request.
struct PlatformContext: RequestContext {
  var coreContext: CoreRequestContextStorage
  /// The address of the client, without its port.
  var peer: String
  let actor = RequestActor()

  init(source: ApplicationRequestContextSource) {
    coreContext = .init(source: source)
    peer = source.channel.remoteAddress?.ipAddress ?? "unknown"
  }
}
