import Synchronization

/// Values by their keys. When there are too many, all are forgotten.
package final class Memory<Key: Hashable & Sendable, Value: Sendable>: Sendable {
  private static var most: Int { 1024 }
  private let values = Mutex<[Key: Value]>([:])

  package init() {}

  package subscript(key: Key) -> Value? {
    get { values.withLock { $0[key] } }
    set {
      values.withLock { values in
        if newValue != nil, values[key] == nil, values.count >= Self.most { values.removeAll(keepingCapacity: true) }
        values[key] = newValue
      }
    }
  }

  /// Returns the value of a key, which is read if it is not known.
  package func value(_ key: Key, _ read: () throws -> Value) rethrows -> Value {
    if let known = self[key] { return known }
    let value = try read()
    self[key] = value
    return value
  }

  package func removeAll() { values.withLock { $0.removeAll(keepingCapacity: true) } }
}
