package import AsvinManifest
package import AsvinPlatformAPI

/// Lists of a workspace, page by page.
package protocol ListReading {
  func devices(_ listing: Listing<DeviceFilter>) throws -> Page<Device>
  func deviceGroups(_ listing: Listing<NameFilter<DeviceGroup>>) throws -> Page<DeviceGroup>
  func fileGroups(_ listing: Listing<NameFilter<FileGroup>>) throws -> Page<FileGroup>
  func accessTokens(_ listing: Listing<NameFilter<AccessToken>>) throws -> Page<AccessToken>
  func enrolmentTokens(_ listing: Listing<NameFilter<EnrolmentToken>>) throws -> Page<EnrolmentToken>
  func expectedDevices(_ listing: Listing<NameFilter<ExpectedDevice>>) throws -> Page<ExpectedDevice>
  func firmware(_ listing: Listing<FirmwareFilter>) throws -> Page<Firmware>
  func rollouts(_ listing: Listing<RolloutFilter>) throws -> Page<Rollout>
  /// Returns a page of the versions that devices reported last, in the order of their bytes, with the number of devices.
  func versions(of filter: DeviceFilter, after version: String?, limit: Int) throws -> [VersionCount]
  /// Returns the versions that most devices reported last, the most common first.
  func commonVersions(limit: Int) throws -> [VersionCount]
  /// Returns the number of rollouts in each phase.
  func phases() throws -> [Phase: Int]
  /// Returns the number of devices for which conditions hold.
  func count(of filter: DeviceFilter) throws -> Int

  /// Returns the tags of a device in the order of their bytes.
  func tags(of device: ID<Device>) throws -> [String]
  /// Returns what a device reports about itself, in the order of the names' bytes.
  func attributes(of device: ID<Device>) throws -> [DeviceFilter.Attribute]
  /// Returns a page of a device's records, that in the newest rollout first.
  func records(of device: ID<Device>, before rollout: ID<Rollout>?, limit: Int) throws -> [(ID<Rollout>, DeviceRecord)]
  /// Returns the last failure that a device reported in a rollout.
  func failure(_ rollout: ID<Rollout>, _ device: ID<Device>) throws -> DeviceFailure?
  /// Returns how many devices of a rollout have failed, by the reason of their last failure.
  func failureReasons(of rollout: ID<Rollout>) throws -> [UInt8: Int]
  /// Returns the rollout with the highest ``Rollout/order`` in which a device has a record.
  func newestRollout(withRecordOf device: ID<Device>) throws -> Rollout?
  /// Returns the rollouts to a group that have not ended, planned ones included.
  func unendedRollouts(of group: ID<DeviceGroup>) throws -> [Rollout]
}

/// Changes of what lists show.
package protocol ListWriting {
  func setTags(_ tags: [String], of device: ID<Device>) throws
  func setAttributes(_ attributes: [DeviceFilter.Attribute], of device: ID<Device>) throws
  func put(_ failure: DeviceFailure, _ rollout: ID<Rollout>, _ device: ID<Device>) throws
  /// Notes that a release was started for groups, so that ``ReadTransaction/highestRelease(of:to:)`` finds it without a
  /// search through all rollouts.
  func noteStart(of release: Firmware.Release, for groups: Set<ID<DeviceGroup>>) throws
}

/// A release that was started for a device group.
package struct StartedRelease: Equatable, Sendable {
  package let sequence: UInt64
  /// SHA-256 of the manifest.
  package let digest: Digest

  package init(sequence: UInt64, digest: Digest) { (self.sequence, self.digest) = (sequence, digest) }
}

/// What a device reports about a failure.
package struct DeviceFailure: Equatable, Sendable {
  /// A sentence of the device.
  package var message: String
  /// The last lines of the device's log.
  package var log: String

  package init(message: String, log: String) { (self.message, self.log) = (message, log) }
}
