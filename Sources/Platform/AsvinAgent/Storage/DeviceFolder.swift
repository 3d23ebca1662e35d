package import AsvinHost
import AsvinCrypto
import FoundationEssentials

/// The folder in which a device keeps its key, its state, and its two banks.
package struct DeviceFolder: Sendable {
  /// The folder.
  package let path: String

  /// A device's folder.
  package init(_ path: String) { self.path = path }

  func file(_ name: String) -> String { "\(path)/\(name)" }

  /// The file of a slot in a bank.
  func image(_ slot: UInt64, in bank: Bank) -> String { file("\(bank.rawValue)-\(slot)") }

  /// The file of the signed envelope of the release in a bank.
  func envelope(in bank: Bank) -> String { file("\(bank.rawValue).envelope") }

  /// Locks the folder for one agent.
  ///
  /// - Throws: ``Failure`` where another process holds it, or the lock cannot be written.
  package func lock() throws(Failure) -> FolderLock {
    do {
      if let lock = try FolderLock(file("lock")) { return lock }
    } catch {
      throw Trouble.failure(error)
    }
    let holder = holder.map { "\($0)" } ?? "another process"
    throw Failure(
      .failed, "'\(path)' is in use by \(holder)",
      hint: "one agent works in a folder at a time: stop the other one first")
  }

  /// The process that works in the folder, where there is one.
  package var holder: LockHolder? { LockHolder(ofLock: file("lock")) }

  /// Creates the folder, which only its owner can read.
  ///
  /// - Throws: ``Failure``.
  func make() throws(Failure) {
    do {
      try FileManager.default.createDirectory(
        atPath: path, withIntermediateDirectories: true, attributes: [.posixPermissions: 0o700])
    } catch {
      throw Failure(.cannotWrite, "cannot create the folder '\(path)'", hint: "check that it is writable and has room")
    }
  }
}

/// A file of state, as it is found.
enum StateFile<Value> {
  case missing
  /// It holds something that is not the state: a torn write, or a change by hand.
  case damaged
  case intact(Value)

  var value: Value? { if case .intact(let value) = self { value } else { nil } }
  var isDamaged: Bool { if case .damaged = self { true } else { false } }
}

extension DeviceFolder {
  /// Bytes of the largest file of state.
  private static let longest = 1 << 20

  /// Reads a file of state.
  ///
  /// - Throws: `FileError` where the system cannot read it.
  func load<Value: Decodable>(_ name: String, as type: Value.Type) throws(FileError) -> StateFile<Value> {
    guard let bytes = try bytes(name) else { return .missing }
    do {
      return .intact(try JSONDecoder().decode(type, from: Data(bytes)))
    } catch {
      return .damaged
    }
  }

  /// The bytes of a small file; `nil` where it is missing.
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

  /// Replaces a file of state in one step; it is on the disk when this returns.
  ///
  /// - Throws: `FileError`.
  func write(_ value: some Encodable, to name: String) throws {
    let encoder = JSONEncoder()
    encoder.outputFormatting = [.prettyPrinted, .sortedKeys, .withoutEscapingSlashes]
    try write([UInt8](try encoder.encode(value)), to: name)
  }

  /// Replaces a file in one step; it is on the disk when this returns.
  ///
  /// - Throws: `FileError`.
  func write(_ bytes: [UInt8], to name: String) throws(FileError) {
    let output = try OutputFile(file(name), permissions: 0o600, replacing: .existing, durability: .flushed)
    try output.write(bytes)
    try output.commit()
  }
}
