package import AsvinManifest
package import AsvinPlatformAPI

/// The conditions on firmware.
package struct FirmwareFilter: ListFilter {
  /// The id or the name, as an operator writes it.
  package var called: String?
  /// A part of the name.
  package var search: String?
  package var fileGroup: ID<FileGroup>?
  package var version: String?
  package var deviceClass: Identifier?

  package init() {}

  package static func id(of firmware: Firmware) -> Int64 { firmware.id.value }

  package static func key(of firmware: Firmware, by sort: FirmwareSort) -> ListPlace.Key? {
    switch sort {
    case .id: nil
    case .name: .text(firmware.name)
    case .version: .text(firmware.version)
    }
  }

  /// Whether the conditions hold for firmware.
  package func includes(_ firmware: Firmware) -> Bool {
    firmware.name.isCalled(called, firmware.id.value) && firmware.name.isFound(search)
      && fileGroup.map { firmware.fileGroup == $0 } ?? true && version.map { firmware.version == $0 } ?? true
      && deviceClass.map { firmware.release?.deviceClass == $0 } ?? true
  }
}

/// The conditions on rollouts.
package struct RolloutFilter: ListFilter {
  /// The id or the name, as an operator writes it.
  package var called: String?
  /// A part of the name.
  package var search: String?
  package var phase: Phase?
  package var group: ID<DeviceGroup>?
  package var firmware: ID<Firmware>?

  package init() {}

  package static func id(of rollout: Rollout) -> Int64 { rollout.id.value }

  package static func key(of rollout: Rollout, by sort: RolloutSort) -> ListPlace.Key? {
    sort == .id ? nil : .text(rollout.plan.name)
  }

  /// Whether the conditions hold for a rollout.
  package func includes(_ rollout: Rollout) -> Bool {
    rollout.plan.name.isCalled(called, rollout.id.value) && rollout.plan.name.isFound(search)
      && phase.map { rollout.phase == $0 } ?? true && group.map(rollout.plan.groups.contains) ?? true
      && firmware.map { rollout.plan.firmware == $0 } ?? true
  }
}

/// The conditions on items that have little more than a name.
package struct NameFilter<Item: NamedItem>: ListFilter {
  /// The id or the name, as an operator writes it.
  package var called: String?
  /// A part of the name.
  package var search: String?

  package init() {}

  package static func id(of item: Item) -> Int64 { item.id.value }

  package static func key(of item: Item, by sort: GroupSort) -> ListPlace.Key? {
    sort == .id ? nil : .text(item.name)
  }

  /// Whether the conditions hold for an item.
  package func includes(_ item: Item) -> Bool {
    item.name.isCalled(called, item.id.value) && item.name.isFound(search)
  }
}

/// An item with a name that is unique in a workspace.
package protocol NamedItem: Equatable, Sendable {
  var id: ID<Self> { get }
  var name: String { get }
}

extension DeviceGroup: NamedItem {}
extension FileGroup: NamedItem {}
extension AccessToken: NamedItem {}
extension EnrolmentToken: NamedItem {}
extension ExpectedDevice: NamedItem {}

extension String {
  fileprivate func isCalled(_ called: String?, _ id: Int64) -> Bool {
    called.map { "\(id)" == $0 || self == $0 } ?? true
  }

  fileprivate func isFound(_ part: String?) -> Bool { part.map { foldedASCII.hasBytes(of: $0.foldedASCII) } ?? true }
}
