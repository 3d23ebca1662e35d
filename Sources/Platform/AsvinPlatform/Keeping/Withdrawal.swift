import AsvinPlatformAPI

// Withdrawing and deleting. Nothing that is in use is deleted.
extension WriteTransaction {
  /// Withdraws firmware and every copy of it in other file groups: its rollouts are aborted, no rollout of it can be planned or
  /// started, and it is not served.
  ///
  /// - Returns: the firmware, and the rollouts that were aborted.
  /// - Throws: ``PlatformError/notFound(_:)``.
  package func withdraw(
    _ id: ID<Firmware>, by actor: String, at now: Instant
  ) throws -> (firmware: Firmware, aborted: [ID<Rollout>]) {
    guard let named = try firmware(id) else { throw PlatformError.notFound(.firmware) }
    var aborted: [ID<Rollout>] = []
    for copy in try copies(of: named) where copy.withdrawn == nil {
      var firmware = copy
      firmware.withdrawn = now
      try put(firmware)
      try record(.withdrawFirmware, "firmware \(firmware.id.value)", firmware.details, by: actor, at: now)
      var filter = RolloutFilter()
      filter.firmware = firmware.id
      for rollout in try rollouts(Listing(filter)).items where !rollout.isEnded {
        try record(
          .abortRollout, "rollout \(rollout.id.value): firmware \(firmware.id.value) was withdrawn",
          try details(of: rollout), by: actor, at: now)
        try end(rollout.id, as: .aborted, at: now)
        aborted.append(rollout.id)
      }
    }
    return (try firmware(id) ?? named, aborted)
  }

  /// Returns the entries of the same release, or of the same image without a bundle.
  private func copies(of firmware: Firmware) throws -> [Firmware] {
    var filter = FirmwareFilter()
    filter.version = firmware.version
    return try self.firmware(Listing(filter)).items.filter {
      $0.release?.digest == firmware.release?.digest
        && (firmware.release != nil || $0.image.digest == firmware.image.digest)
    }
  }

  /// Deletes firmware that was withdrawn and that no rollout uses. Its bundle is removed by the next collection.
  ///
  /// - Throws: ``PlatformError/notFound(_:)``, ``PlatformError/inUse(_:)``.
  package func delete(_ id: ID<Firmware>, by actor: String, at now: Instant) throws {
    guard let firmware = try firmware(id) else { throw PlatformError.notFound(.firmware) }
    guard firmware.withdrawn != nil else {
      throw PlatformError.blocked("the firmware was not withdrawn", "withdraw it first: devices may be fetching it")
    }
    guard try !isUsed(id) else {
      throw PlatformError.blocked(
        "rollouts of the firmware are stored", "remove them first: they are all ended, or wait for the retention")
    }
    try remove(id)
    try record(.deleteFirmware, "firmware \(id.value)", firmware.details, by: actor, at: now)
  }

  /// Removes a part of an ended rollout: first its records, a number of them at a time, and then the rollout.
  ///
  /// - Returns: whether the rollout is removed completely.
  /// - Throws: ``PlatformError/notFound(_:)``, ``PlatformError/wrongPhase(_:)``.
  package func deletePart(_ id: ID<Rollout>, by actor: String, at now: Instant) throws -> Bool {
    guard let rollout = try rollout(id) else { throw PlatformError.notFound(.rollout) }
    guard rollout.isEnded else { throw PlatformError.wrongPhase(rollout.phase) }
    guard try removeRecords(of: id, limit: Cleaning.records) == 0 else { return false }
    try remove(id)
    try record(.deleteRollout, "rollout \(id.value)", try details(of: rollout), by: actor, at: now)
    return true
  }

  /// Deletes a device group without devices and without rollouts that have not ended.
  ///
  /// - Throws: ``PlatformError/notFound(_:)``, ``PlatformError/inUse(_:)``.
  package func delete(_ id: ID<DeviceGroup>, by actor: String, at now: Instant) throws {
    guard let group = try deviceGroup(id) else { throw PlatformError.notFound(.deviceGroup) }
    guard group.members == 0 else {
      throw PlatformError.blocked("\(group.members) devices are in the group", "move them to another group first")
    }
    if let open = try unendedRollouts(of: id).first {
      throw PlatformError.blocked(
        "rollout \(open.id.value) to the group has not ended", "finish or abort it first")
    }
    try remove(id)
    try record(.deleteDeviceGroup, "device group \(id.value)", [AuditDetail("name", group.name)], by: actor, at: now)
  }

  /// Deletes a file group without firmware and uploads.
  ///
  /// - Throws: ``PlatformError/notFound(_:)``, ``PlatformError/inUse(_:)``.
  package func delete(_ id: ID<FileGroup>, by actor: String, at now: Instant) throws {
    guard let group = try fileGroup(id) else { throw PlatformError.notFound(.fileGroup) }
    let files = try firmwareCount(of: id)
    guard files == 0 else {
      throw PlatformError.blocked("the file group has \(files) firmware entries", "withdraw and remove them first")
    }
    guard try !uploads().contains(where: { $0.fileGroup == id }) else {
      throw PlatformError.blocked("an upload to the file group has begun", "finish or delete it first")
    }
    try remove(id)
    try record(.deleteFileGroup, "file group \(id.value)", [AuditDetail("name", group.name)], by: actor, at: now)
  }
}

extension Firmware {
  /// Refuses firmware that was withdrawn.
  ///
  /// - Throws: ``PlatformError/withdrawn``.
  package func requireOffered() throws(PlatformError) {
    guard withdrawn == nil else { throw .withdrawn }
  }
}
