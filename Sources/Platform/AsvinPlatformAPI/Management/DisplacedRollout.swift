/// A rollout that another one, for immediately, disables in some of its groups.
package struct DisplacedRollout: Codable, Equatable, Sendable {
  /// Its id
  package var id: Int64
  /// Its name
  package var name: String
  /// The device groups in which it is disabled
  package var groups: [Int64]

  /// Creates the message.
  package init(id: Int64, name: String, groups: [Int64]) {
    self.id = id
    self.name = name
    self.groups = groups
  }
}

extension DisplacedRollout: Described {
  /// What it looks like.
  package static var schema: Schema {
    .object([
      Property("id", .integer(1...9_007_199_254_740_991), "Its id"),
      Property("name", .anyText, "Its name"),
      Property(
        "groups", .list(.integer(1...9_007_199_254_740_991), atMost: nil), "The device groups in which it is disabled"),
    ])
  }
}
