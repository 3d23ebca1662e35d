package import AsvinManifest
package import AsvinPlatformAPI

/// The conditions on devices.
package struct DeviceFilter: ListFilter {
  /// The id, the name or the label, as an operator writes it.
  package var called: String?
  /// A part of the name or the label.
  package var search: String?
  package var group: ID<DeviceGroup>?
  package var placement: DevicePlacement?
  package var version: String?
  package var deviceClass: Identifier?
  package var isVerifying: Bool?
  package var seenSince: Instant?
  package var seenBefore: Instant?
  /// The device has all of these.
  package var tags: [String] = []
  /// The device reports all of these.
  package var attributes: [Attribute] = []

  package init() {}

  /// Whether a condition needs the contacts that ``RecentContacts`` has.
  package var asksForContacts: Bool { seenSince != nil || seenBefore != nil }

  /// A fact that a device reports about itself.
  package struct Attribute: Hashable, Sendable {
    package let name: String
    package let value: String

    package init(_ name: String, _ value: String) { (self.name, self.value) = (name, value) }
  }

  package static func id(of device: Device) -> Int64 { device.id.value }

  package static func key(of device: Device, by sort: DeviceSort) -> ListPlace.Key? {
    switch sort {
    case .id: nil
    case .name: .text(device.name.folded)
    case .label: .text(device.label)
    case .version: .text(device.firmwareVersion)
    case .seen: .number(device.seen.seconds)
    }
  }

  /// Whether the conditions on the last contact hold for a device.
  func includesContact(of device: Device) -> Bool {
    seenSince.map { device.seen >= $0 } ?? true && seenBefore.map { device.seen < $0 } ?? true
  }

  /// Whether the conditions hold for a device.
  package func includes(_ device: Device, tags: Set<String>, attributes: Set<Attribute>) -> Bool {
    let isCalled = called.map { called in
      "\(device.id.value)" == called || device.name.folded == called.foldedASCII || device.label == called
    }
    let isFound = search.map { $0.foldedASCII }.map { text in
      device.name.folded.hasBytes(of: text) || device.label.foldedASCII.hasBytes(of: text)
    }
    return isCalled ?? true && isFound ?? true && group.map { device.group == $0 } ?? true
      && placement.map { device.placement == $0 } ?? true && version.map { device.firmwareVersion == $0 } ?? true
      && deviceClass.map { device.deviceClass == $0 } ?? true && isVerifying.map { device.isVerifying == $0 } ?? true
      && includesContact(of: device)
      && tags.isSuperset(of: self.tags) && attributes.isSuperset(of: self.attributes)
  }
}

/// The number of devices that reported a version last.
package struct VersionCount: Equatable, Sendable {
  package let version: String
  package let devices: Int

  package init(version: String, devices: Int) { (self.version, self.devices) = (version, devices) }
}

extension String {
  /// The text with ASCII letters in lower case, as searches compare it.
  package var foldedASCII: String {
    String(decoding: utf8.map { (0x41...0x5A).contains($0) ? $0 | 0x20 : $0 }, as: UTF8.self)
  }

  /// Whether the bytes of the text contain those of another, as the database compares them.
  package func hasBytes(of part: String) -> Bool {
    let (all, wanted) = (Array(utf8), Array(part.utf8))
    guard wanted.count <= all.count else { return false }
    return (0...(all.count - wanted.count)).contains { all[$0...].starts(with: wanted) }
  }
}
