package import AsvinPlatformAPI

/// What a workspace switches on and off.
package struct WorkspaceSettings: Equatable, Sendable {
  /// Whether the API of asvin's own device clients is served. Devices with a key of their own do not use it.
  package var servesAsvinClients = true
  /// Whether a customer key enrols devices with a key of their own. Enrolment tokens do not depend on it.
  package var enrolsByCustomerKey = true
  /// Whether every rollout needs the approval of a second person.
  package var needsApproval = false

  package init() {}

  /// The settings in the audit log.
  package var details: [AuditDetail] {
    [
      AuditDetail("asvin-clients", servesAsvinClients ? "on" : "off"),
      AuditDetail("customer-key-enrolment", enrolsByCustomerKey ? "on" : "off"),
      AuditDetail("approval", needsApproval ? "on" : "off"),
    ]
  }

  package var description: String { details.map { "\($0.name) \($0.value)" }.joined(separator: ", ") }
}
