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
  /// The user of the pages, whom a session has proved. A request of a client never sets it.
  var signedIn: SignedIn?
  /// Whether a proxy that is believed received the request over TLS.
  var isForwardedSecurely = false

  init(source: ApplicationRequestContextSource) {
    coreContext = .init(source: source)
    peer = source.channel.remoteAddress?.ipAddress ?? "unknown"
  }
}
