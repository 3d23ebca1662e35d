import AsvinPlatform
import HTTPTypes
import Synchronization

/// Uploads and bundles that a request is working on. A second sender of an upload is refused instead of interleaving its
/// bytes; whoever deletes an upload stops its sender.
final class UploadLocks: Sendable {
  enum Name: Hashable {
    case upload(ID<Upload>)
    /// A bundle, by the hexadecimal digits of its digest.
    case bundle(String)
  }

  /// What is in work, and whether it was deleted meanwhile.
  private let busy = Mutex<[Name: Bool]>([:])

  /// Runs a body while nobody else works on the same.
  func exclusively<Result: Sendable>(
    _ name: Name, _ body: @Sendable () async throws -> Result
  ) async throws -> Result {
    let isTaken = busy.withLock { busy in
      guard busy[name] == nil else { return false }
      busy[name] = false
      return true
    }
    guard isTaken else { throw Refusal(status: .conflict, message: "another client sends or finishes this upload") }
    defer { _ = busy.withLock { $0.removeValue(forKey: name) } }
    return try await body()
  }

  /// Stops whoever works on an upload, before its next step.
  func stop(_ upload: ID<Upload>) {
    busy.withLock { busy in if busy[.upload(upload)] != nil { busy[.upload(upload)] = true } }
  }

  /// Throws where an upload was deleted while a request works on it.
  func check(_ upload: ID<Upload>) throws {
    guard busy.withLock({ $0[.upload(upload)] }) != true else {
      throw Refusal(status: .gone, message: "the upload was deleted")
    }
  }
}
