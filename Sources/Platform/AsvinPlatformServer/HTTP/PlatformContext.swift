import AsvinPlatform
import Hummingbird
import Logging
import NIOCore

/// The context of a request.
struct PlatformContext: RequestContext {
  var coreContext: CoreRequestContextStorage
  /// The address of the client, without its port.
  var peer: String
  let actor = RequestActor()
  /// The workspace that the token of an asvin client proves.
  var workspace: ID<Workspace>?

  init(source: ApplicationRequestContextSource) {
    coreContext = .init(source: source)
    peer = source.channel.remoteAddress?.ipAddress ?? "unknown"
  }
}
