/// What the actions of the audit log change.
package enum AuditFamily: String, CaseIterable, Hashable, Sendable {
  case workspace
  case token
  case account
  case user
  case device
  case enrolmentToken = "enrolment-token"
  case deviceGroup = "device-group"
  case fileGroup = "file-group"
  case firmware
  case upload
  case rollout
  case webhook
  case audit
  case platform
}

extension AuditAction {
  /// What the action changes.
  package var family: AuditFamily? {
    rawValue.firstIndex(of: ".").flatMap { AuditFamily(rawValue: String(rawValue[..<$0])) }
  }

  /// The families whose changes an entry of the action explains. A published bundle is an upload no longer, a deleted device
  /// takes the tokens for its key with it, and a deleted device group leaves the ended rollouts and the placement rules.
  package var explains: Set<AuditFamily> {
    var families = Set([family].compactMap { $0 })
    if self == .publishFirmware { families.insert(.upload) }
    if [.createUser, .changeRole, .deleteUser].contains(self) { families.insert(.token) }
    if self == .deleteToken { families.insert(.user) }
    if self == .deleteDevice { families.insert(.enrolmentToken) }
    if self == .deleteDeviceGroup { families.formUnion([.rollout, .workspace]) }
    return families
  }
}
