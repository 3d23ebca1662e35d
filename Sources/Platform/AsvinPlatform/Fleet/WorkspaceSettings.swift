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

extension WriteTransaction {
  /// Changes the settings of the workspace. What a change leaves out stays as it is.
  package func change(
    _ change: SettingsChange, by actor: String, at now: Instant
  ) throws -> WorkspaceSettings {
    let old = try settings()
    var settings = old
    settings.servesAsvinClients = change.asvinClients ?? old.servesAsvinClients
    settings.enrolsByCustomerKey = change.customerKeyEnrolment ?? old.enrolsByCustomerKey
    settings.needsApproval = change.approval ?? old.needsApproval
    guard settings != old else { return settings }
    try put(settings)
    try record(.changeSettings, "settings", settings.details, by: actor, at: now)
    return settings
  }
}
