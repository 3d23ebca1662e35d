package import AsvinHost
import AsvinCrypto
import FoundationEssentials

/// The folder with a device's key, its state and its two slot sets.
package struct DeviceFolder: Sendable {
  package let path: String

  package init(_ path: String) { self.path = path }

  func file(_ name: String) -> String { "\(path)/\(name)" }

  /// The file with the envelope of the release in a slot set.
  func envelope(in slotSet: SlotSet) -> String { file("\(slotSet.rawValue).envelope") }

  /// Locks the folder for one agent.
  ///
  /// - Throws: ``Failure`` if another process has the lock, or the lock cannot be written.
  package func lock() throws(Failure) -> FolderLock {
    do {
      if let lock = try FolderLock(file("lock")) { return lock }
    } catch {
      throw AgentFailure.failure(error)
    }
    let holder = holder.map { "\($0)" } ?? "another process"
    throw Failure(
      .failed, "'\(path)' is in use by \(holder)",
      hint: "only one agent can use a folder: stop the other one first")
  }

  /// The process that uses the folder.
  package var holder: LockHolder? { LockHolder(ofLock: file("lock")) }

  /// Creates the folder, which only its owner can read.
  ///
  /// - Throws: ``Failure``.
  func make() throws(Failure) {
    do {
      try FileManager.default.createDirectory(
        atPath: path, withIntermediateDirectories: true, attributes: [.posixPermissions: 0o700])
    } catch {
      throw Failure(
        .cannotWrite, "cannot create the folder '\(path)'",
        hint: "check that it is writable and that the disk has space")
    }
  }
}

/// The content of a state file.
enum StateFile<Value> {
  case missing
  /// The file was torn by a write, or changed by hand.
  case damaged
  case intact(Value)

  var value: Value? { if case .intact(let value) = self { value } else { nil } }
  var isDamaged: Bool { if case .damaged = self { true } else { false } }
}

extension DeviceFolder {
  /// The size of the largest state file in bytes.
  private static let longest = 1 << 20

  /// Reads a state file.
  ///
  /// - Throws: `FileError` if the system cannot read it.
  func load<Value: Decodable>(_ name: String, as type: Value.Type) throws(FileError) -> StateFile<Value> {
    guard let bytes = try bytes(name) else { return .missing }
    do {
      return .intact(try JSONDecoder().decode(type, from: Data(bytes)))
    } catch {
      return .damaged
    }
  }

  /// Reads a small file; `nil` if it is missing.
  ///
  /// - Throws: `FileError`.
  func bytes(_ name: String) throws(FileError) -> [UInt8]? {
    do {
      return try InputFile(file(name)).read(at: 0, count: Self.longest)
    } catch {
      guard error.isMissing else { throw error }
      return nil
    }
  }

  /// Replaces a state file atomically and durably.
  ///
  /// - Throws: `FileError`.
  func write(_ value: some Encodable, to name: String) throws {
    let encoder = JSONEncoder()
    encoder.outputFormatting = [.prettyPrinted, .sortedKeys, .withoutEscapingSlashes]
    try write([UInt8](try encoder.encode(value)), to: name)
  }

  /// Replaces a file atomically and durably.
  ///
  /// - Throws: `FileError`.
  func write(_ bytes: [UInt8], to name: String) throws(FileError) {
    let output = try OutputFile(file(name), permissions: 0o600, replacing: .existing, durability: .flushed)
    try output.write(bytes)
    try output.commit()
  }
}
