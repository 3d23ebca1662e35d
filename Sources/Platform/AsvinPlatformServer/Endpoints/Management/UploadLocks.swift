import AsvinPlatform
import HTTPTypes
import Synchronization

/// Tracks uploads and bundles in progress. A second writer to the same upload gets 409 instead of interleaving its bytes.
/// Deleting an upload stops its writer.
final class UploadLocks: Sendable {
  enum Name: Hashable {
    case upload(ID<Upload>)
    /// A bundle, by its digest in hexadecimal.
    case bundle(String)
  }

  /// The names in use, and whether each was deleted in the meantime.
  private let busy = Mutex<[Name: Bool]>([:])

  /// Runs a body that no other request runs for the same name.
  func exclusively<Result: Sendable>(
    _ name: Name, _ body: @Sendable () async throws -> Result
  ) async throws -> Result {
    let isTaken = busy.withLock { busy in
      guard busy[name] == nil else { return false }
      busy[name] = false
      return true
    }
    guard isTaken else {
      throw Refusal(status: .conflict, message: "another client is sending or finishing this upload")
    }
    defer { _ = busy.withLock { $0.removeValue(forKey: name) } }
    return try await body()
  }

  /// Runs a body that no other request runs for the same name; `nil` if one does.
  func ifFree<Result: Sendable>(_ name: Name, _ body: @Sendable () async throws -> Result) async throws -> Result? {
    do {
      return try await exclusively(name, body)
    } catch let refusal as Refusal where refusal.status == .conflict {
      return nil
    }
  }

  /// Stops the writer of an upload before its next step.
  func stop(_ upload: ID<Upload>) {
    busy.withLock { busy in if busy[.upload(upload)] != nil { busy[.upload(upload)] = true } }
  }

  /// Throws if an upload was deleted while a request writes to it.
  func check(_ upload: ID<Upload>) throws {
    guard busy.withLock({ $0[.upload(upload)] }) != true else {
      throw Refusal(status: .gone, message: "the upload was deleted")
    }
  }
}
