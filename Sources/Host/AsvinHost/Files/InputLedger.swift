import Synchronization

/// The files that a call reads. None of them may be replaced by what the call writes, or change before it is written.
package final class InputLedger: Sendable {
  private struct Entry {
    let identity: FileIdentity
    let name: String
    /// Kept open, so that a change is detected. An item of a call has few inputs.
    let file: InputFile?
  }

  private let entries = Mutex<[Entry]>([])
  private let outer: InputLedger?
  private let meter: ReadMeter

  /// Bytes that were read of the files of this ledger and of the ledgers within it.
  package var bytesRead: Int { meter.bytes.load(ordering: .relaxed) }

  /// Creates an empty ledger, within that of a larger call.
  package init(within outer: InputLedger? = nil) {
    self.outer = outer
    meter = outer?.meter ?? ReadMeter()
  }

  /// Opens a file and notes it.
  ///
  /// - Throws: ``FileError``.
  package func open(_ path: String) throws(FileError) -> InputFile {
    let file = try InputFile(path, meter: meter)
    if let identity = file.identity, !identity.isCharacterDevice {
      let entry = Entry(identity: identity, name: path, file: file)
      entries.withLock { $0.append(entry) }
    }
    return file
  }

  /// Notes a file that will be read later.
  package func note(_ path: String) {
    guard path != "-", let identity = FileIdentity(path), !identity.isCharacterDevice else { return }
    let entry = Entry(identity: identity, name: path, file: nil)
    entries.withLock { $0.append(entry) }
  }

  /// The name of the input that is this file; `nil` if it is not an input.
  func name(of identity: FileIdentity) -> String? {
    entries.withLock { entries in entries.first { $0.identity == identity }?.name } ?? outer?.name(of: identity)
  }

  /// Checks that no file has changed since it was opened.
  ///
  /// - Throws: ``FileError``.
  package func requireUnchanged() throws(FileError) {
    for file in entries.withLock({ $0.compactMap(\.file) }) { try file.requireUnchanged() }
  }
}

/// Counts bytes that are read.
final class ReadMeter: Sendable {
  let bytes = Atomic(0)
}
