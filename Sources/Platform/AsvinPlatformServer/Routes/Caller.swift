import AsvinPlatform

/// Who asks.
enum Caller: Sendable {
  /// Anybody.
  case anyone
  /// A device of a workspace, which one it does not prove.
  case workspace(ID<Workspace>)
  /// A device that has proved which it is.
  case device(ID<Device>, of: ID<Workspace>)
  /// Somebody with a token.
  case person(AccessToken, of: ID<Workspace>)

  /// As the audit log names it.
  var name: String {
    switch self {
    case .anyone: "anyone"
    case .workspace: "device"
    case .device(let id, _): "device \(id.value)"
    case .person(let token, _): token.name
    }
  }
}

/// Who may use a route.
enum Access: Sendable {
  case open
  /// A device that has logged in with the workspace's keys.
  case workspace
  /// A device that has logged in with its own key. Where the path names a device, it is that one.
  case device
  /// Somebody whose role allows it.
  case person(Permission)
}
