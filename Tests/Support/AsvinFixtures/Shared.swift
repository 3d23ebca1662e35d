import FoundationEssentials
package import Testing

/// The folder beside the project with other people's vectors and real firmware. It is read there and never copied;
/// where it is absent, the tests that need it are skipped with a message.
package enum Shared {
  /// The folder, or one that `ASVIN_PACK_SHARED` names.
  package static let folder =
    ProcessInfo.processInfo.environment["ASVIN_PACK_SHARED"] ?? projectFolder + "/../shared"

  /// The project's root.
  package static let projectFolder: String = {
    var parts = #filePath.split(separator: "/")
    parts.removeLast(4)
    return "/" + parts.joined(separator: "/")
  }()

  /// Whether a part of the folder is there.
  package static func has(_ part: String) -> Bool {
    FileManager.default.fileExists(atPath: "\(folder)/\(part)")
  }

  /// A file's bytes.
  package static func bytes(_ path: String) throws -> [UInt8] {
    Array(try Data(contentsOf: URL(filePath: "\(folder)/\(path)")))
  }

  /// A text file of the project, for example one of `Keys`.
  package static func projectText(_ path: String) throws -> String {
    String(decoding: try Data(contentsOf: URL(filePath: "\(projectFolder)/\(path)")), as: UTF8.self)
  }

  /// A JSON file.
  package static func json<Value: Decodable>(_ path: String, as type: Value.Type) throws -> Value {
    try JSONDecoder().decode(type, from: Data(bytes(path)))
  }
}

extension Trait where Self == ConditionTrait {
  /// Runs a test only if a part of the shared folder exists. Otherwise the test is reported as skipped.
  package static func needsShared(_ part: String) -> Self {
    .enabled(if: Shared.has(part), "SKIPPED: ../shared/\(part) is absent")
  }
}
