/// The number of an entity. Its type prevents that a number of one kind is used for another kind. Numbers are unique on the
/// platform; the store checks that an entity belongs to a workspace.
package struct ID<Entity>: Hashable, Comparable, Sendable {
  /// The number, from 1.
  package let value: Int64

  package init(_ value: Int64) { self.value = value }

  /// Orders ids by the creation of their entities.
  package static func < (left: Self, right: Self) -> Bool { left.value < right.value }
}
