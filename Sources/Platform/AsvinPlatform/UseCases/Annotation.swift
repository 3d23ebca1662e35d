import AsvinPlatformAPI

// What operators note about devices.
extension WriteTransaction {
  /// Changes the name of a device that operators see.
  package func label(_ device: inout Device, _ label: String, by actor: String, at now: Instant) throws {
    guard device.label != label else { return }
    device.label = label
    try put(device)
    try record(.labelDevice, "device \(device.id.value)", by: actor, at: now)
  }

  /// Adds and removes tags of a device.
  ///
  /// - Throws: ``PlatformError/tooMany(_:)`` if the device would have more than ``PlatformLimit/tags`` tags.
  package func tag(
    _ device: ID<Device>, adding added: [String], removing removed: [String], by actor: String, at now: Instant
  ) throws {
    let known = Set(try tags(of: device))
    let wanted = known.union(added).subtracting(removed)
    guard wanted != known else { return }
    guard wanted.count <= PlatformLimit.tags else {
      throw PlatformError.tooMany("a device has at most \(PlatformLimit.tags) tags")
    }
    try setTags(wanted.sorted(), of: device)
    let changes =
      wanted.subtracting(known).sorted().map { "+\($0)" } + known.subtracting(wanted).sorted().map { "-\($0)" }
    try record(.tagDevice, "device \(device.value): \(changes.joined(separator: " "))", by: actor, at: now)
  }
}
