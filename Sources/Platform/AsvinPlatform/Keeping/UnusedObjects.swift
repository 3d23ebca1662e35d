/// The objects that no firmware and no upload uses, and what was done with them.
package struct UnusedObjects: Equatable, Sendable {
  /// The number of stored objects.
  package var objects = 0
  /// The bytes of all objects.
  package var bytes: UInt64 = 0
  /// The unused objects, with their sizes.
  package var unused: [StoredObject] = []
  /// Whether they were removed.
  package var isRemoved = false

  package init() {}

  /// The bytes of the unused objects.
  package var unusedBytes: UInt64 { unused.reduce(0) { $0 + $1.size } }
}

/// An object in the storage.
package struct StoredObject: Hashable, Sendable {
  package let digest: String
  package let size: UInt64

  package init(digest: String, size: UInt64) { (self.digest, self.size) = (digest, size) }
}
