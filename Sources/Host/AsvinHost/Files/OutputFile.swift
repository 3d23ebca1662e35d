import AsvinManifest
import Glibc

/// A destination for bytes in order.
package protocol ByteSink {
  /// Writes bytes.
  ///
  /// - Throws: ``FileError`` if the system cannot write.
  func write(_ bytes: Span<UInt8>) throws(FileError)
}

extension ByteSink {
  /// Writes bytes.
  ///
  /// - Throws: ``FileError`` if the system cannot write.
  package func write(_ bytes: [UInt8]) throws(FileError) { try write(bytes.span) }
}

/// A file that appears complete or not at all, because it receives its name after its last byte is written.
///
/// `-` is standard output. It receives its bytes only when the file is complete, and so does a device or a pipe. A file
/// that is never committed leaves no trace.
package final class OutputFile: ByteSink {
  /// Whether a file of the same name may be replaced.
  package enum Replacing: Sendable {
    /// An existing file is an error.
    case never
    /// An existing file is replaced in one step.
    case existing
  }

  /// The loss that is acceptable if power is lost right after the commit.
  package enum Durability: Sendable {
    /// The file, because it can be made again: bundles and extracted images, whose digests reveal an incomplete one.
    case remade
    /// None: the file and its name are flushed to the disk before the commit returns, as keys and published files are.
    case flushed
  }

  private enum Target {
    case file(UnplacedFile)
    /// A temporary file, and the descriptor that its bytes go to.
    case stream(spool: Int32, descriptor: Int32)
  }

  private let path: String
  private let replacing: Replacing
  private let durability: Durability
  private let inputs: InputLedger?
  private let target: Target
  /// Flushes a descriptor. A test replaces this function.
  var flush: (Int32) -> Int32 = { fsync($0) }

  /// A new file in the folder of its final place. The system's mask still reduces the permissions.
  ///
  /// - Parameters:
  ///   - inputs: the files that must not be replaced, and must not have changed when the file is committed.
  ///   - takesStreams: whether the path may be a device or a named pipe, which is then written to; otherwise it is refused.
  /// - Throws: ``FileError``, also if the final name exists and must not be replaced.
  package convenience init(
    _ path: String, permissions: UInt32 = 0o644, replacing: Replacing = .never, durability: Durability,
    inputs: InputLedger? = nil, takesStreams: Bool = false
  ) throws(FileError) {
    try self.init(
      path, permissions: permissions, replacing: replacing, durability: durability, inputs: inputs,
      takesStreams: takesStreams, features: .all)
  }

  init(
    _ path: String, permissions: UInt32, replacing: Replacing, durability: Durability, inputs: InputLedger?,
    takesStreams: Bool, features: UnplacedFile.Features
  ) throws(FileError) {
    self.path = path
    self.replacing = replacing
    self.durability = durability
    self.inputs = inputs
    if path == "-" {
      try Self.requireNoInput(FileIdentity(descriptor: STDOUT_FILENO), path, inputs)
      target = .stream(spool: try openSpool(), descriptor: STDOUT_FILENO)
      return
    }
    try Self.requireNoInput(FileIdentity(path), path, inputs)
    switch try OutputPlace(path) {
    case .stream where takesStreams:
      let descriptor = try OutputPlace.open(stream: path)
      do throws(FileError) {
        target = .stream(spool: try openSpool(), descriptor: descriptor)
      } catch {
        close(descriptor)
        throw error
      }
    case .stream: throw FileError(.create, path, .isSpecial("a device or a pipe"))
    case .file where replacing == .never: throw FileError(.create, path, code: EEXIST)
    case .file, .free:
      target = .file(try UnplacedFile(beside: path, permissions: permissions, features: features))
    }
  }

  deinit {
    guard case .stream(let spool, let descriptor) = target else { return }
    close(spool)
    if descriptor != STDOUT_FILENO { close(descriptor) }
  }

  /// Writes bytes.
  ///
  /// - Throws: ``FileError``.
  package func write(_ bytes: Span<UInt8>) throws(FileError) {
    switch target {
    case .file(let file): try file.write(bytes)
    case .stream(let spool, _): try AsvinHost.write(bytes, to: spool, path: path)
    }
  }

  /// Gives the complete file its name. To be called once.
  ///
  /// - Throws: ``FileError``; the file then does not appear.
  package func commit() throws(FileError) {
    try inputs?.requireUnchanged()
    switch target {
    case .stream(let spool, let descriptor): try copy(spool, to: descriptor)
    case .file(let file):
      // The place may have changed since the file was begun.
      try Self.requireNoInput(FileIdentity(path), path, inputs)
      let place = try OutputPlace(path)
      if place == .stream { throw FileError(.create, path, .isSpecial("a device or a pipe")) }
      if durability == .flushed { try file.flush(by: flush) }
      try file.place(replacing: replacing == .existing)
      if durability == .flushed { try FileSystem.flushFolder(FileSystem.split(path).folder, flush) }
    }
  }

  /// Removes a committed file. To be called if another file of the same operation cannot be made.
  ///
  /// - Throws: ``FileError``.
  package func withdraw() throws(FileError) {
    guard case .file = target else { return }
    guard unsafe unlink(path) == 0 else { throw FileError(.write, path) }
  }

  /// Whether the bytes go to a pipe, a device or standard output, and not to a file.
  package var isStream: Bool {
    if case .stream = target { true } else { false }
  }

  private static func requireNoInput(
    _ identity: FileIdentity?, _ path: String, _ inputs: InputLedger?
  ) throws(FileError) {
    guard let identity, !identity.isCharacterDevice, let name = inputs?.name(of: identity) else { return }
    throw FileError(.create, path, .isInput(name))
  }

  private func copy(_ spool: Int32, to descriptor: Int32) throws(FileError) {
    var piece = [UInt8](repeating: 0, count: pieceBytes)
    var offset: off_t = 0
    while true {
      let got = unsafe pread(spool, &piece, pieceBytes, offset)
      if got < 0 && errno == EINTR { continue }
      guard got >= 0 else { throw FileError(.read, path) }
      if got == 0 { return }
      try AsvinHost.write(piece.span.extracting(0..<got), to: descriptor, path: path)
      offset += off_t(got)
    }
  }
}
