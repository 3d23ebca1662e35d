import AsvinHost
import AsvinPlatform
import AsvinManifest
import FoundationEssentials
import GRDB

/// A row that is not what the rules can have written.
struct StoreError: Error, CustomStringConvertible {
  let table: String
  let id: Int64

  var description: String { "the store is damaged: \(table) \(id)" }
}

extension ServiceFault {
  /// The fault that an error of SQLite reports; `nil` for an error of the program.
  init?(_ error: DatabaseError) {
    switch error.resultCode {
    case .SQLITE_FULL: self = .full
    case .SQLITE_READONLY: self = .readOnly
    case .SQLITE_BUSY, .SQLITE_LOCKED: self = .locked
    case .SQLITE_IOERR, .SQLITE_CORRUPT, .SQLITE_NOTADB, .SQLITE_NOMEM, .SQLITE_CANTOPEN: self = .failing("\(error)")
    default: return nil
    }
  }

  /// The fault behind an error, or the error itself.
  static func explaining(_ error: any Error) -> any Error {
    (error as? DatabaseError).flatMap { ServiceFault($0) } ?? error
  }
}

extension FixedBytes {
  /// The bytes of a column; `nil` for another length.
  init?(data: Data?) {
    guard let data, data.count == count else { return nil }
    let bytes = [UInt8](data)
    self.init { bytes[$0] }
  }

  /// As a column holds them.
  var data: Data { Data((0..<count).map { self[$0] }) }
}

extension [UInt8] {
  /// The bytes of a column; none where it is empty.
  init(stored data: Data?) { self = data.map { Array($0) } ?? [] }

  /// As a column holds them.
  var stored: Data { Data(self) }
}

extension UInt64 {
  /// The number of eight bytes, the highest first.
  init?(data: Data?) {
    guard let data, data.count == 8 else { return nil }
    self = data.reduce(0) { $0 << 8 | UInt64($1) }
  }

  /// Eight bytes, the highest first, so that they sort as the number does.
  var data: Data { Data((0..<8).map { UInt8(truncatingIfNeeded: self >> UInt64(56 - 8 * $0)) }) }
}
