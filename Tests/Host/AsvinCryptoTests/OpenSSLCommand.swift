import AsvinFixtures
import Glibc
import Testing

/// The `openssl` command, the judge of what we read and write.
enum OpenSSLCommand {
  /// Runs it in a folder; whether it succeeded.
  @discardableResult
  static func run(_ arguments: String, in scratch: Scratch) -> Bool {
    let status = unsafe system("cd '\(scratch.folder)' && openssl \(arguments) >output 2>&1 </dev/null")
    return status == 0
  }

  /// A file that it makes.
  static func file(_ name: String, by arguments: String, in scratch: Scratch, then last: String = "") throws -> [UInt8]
  {
    try #require(run("\(arguments) -out \(name) \(last)", in: scratch), "openssl \(arguments)")
    return try scratch.read(name)
  }
}
