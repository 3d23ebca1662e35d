import AsvinCrypto
package import AsvinPlatformAPI

extension WriteTransaction {
  /// Adds an entry to the audit log. Entries of a request have the token and the address of its sender. Actions of devices
  /// beyond ``PlatformLimit/deviceEntries`` in a period are counted, and an entry at its end states their number.
  ///
  /// - Parameter actor: the name of the token, `device`, `device` or `enrolment token` and its id, or `platform`.
  package func record(
    _ action: AuditAction, _ subject: String, _ details: [AuditDetail] = [], by actor: String, at now: Instant
  ) throws {
    let sender = origin?.name == actor ? origin : nil
    let isDevice =
      sender?.token == nil
      && (actor == "device" || actor.hasPrefix("device ") || actor.hasPrefix(EnrolmentPermit.tokenActor))
    if isDevice {
      var share = try auditShare(of: action.rawValue) ?? AuditShare(action: action.rawValue, start: now)
      if share.hasEnded(at: now) {
        try appendSummary(of: share, at: now)
        share = AuditShare(action: action.rawValue, start: now)
      }
      let isAdmitted = share.admit(subject)
      try put(share)
      guard isAdmitted else { return }
    }
    try append(action.rawValue, subject, details, by: actor, from: sender, at: now)
  }

  /// Adds the entries about actions of devices that were only counted in a period that has ended.
  ///
  /// - Returns: the number of those actions.
  @discardableResult
  package func closeAuditShares(at now: Instant) throws -> Int {
    var count = 0
    for share in try auditShares() where share.hasEnded(at: now) && share.counted > 0 {
      try appendSummary(of: share, at: now)
      try put(AuditShare(action: share.action, start: now))
      count += share.counted
    }
    return count
  }

  private func appendSummary(of share: AuditShare, at now: Instant) throws {
    guard share.counted > 0 else { return }
    try append(
      share.action, "\(share.counted) more from \(share.first) to \(share.last)",
      [AuditDetail("count", "\(share.counted)"), AuditDetail("since", "\(share.start.seconds)")], by: "platform",
      from: nil, at: now)
  }

  private func append(
    _ action: String, _ subject: String, _ details: [AuditDetail], by actor: String, from sender: AuditOrigin?,
    at now: Instant
  ) throws {
    try append(
      AuditEntry(
        after: try lastAuditEntry()?.link ?? .start, in: workspaceID, actor: actor, origin: sender, action: action,
        subject: subject, details: details, at: now))
  }
}

extension ReadTransaction {
  /// The digests by which an entry shows what a rollout brings and how.
  package func details(of rollout: Rollout) throws -> [AuditDetail] {
    var details = [
      AuditDetail("firmware", "\(rollout.plan.firmware.value)"),
      AuditDetail("plan", rollout.plan.digest.hexadecimal),
    ]
    guard let firmware = try firmware(rollout.plan.firmware) else { return details }
    details.append(firmware.detail)
    return details
  }
}

extension Firmware {
  /// The digest by which an entry shows which firmware it is about.
  package var detail: AuditDetail {
    release.map { AuditDetail("manifest", $0.digest.hexadecimal) } ?? AuditDetail("image", image.digest.hexadecimal)
  }

  /// The facts about firmware in the audit log.
  package var details: [AuditDetail] {
    [
      AuditDetail("file-group", "\(fileGroup.value)"), AuditDetail("name", name), AuditDetail("version", version),
      AuditDetail("image", image.digest.hexadecimal),
    ]
      + (release.map { release in
        [
          AuditDetail("manifest", release.digest.hexadecimal), AuditDetail("sequence", "\(release.sequence)"),
          AuditDetail("bundle", release.bundle.hexadecimal),
        ]
      } ?? [])
  }
}
