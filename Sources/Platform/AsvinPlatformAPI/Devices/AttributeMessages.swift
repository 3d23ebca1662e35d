/// A fact that a device reports about itself, such as `board=rev-c`.
package struct AttributeMessage: Codable, Equatable, Sendable {
  package var name: String
  package var value: String

  package init(name: String, value: String) {
    (self.name, self.value) = (name, value)
  }
}

extension AttributeMessage: Described {
  package static var schema: MessageSchema {
    .object([
      Property("name", .pattern("^[A-Za-z0-9._-]{1,32}$"), "The name of the fact", key: 1),
      Property("value", .text(0...128), "The value", key: 2),
    ])
  }
}

/// All facts that a device reports about itself. They replace those of its last report.
package struct AttributeReport: Codable, Equatable, Sendable {
  package var attributes: [AttributeMessage]

  package init(attributes: [AttributeMessage]) { self.attributes = attributes }
}

extension AttributeReport: Described {
  package static var schema: MessageSchema {
    .object([
      Property(
        "attributes", .list(AttributeMessage.schema, atMost: PlatformLimit.attributes), "The facts, each name once",
        key: 1)
    ])
  }
}
