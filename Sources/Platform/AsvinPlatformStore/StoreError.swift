import AsvinHost
import AsvinPlatform
import AsvinPlatformAPI
import AsvinManifest
import FoundationEssentials
import GRDB

/// A row that violates the store's invariants: the database is damaged.
struct StoreError: DamagedData, CustomStringConvertible {
  let table: String
  let id: Int64

  var description: String { "the store is damaged: \(table) \(id)" }
}

extension ServiceFault {
  /// The fault that an error of SQLite reports; `nil` for a programming error.
  init?(_ error: DatabaseError) {
    switch error.resultCode {
    case .SQLITE_FULL: self = .full
    case .SQLITE_READONLY: self = .readOnly
    case .SQLITE_BUSY, .SQLITE_LOCKED: self = .locked
    case .SQLITE_IOERR, .SQLITE_CORRUPT, .SQLITE_NOTADB, .SQLITE_NOMEM, .SQLITE_CANTOPEN: self = .failing("\(error)")
    default: return nil
    }
  }

  /// Returns the fault that an error reports, or the error itself.
  static func explaining(_ error: any Error) -> any Error {
    (error as? DatabaseError).flatMap { ServiceFault($0) } ?? error
  }
}

extension FixedBytes {
  /// Reads the bytes of a column; `nil` for another length.
  init?(data: Data?) {
    guard let data, data.count == count else { return nil }
    let bytes = [UInt8](data)
    self.init { bytes[$0] }
  }

  /// The bytes for a column.
  var data: Data { Data((0..<count).map { self[$0] }) }
}

extension [UInt8] {
  /// Reads the bytes of a column; none if it is null.
  init(stored data: Data?) { self = data.map { Array($0) } ?? [] }

  /// The bytes for a column.
  var stored: Data { Data(self) }
}

extension UInt64 {
  /// Reads a number of eight bytes in big-endian order.
  init?(data: Data?) {
    guard let data, data.count == 8 else { return nil }
    self = data.reduce(0) { $0 << 8 | UInt64($1) }
  }

  /// Eight bytes in big-endian order, which sort as the number does.
  var data: Data { Data((0..<8).map { UInt8(truncatingIfNeeded: self >> UInt64(56 - 8 * $0)) }) }
}

/// The numbers of enumerations in columns: positions in these lists, which only grow.
enum StoredNumbers {
  static let placements: [DevicePlacement] = [.lobby, .grouped, .ungrouped, .blacklisted]
  static let phases: [Phase] = [.planned, .running, .paused, .stopped, .finished, .aborted, .expired]
  static let states: [RecordState] = [
    .offered, .downloading, .installed, .confirmed, .failed, .skipped, .stalled, .queued,
  ]
  static let stalledRules: [StalledRule] = [.failure, .ignored]
}

extension Array where Element: Equatable {
  /// The number of a value; `nil` for a value that the list does not have, which violates a constraint of the table.
  func number(of value: Element) -> Int? { firstIndex(of: value) }
  /// The value of a number; `nil` for a number that no version wrote.
  func value(of number: Int) -> Element? { indices.contains(number) ? self[number] : nil }
}
