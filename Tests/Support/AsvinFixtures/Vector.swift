import FoundationEssentials
import Testing

/// Bytes in a file that is named after their defect, with what is expected of them. `Tests/Vectors/make.py` made it.
package struct Vector: Sendable, CustomTestStringConvertible {
  /// The file's name.
  package let name: String
  /// What is expected, in words.
  package let expected: [String]
  /// The bytes.
  package let bytes: [UInt8]

  /// The name of the vector, for the report of a test.
  package var testDescription: String { name }

  /// All vectors of a kind, in the order of their names.
  package static func all(_ kind: String) -> [Vector] {
    let folder = "\(Shared.projectFolder)/Tests/Vectors/\(kind)"
    do {
      return try FileManager.default.contentsOfDirectory(atPath: folder).sorted().map { file in
        let text = String(decoding: try Data(contentsOf: URL(filePath: "\(folder)/\(file)")), as: UTF8.self)
        let lines = text.split(separator: "\n", omittingEmptySubsequences: false)
        return Vector(
          name: file.replacing(".vector", with: ""), expected: lines[0].split(separator: " ").map(String.init),
          bytes: [UInt8](hex: String(lines[1])))
      }
    } catch {
      fatalError("\(folder): \(error)")
    }
  }
}

/// Random bytes, the same for the same seed.
package struct SeededGenerator: RandomNumberGenerator {
  private var state: UInt64

  /// A generator from a seed.
  package init(seed: UInt64) { state = seed &* 0x9E37_79B9_7F4A_7C15 | 1 }

  /// The next 64 bits (xorshift64*).
  package mutating func next() -> UInt64 {
    state ^= state >> 12
    state ^= state << 25
    state ^= state >> 27
    return state &* 0x2545_F491_4F6C_DD1D
  }

  /// A number of bytes.
  package mutating func bytes(_ count: Int) -> [UInt8] {
    (0..<count).map { _ in UInt8.random(in: 0...255, using: &self) }
  }
}
