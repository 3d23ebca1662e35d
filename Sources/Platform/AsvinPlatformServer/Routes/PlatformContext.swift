import Hummingbird
import Logging
import NIOCore

/// What is known of a request beside itself.
struct PlatformContext: RequestContext {
  var coreContext: CoreRequestContextStorage
  /// The address that it comes from, without its port.
  let peer: String

  init(source: ApplicationRequestContextSource) {
    coreContext = .init(source: source)
    peer = source.channel.remoteAddress?.ipAddress ?? "unknown"
  }
}
