import AsvinHost
import AsvinPlatformAPI
import FoundationEssentials
import Logging
import Synchronization

/// A log of one JSON object a line, on standard error.
struct JSONLogHandler: LogHandler {
  private static let lock = Mutex(())
  private let label: String

  /// What is said with every line.
  var metadata: Logger.Metadata = [:]
  /// What is not said.
  var logLevel: Logger.Level = .info

  /// A log of a part of the program.
  init(label: String) { self.label = label }

  /// A value that is said with every line.
  subscript(metadataKey key: String) -> Logger.Metadata.Value? {
    get { metadata[key] }
    set { metadata[key] = newValue }
  }

  /// Writes a line.
  func log(event: LogEvent) {
    var members: [String: JSONValue] = [
      "time": .text(Date.now.formatted(.iso8601)), "level": .text(event.level.rawValue),
      "message": .text("\(event.message)"), "part": .text(label),
    ]
    for (name, value) in metadata.merging(event.metadata ?? [:], uniquingKeysWith: { $1 }) {
      members[name] = .text("\(value)")
    }
    let encoder = JSONEncoder()
    encoder.outputFormatting = [.sortedKeys, .withoutEscapingSlashes]
    // Text always becomes JSON; if it did not, a line less is no reason to stop serving.
    guard let line = try? encoder.encode(JSONValue.object(members)) else { return }  // see above
    let bytes = [UInt8](line) + [0x0A]
    Self.lock.withLock { _ in StandardStreams.log(bytes) }
  }
}
