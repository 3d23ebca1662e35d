import AsvinPlatform

/// The caller of a route.
enum Caller: Sendable {
  /// A caller without a proven identity.
  case anyone
  /// A device that has proved its workspace and not its own identity.
  case workspace(ID<Workspace>)
  /// A device that has an enrolment token.
  case enrolling(ID<EnrolmentToken>, of: ID<Workspace>)
  /// A device that has proved its identity.
  case device(ID<Device>, of: ID<Workspace>)
  /// The owner of a token: a user or a build server.
  case person(AccessToken, of: ID<Workspace>)

  /// The workspace of the caller.
  var workspace: ID<Workspace>? {
    switch self {
    case .anyone: nil
    case .workspace(let workspace), .enrolling(_, let workspace), .device(_, let workspace), .person(_, let workspace):
      workspace
    }
  }

  /// The name in the audit log.
  var name: String {
    switch self {
    case .anyone: "anyone"
    case .workspace: "device"
    case .enrolling(let id, _): "\(EnrolmentPermit.tokenActor)\(id.value)"
    case .device(let id, _): "device \(id.value)"
    case .person(let token, _): token.name
    }
  }

  /// The sender in the audit log.
  func origin(at address: String) -> AuditOrigin {
    guard case .person(let token, _) = self else { return AuditOrigin(name: name, address: address) }
    return AuditOrigin(name: name, token: token.id.value, address: address)
  }
}

/// The access that a route requires.
enum Access: Sendable {
  case open
  /// A device that has logged in with the workspace's keys, or has an enrolment token.
  case workspace
  /// A device that has logged in with its own key. If the path names a device, it must be that one.
  case device
  /// The owner of a token whose role has a permission.
  case person(Permission)
}
