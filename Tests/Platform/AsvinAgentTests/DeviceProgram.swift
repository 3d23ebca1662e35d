import AsvinFixtures
import AsvinPlatformFixtures
import FoundationEssentials
import Glibc

/// Runs the program `asvin-device` that was built with the tests.
struct DeviceProgram: Sendable {
  struct Run: Sendable {
    let exitCode: Int32
    let output: String
    let errors: String
    var all: String { output + errors }
  }

  static let path: String = {
    var buffer = [UInt8](repeating: 0, count: 4096)
    let count = unsafe readlink("/proc/self/exe", &buffer, buffer.count)
    let parts = String(decoding: buffer.prefix(max(0, count)), as: UTF8.self).split(separator: "/")
    return "/" + parts.dropLast().joined(separator: "/") + "/asvin-device"
  }()

  /// Runs the program through a shell.
  ///
  /// - Parameter prefix: text before the program, such as a limit.
  static func run(_ arguments: String, prefix: String = "", in scratch: Scratch) async throws -> Run {
    let name = "run-\(UInt32.random(in: 0 ... .max))"
    let command =
      "cd '\(scratch.folder)' && { (\(prefix) '\(path)' \(arguments)) >\(name).out 2>\(name).err </dev/null; echo $?; }"
    let code = try await Shell.output(of: command)
    let (output, errors) = (try scratch.read("\(name).out"), try scratch.read("\(name).err"))
    return Run(
      exitCode: Int32(code.split(separator: "\n").last ?? "") ?? -1, output: String(decoding: output, as: UTF8.self),
      errors: String(decoding: errors, as: UTF8.self))
  }
}

extension Gateway {
  /// Runs the agent as a program.
  func program(_ options: String, prefix: String = "") async throws -> DeviceProgram.Run {
    try await DeviceProgram.run("run gateway \(options)", prefix: prefix, in: platform.scratch)
  }

  /// Returns the status that the program prints.
  func status() async throws -> DeviceProgram.Run {
    try await DeviceProgram.run("status gateway --json", in: platform.scratch)
  }
}
