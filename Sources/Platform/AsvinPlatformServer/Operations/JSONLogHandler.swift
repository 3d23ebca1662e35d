import AsvinHost
import AsvinPlatformAPI
import FoundationEssentials
import Logging
import Synchronization

/// Writes one JSON object a line to standard error.
struct JSONLogHandler: LogHandler {
  private static let lock = Mutex(())
  /// The name that Hummingbird gives to the id of a request.
  private static let requestKey = "hb.request.id"
  private let label: String

  var metadata: Logger.Metadata = [:]
  var logLevel: Logger.Level = .info

  init(label: String) { self.label = label }

  subscript(metadataKey key: String) -> Logger.Metadata.Value? {
    get { metadata[key] }
    set { metadata[key] = newValue }
  }

  func log(event: LogEvent) {
    var members: [String: JSONValue] = [
      "time": .text(Date.now.formatted(.iso8601)), "level": .text(event.level.rawValue),
      "message": .text("\(event.message)"), "part": .text(label),
    ]
    for (name, value) in metadata.merging(event.metadata ?? [:], uniquingKeysWith: { $1 }) {
      members[name == Self.requestKey ? "request" : name] = .text("\(value)")
    }
    let encoder = JSONEncoder()
    encoder.outputFormatting = [.sortedKeys, .withoutEscapingSlashes]
    guard let line = try? encoder.encode(JSONValue.object(members)) else { return }  // one line less
    let bytes = [UInt8](line) + [0x0A]
    // A failure to write the log cannot be reported anywhere.
    Self.lock.withLock { _ in StandardStreams.log(bytes) }
  }
}
