/// The number of an entity, which never stands for an entity of another kind. Numbers are of the whole platform; whether
/// one belongs to a workspace, its rows say.
package struct ID<Entity>: Hashable, Comparable, Sendable {
  /// The number, from 1.
  package let value: Int64

  /// The id of a number.
  package init(_ value: Int64) { self.value = value }

  /// The order in which entities were made.
  package static func < (left: Self, right: Self) -> Bool { left.value < right.value }
}

/// A customer's part of the platform: nothing in it sees another's.
package struct Workspace: Equatable, Sendable {
  /// Its id, `wsId` in a token.
  package var id: ID<Workspace>
  /// What people call it.
  package var name: String
  /// The key that devices of the first generations sign their login with; never sent.
  package var customerKey: String
  /// The keys that they name in it, at most ``longestDeviceKey`` characters each.
  package var deviceKeys: [String]

  /// A sketch for an ESP8266 has room for ten digits and so many characters, and does not check.
  package static let longestDeviceKey = 31

  /// A workspace of its parts.
  package init(id: ID<Workspace>, name: String, customerKey: String, deviceKeys: [String]) {
    self.id = id
    self.name = name
    self.customerKey = customerKey
    self.deviceKeys = deviceKeys
  }
}
